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

//!
//! Departures:
//! 1. Columns repeat along the row-major values, so what belongs to them is laid out over a run of
//!    whole rows of at least [`RUN`] values: one loop without regard to d, in vectors for any d.

use crate::exact::{exp2, log2_ceil, magic};
use crate::kernel::{Number, place};

/// The finest grid of any column: no product of two loaded values is subnormal in f32.
pub const FINEST: i32 = -60;
/// Values of a run, at least.
const RUN: usize = 64;

/// Values of a run of whole rows.
pub fn run_of(columns: usize) -> usize {
    columns * RUN.div_ceil(columns)
}

#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    scale: f64,
    /// A run of the columns' origins, in the caller's units, and of their grids' magic numbers.
    origin: Vec<f64>,
    magic: Vec<f64>,
}

impl Frame {
    /// `origin`, `grid`: one per column; `grid` is log2 of the column's unit in the frame.
    /// The caller's units are 2^exponent of the frame's.
    pub fn new(origin: &[f64], exponent: i32, grid: &[i32]) -> Self {
        let run = run_of(origin.len());
        Self {
            scale: exp2(-exponent),
            origin: origin.iter().copied().cycle().take(run).collect(),
            magic: grid.iter().map(|&e| magic(e)).cycle().take(run).collect(),
        }
    }

    /// The grid of a column with |y| ≤ 2^top, for `count` rows in all.
    pub fn grid_for(top: i32, count: usize) -> i32 {
        (top - (51 - log2_ceil(count))).max(FINEST)
    }

    /// Whole rows of the caller's numbers to loaded ones.
    #[inline(never)]
    pub fn load<T: Number>(&self, from: &[T], values: &mut [f32]) {
        let run = self.origin.len();
        for (values, from) in values.chunks_mut(run).zip(from.chunks(run)) {
            place(from, &self.origin, self.scale, &self.magic, values);
        }
    }

    /// The caller's numbers in the frame's units, in f64 and off the grid: what refined answers use.
    pub fn place(&self, rows: &mut [f64]) {
        for run in rows.chunks_mut(self.origin.len()) {
            for (x, origin) in run.iter_mut().zip(&self.origin) {
                *x = (*x - origin) * self.scale;
            }
        }
    }
}
