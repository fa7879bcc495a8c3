//! Row × row distances in f64, folded: the tile under silhouettes and Dunn's index.
//!
//! ```text
//! for each of 8 rows x in lanes, for each other row y:
//!     s = Σ_t (x_t - y_t)²                                   ascending t, differences first
//!     sum:   total += fixed(√s)         least: s < least ?         most: s > most ?
//!     mutual:                            y's total += fixed(√s), too
//! ```
//! Differences come before squares, so a pair's distance is right to the last digits however near
//! the two rows are, is 0 for equal rows, and has the same bits in both directions.
//!
//! Departures:
//! 1. fixed(v) is v + M with M = 1.5·2^52 units, read as an integer: one addition rounds v to
//!    a multiple of the unit, and sums of integers do not depend on order. Each lane has a unit of its own.
//! 2. Mutual sums halve the distances where two sets of rows ask about each other, and take no longer for one
//!    distance.
//! 3. In SIMD 8 rows stand in four vectors: as many sums as hide an addition's latency. Two other rows at a
//!    time were no faster.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use super::scalar as active;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::simd128 as active;

/// Rows in lanes.
pub const WIDTH: usize = 8;

/// What is kept of the distances between a row and others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fold {
    /// Σ of distances, in the lane's units.
    Sum,
    /// The smallest squared distance.
    Least,
    /// The largest squared distance.
    Most,
}

/// One result per lane: for sums the bits of an i64, else those of an f64.
pub type Kept = [u64; WIDTH];

impl Fold {
    /// Of no rows at all.
    pub fn none(self) -> Kept {
        match self {
            Fold::Sum => [0; WIDTH],
            Fold::Least => [f64::INFINITY.to_bits(); WIDTH],
            Fold::Most => [f64::NEG_INFINITY.to_bits(); WIDTH],
        }
    }
}

/// `lanes`: `[t][8]`, `d` of them, and behind them 8 constants that round to the lanes' units
/// (`exact::magic`); `rows`: whole rows of `d`, row-major. INOUT `kept`.
pub fn fold(fold: Fold, lanes: &[f64], d: usize, rows: &[f64], kept: &mut Kept) {
    active::pairs(fold, lanes, d, rows, kept);
}

/// [`Fold::Sum`], and for each row the sum of its distances to the lanes: one root for both. Behind the constants in
/// `lanes` stand 8 factors: 1, or 0 for a lane that only fills up and counts for no row. `units`: the constant of each
/// row. INOUT `kept`, and `theirs` by row, in its units.
pub fn mutual(lanes: &[f64], d: usize, rows: &[f64], kept: &mut Kept, units: &[f64], theirs: &mut [u64]) {
    active::mutual(lanes, d, rows, kept, units, theirs);
}
