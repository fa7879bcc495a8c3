//! The rows that a shard owns, from the caller's numbers to loaded ones.

use crate::exact::{BINS, Sums, Units, log2_ceil};
use crate::frame::{Frame, run_of};
use crate::kernel::{Number, TILE, dot, extremes};
use crate::{Allocate, OutOfMemory};

/// What `measure` finds in the caller's numbers, before a frame is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Extents {
    pub min: Vec<f64>,
    pub max: Vec<f64>,
    /// Global row and column of the first number that is not finite, and that number.
    pub bad: Option<(u64, usize, f64)>,
    /// Every `stride`-th row, by global row.
    pub sample: Vec<f64>,
}

/// Rows in memory: `count` × `columns`, row-major.
pub struct Rows {
    pub count: usize,
    pub columns: usize,
    /// Global number of the first row.
    pub first: u64,
    /// In a frame's units; grows to its reserved size as rows are loaded.
    pub values: Vec<f32>,
    /// At least ‖row‖.
    pub norms: Vec<f32>,
    /// One per row, at most 1; absent where all are 1.
    pub weights: Option<Vec<f64>>,
    /// Rows of all holders together: what exact sums must have room for.
    pub total: usize,
    /// |coordinate| ≤ 2^span; 0 in a frame made for these rows.
    pub span: i32,
}

impl Rows {
    pub fn new(count: usize, columns: usize, first: u64, total: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            count,
            columns,
            first,
            values: Vec::reserved(count * columns)?,
            norms: Vec::reserved(count)?,
            weights: None,
            total: total.max(count),
            span: 0,
        })
    }

    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.columns..][..self.columns]
    }

    pub fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[i])
    }

    /// The units of sums over all rows of values up to 2^top.
    pub fn units(&self, top: i32) -> Units {
        Units::new(self.total, top)
    }

    /// An exponent above every ‖x - c‖² of rows and centroids within the span.
    pub fn distance_top(&self) -> i32 {
        2 * self.span + 2 + log2_ceil(self.columns)
    }

    pub fn extents(&self) -> Extents {
        let (min, max) = (vec![f64::INFINITY; self.columns], vec![f64::NEG_INFINITY; self.columns]);
        Extents { min, max, bad: None, sample: Vec::new() }
    }
}

impl Extents {
    /// `some`: whole rows, the first of which has the global number `first`.
    pub fn meet<T: Number>(&mut self, some: &[T], first: u64, stride: u64) {
        let d = self.min.len();
        let Some(start) = some.get(..d) else {
            return;
        };
        let run = run_of(d);
        let mut min: Vec<T> = start.iter().copied().cycle().take(run).collect();
        let mut max = min.clone();
        let mut finite = vec![T::default(); run];
        for run in some.chunks(run) {
            extremes(run, &mut min, &mut max, &mut finite);
        }
        let wide = |values: Vec<T>| values.into_iter().map(|x| x.into()).collect();
        if !self.widen(wide(min), wide(max), wide(finite)) && self.bad.is_none() {
            let at = some.iter().position(|&x| !x.into().is_finite()).unwrap_or(0);
            self.bad = Some((first + (at / d) as u64, at % d, some[at].into()));
        }
        let skip = (stride - first % stride) % stride;
        for row in some.chunks_exact(d).skip(skip as usize).step_by(stride as usize) {
            self.sample.extend(row.iter().map(|&x| x.into()));
        }
    }
}

impl Extents {
    /// The extremes of runs of columns; false where a value was not finite.
    #[inline(never)]
    fn widen(&mut self, min: Vec<f64>, max: Vec<f64>, finite: Vec<f64>) -> bool {
        let d = self.min.len();
        for (i, (min, max)) in min.into_iter().zip(max).enumerate() {
            self.min[i % d] = self.min[i % d].min(min);
            self.max[i % d] = self.max[i % d].max(max);
        }
        finite.into_iter().all(|f| f == 0.0)
    }
}

impl Rows {
    /// Loads the next rows from the caller's numbers: whole rows, in order.
    /// Adds Σ w‖y‖² to `squares`.
    pub fn load<T: Number>(&mut self, some: &[T], frame: &Frame, squares: &mut Sums) {
        let zeros = [0.0f32; TILE];
        for tile in some.chunks(TILE * self.columns) {
            let from = self.values.len();
            // Grown by whole tiles of zeros that stay in cache until the rows overwrite them.
            for some in tile.chunks(TILE) {
                self.values.extend_from_slice(&zeros[..some.len()]);
            }
            frame.load(tile, &mut self.values[from..]);
            self.weigh(tile.len() / self.columns, squares);
        }
    }

    /// Norms and squares of the next `count` loaded rows.
    #[inline(never)]
    fn weigh(&mut self, count: usize, sum: &mut Sums) {
        let units = self.units(self.distance_top());
        let from = self.norms.len();
        let mut squares = [0.0f64; TILE];
        for (i, squared) in squares[..count].iter_mut().enumerate() {
            *squared = norm_squared(self.row(from + i));
        }
        // Above the exact norm: 1e-6 is more than all that sqrt and f32 round off.
        let norms = squares.map(|squared| (squared.sqrt() * (1.0 + 1e-6)) as f32);
        self.norms.extend_from_slice(&norms[..count]);
        if let Some(weights) = &self.weights {
            squares.iter_mut().zip(&weights[from..from + count]).for_each(|(squared, weight)| *squared *= weight);
        }
        sum.add(0, total(&units, &squares[..count]));
    }
}

/// The parts of an exact sum of some values.
fn total(units: &Units, values: &[f64]) -> [f64; BINS] {
    values.iter().fold([0.0; BINS], |mut sum, &value| {
        for (sum, part) in sum.iter_mut().zip(units.split(value)) {
            *sum += part;
        }
        sum
    })
}

/// Σ y² in f64, in four sums by dimension modulo 4.
pub fn norm_squared(row: &[f32]) -> f64 {
    dot(row, row)
}
