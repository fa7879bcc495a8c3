//! Exact k-means over flat `f32` rows.
//!
//! `kernel ← assign ← shard`: a kernel proposes each row's nearest centroid in f32, `assign`
//! certifies the label in f64, a [`shard::Shard`] owns rows and answers questions about them with
//! replies that merge exactly. Nothing here iterates, draws seeds or decides when to stop.

pub mod assign;
pub mod exact;
pub mod frame;
pub mod kernel;
pub mod order;
pub mod race;
pub mod rows;
pub mod search;
pub mod shard;

/// An allocation failed; how many bytes it asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutOfMemory {
    pub bytes: f64,
}

/// Vectors whose allocation can fail without a trap: those with an entry for each row. All others are small
/// beside these.
pub(crate) trait Allocate<T: Copy>: Sized {
    fn reserved(len: usize) -> Result<Self, OutOfMemory>;
    fn filled(len: usize, value: T) -> Result<Self, OutOfMemory>;
    fn collected(len: usize, from: impl Iterator<Item = T>) -> Result<Self, OutOfMemory>;
}

impl<T: Copy> Allocate<T> for Vec<T> {
    #[inline(never)]
    fn reserved(len: usize) -> Result<Self, OutOfMemory> {
        let mut v = Vec::new();
        v.try_reserve_exact(len).map_err(|_| OutOfMemory { bytes: len as f64 * size_of::<T>() as f64 })?;
        Ok(v)
    }

    #[inline(never)]
    fn filled(len: usize, value: T) -> Result<Self, OutOfMemory> {
        let mut v = Self::reserved(len)?;
        v.resize(len, value);
        Ok(v)
    }

    fn collected(len: usize, from: impl Iterator<Item = T>) -> Result<Self, OutOfMemory> {
        let mut v = Self::reserved(len)?;
        v.extend(from);
        Ok(v)
    }
}
