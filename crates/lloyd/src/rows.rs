//! The rows that a shard owns, from the caller's numbers to loaded ones.

use crate::exact::{Sums, Units, log2_ceil};
use crate::frame::Frame;
use crate::kernel::round_up;
use crate::{Allocate, OutOfMemory};

/// A number of the caller's.
pub trait Number: Copy + PartialOrd + core::ops::Sub<Output = Self> + core::ops::AddAssign + Into<f64> + Default {}
impl Number for f32 {}
impl Number for f64 {}

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
    /// Raw `f32` until loaded, then in the frame's units.
    pub values: Vec<f32>,
    /// ‖row‖, rounded up.
    pub norms: Vec<f32>,
    /// One per row, at most 1; absent where all are 1.
    pub weights: Option<Vec<f64>>,
    /// Rows of all holders together: what exact sums must have room for.
    pub total: usize,
    /// |coordinate| ≤ 2^span; 0 in a frame made for these rows.
    pub span: i32,
}

/// What loading finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Σ w‖y‖²
    pub squares: Sums,
    /// Σ ‖y‖² and, per column, Σ y, whatever the weights: the scale of `tolerance`.
    pub plain_squares: Sums,
    pub sums: Vec<f64>,
}

impl Rows {
    pub fn new(count: usize, columns: usize, first: u64, total: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            count,
            columns,
            first,
            values: Vec::filled(count * columns, 0.0)?,
            norms: Vec::filled(count, 0.0)?,
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

    pub fn extents(&self) -> Result<Extents, OutOfMemory> {
        Ok(Extents {
            min: Vec::filled(self.columns, f64::INFINITY)?,
            max: Vec::filled(self.columns, f64::NEG_INFINITY)?,
            bad: None,
            sample: Vec::new(),
        })
    }
}

impl Extents {
    /// `some`: whole rows, the first of which has the global number `first`.
    pub fn meet<T: Number>(&mut self, some: &[T], first: u64, stride: u64) -> Result<(), OutOfMemory> {
        let d = self.min.len();
        let Some(start) = some.get(..d) else { return Ok(()) };
        let (mut min, mut max) = (Vec::copied(start)?, Vec::copied(start)?);
        let mut finite = Vec::filled(d, T::default())?;
        for row in some.chunks_exact(d) {
            for (((x, min), max), finite) in row.iter().zip(&mut min).zip(&mut max).zip(&mut finite) {
                *min = if *x < *min { *x } else { *min };
                *max = if *x > *max { *x } else { *max };
                *finite += *x - *x;
            }
        }
        for j in 0..d {
            self.min[j] = self.min[j].min(min[j].into());
            self.max[j] = self.max[j].max(max[j].into());
        }
        if self.bad.is_none() && finite.into_iter().any(|f| f.into() != 0.0) {
            let at = some.iter().position(|&x| !x.into().is_finite()).unwrap_or(0);
            self.bad = Some((first + (at / d) as u64, at % d, some[at].into()));
        }
        let skip = (stride - first % stride) % stride;
        for row in some.chunks_exact(d).skip(skip as usize).step_by(stride as usize) {
            self.sample.extend(row.iter().map(|&x| x.into()));
        }
        Ok(())
    }
}

impl Moments {
    pub fn zero(columns: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { squares: Sums::zero(1)?, plain_squares: Sums::zero(1)?, sums: Vec::filled(columns, 0.0)? })
    }

    fn meet(&mut self, rows: &mut Rows, at: usize, units: &Units) {
        let row = &rows.values[at * rows.columns..][..rows.columns];
        let squared = norm_squared(row);
        rows.norms[at] = round_up(squared.sqrt() * (1.0 + 1e-7));
        self.plain_squares.add(0, units.split(squared));
        if rows.weights.is_some() {
            self.squares.add(0, units.split(squared * rows.weight(at)));
        }
        for (sum, &y) in self.sums.iter_mut().zip(row) {
            *sum += y as f64;
        }
    }
}

impl Rows {
    /// Loads rows from `at` on from the caller's numbers `from` (whole rows).
    pub fn load<T: Number>(&mut self, from: &[T], at: usize, frame: &Frame, moments: &mut Moments) {
        let d = self.columns;
        let units = self.units(self.distance_top());
        for (i, row) in from.chunks_exact(d).enumerate() {
            let to = &mut self.values[(at + i) * d..][..d];
            for (j, (y, &x)) in to.iter_mut().zip(row).enumerate() {
                *y = frame.load(x.into(), j);
            }
            moments.meet(self, at + i, &units);
        }
    }

    /// The same where the caller's `f32` numbers already stand in `values`.
    pub fn load_in_place(&mut self, at: usize, count: usize, frame: &Frame, moments: &mut Moments) {
        let d = self.columns;
        let units = self.units(self.distance_top());
        for i in at..at + count {
            for (j, y) in self.values[i * d..][..d].iter_mut().enumerate() {
                *y = frame.load(*y as f64, j);
            }
            moments.meet(self, i, &units);
        }
    }
}

/// Σ y² in f64, in four sums by dimension modulo 4.
pub fn norm_squared(row: &[f32]) -> f64 {
    let mut sum = [0.0f64; 4];
    let (fours, rest) = row.as_chunks::<4>();
    for four in fours {
        for l in 0..4 {
            sum[l] += four[l] as f64 * four[l] as f64;
        }
    }
    for (l, &y) in rest.iter().enumerate() {
        sum[l] += y as f64 * y as f64;
    }
    (sum[0] + sum[1]) + (sum[2] + sum[3])
}
