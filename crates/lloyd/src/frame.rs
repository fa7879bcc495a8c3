//! The frame: how the caller's numbers become rows.
//!
//! ```text
//! y = f32( snap( (x - origin) · 2^-exponent ) )        per column, in f64 up to the last step
//! ```
//! `origin` lies near the middle of each column, so that f32 keeps the digits that differ between
//! rows; `exponent` is shared, so that |y| ≤ 1 for the rows that the frame was made for and no
//! product in a kernel overflows or becomes subnormal; each column is snapped to a power-of-two
//! grid so coarse that a sum of all rows is exact (`exact.rs`) and finer than f32 resolves at the
//! column's largest value.

use crate::exact::{log2_ceil, magic, snap};
use crate::{Allocate, OutOfMemory};

/// The finest grid of any column: no product of two loaded values is subnormal in f32.
pub const FINEST: i32 = -60;

#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// One per column, in the caller's units.
    pub origin: Vec<f64>,
    /// The caller's units are 2^exponent of ours.
    pub exponent: i32,
    /// log2 of each column's grid, in our units.
    pub grid: Vec<i32>,
    scale: f64,
    magic: Vec<f64>,
}

impl Frame {
    pub fn new(origin: &[f64], exponent: i32, grid: &[i32]) -> Result<Self, OutOfMemory> {
        Ok(Self {
            origin: Vec::copied(origin)?,
            exponent,
            grid: Vec::copied(grid)?,
            scale: crate::exact::exp2(-exponent),
            magic: Vec::collected(grid.len(), grid.iter().map(|&e| magic(e)))?,
        })
    }

    /// The grid of a column with |y| ≤ 2^top, for `count` rows in all.
    pub fn grid_for(top: i32, count: usize) -> i32 {
        (top - (51 - log2_ceil(count))).max(FINEST)
    }

    #[inline(always)]
    pub fn load(&self, x: f64, column: usize) -> f32 {
        snap((x - self.origin[column]) * self.scale, self.magic[column]) as f32
    }

    /// The caller's numbers in the frame's units, in f64 and off the grid: what refined answers use.
    pub fn place(&self, rows: &mut [f64]) {
        for row in rows.chunks_exact_mut(self.origin.len()) {
            for (x, origin) in row.iter_mut().zip(&self.origin) {
                *x = (*x - origin) * self.scale;
            }
        }
    }
}
