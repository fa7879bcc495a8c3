//! Which variant a pass uses.
//!
//! ```text
//! begin with every distance; begin bounds when few rows changed in the last pass
//! credit += what each pass with bounds saved, in passes over every distance
//! if credit < DEBT: drop the bounds, wait, try again; wait twice as long each time
//! ```
//! Only time depends on the choice, so it may be made by each holder of rows for itself.

use super::clusters::Clusters;
use super::{Bounds, Hamerly, Lloyd};
use crate::OutOfMemory;
use crate::rows::Rows;

/// How rows find their centroids; never what they find.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Algorithm {
    /// Bounds where they are seen to pay.
    #[default]
    Auto,
    /// Every distance of every row.
    Lloyd,
    /// Bounds from the first question on.
    Hamerly,
}

/// Multiply-adds a row below which bounds never paid.
const LEAST_WORK: usize = 128;
/// Part of the rows that may change for bounds to be begun.
const CHURN: f64 = 0.1;
/// What bounds may have saved at most for later, and lost before they are dropped, in passes.
const CREDIT: f64 = 2.0;
const DEBT: f64 = -0.5;
/// Passes without bounds after a first try that did not pay; twice as many after each further one.
const PAUSE: u32 = 8;

/// One pass of a variant.
pub enum Assign {
    Lloyd(Box<Lloyd>),
    Hamerly(Box<Hamerly>),
}

/// The bounds, if any, and the account of what they saved.
pub struct Chooser {
    /// True of the clusters' labels.
    bounds: Option<Bounds>,
    /// Part of the rows that changed in the last pass.
    churn: f64,
    credit: f64,
    /// Passes to go before bounds are tried again, and how many it will be the next time.
    pause: u32,
    next_pause: u32,
}

impl Default for Chooser {
    fn default() -> Self {
        Self { bounds: None, churn: 1.0, credit: 0.0, pause: 0, next_pause: PAUSE }
    }
}

impl Chooser {
    /// The next pass, over the labels that the last one left. `centroids`: k × d.
    pub fn begin(
        &mut self,
        algorithm: Algorithm,
        rows: &Rows,
        centroids: &[f64],
        k: usize,
    ) -> Result<Assign, OutOfMemory> {
        let d = rows.columns;
        if self.bounds.is_none() && self.wants_bounds(algorithm, k, d) {
            // Without room for bounds, there are none.
            self.bounds = Bounds::new(centroids, k, rows.count).ok();
        }
        Ok(match &mut self.bounds {
            Some(bounds) => Assign::Hamerly(Box::new(Hamerly::new(bounds, centroids, k, d)?)),
            None => Assign::Lloyd(Box::new(Lloyd::new(centroids, k, d)?)),
        })
    }

    /// Relabels the rows from `at` to `end`, or leaves them for [`Chooser::flush`]; how many changed.
    pub fn tile(&mut self, assign: &mut Assign, rows: &Rows, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        match (assign, &mut self.bounds) {
            (Assign::Lloyd(lloyd), _) => lloyd.relabel(rows, clusters, at, end),
            (Assign::Hamerly(hamerly), Some(bounds)) => hamerly.tile(rows, bounds, clusters, at, end),
            (_, None) => unreachable!("bounds are kept while a pass needs them"),
        }
    }

    /// Relabels the rows that were left; how many changed.
    pub fn flush(&mut self, assign: &mut Assign, rows: &Rows, clusters: &mut Clusters) -> u32 {
        match (assign, &mut self.bounds) {
            (Assign::Hamerly(hamerly), Some(bounds)) => hamerly.search(rows, bounds, clusters),
            _ => 0,
        }
    }

    /// Settles the account of a pass over `count` rows; how many were decided in f64. `free`: the
    /// bounds may be dropped.
    pub fn end(&mut self, assign: Assign, changed: u32, count: usize, free: bool) -> u64 {
        self.churn = changed as f64 / count.max(1) as f64;
        self.pause = self.pause.saturating_sub(1);
        match assign {
            Assign::Lloyd(lloyd) => lloyd.decided,
            Assign::Hamerly(hamerly) => {
                self.credit = (self.credit + hamerly.saved(count)).min(CREDIT);
                if free && self.credit < DEBT {
                    let pause = self.next_pause;
                    *self = Self { churn: self.churn, pause, next_pause: 2 * pause, ..Self::default() };
                }
                hamerly.decided()
            }
        }
    }

    /// Bounds pay once few rows change, and where a row's distances cost more than its bounds.
    fn wants_bounds(&self, algorithm: Algorithm, k: usize, d: usize) -> bool {
        match algorithm {
            Algorithm::Lloyd => false,
            Algorithm::Hamerly => true,
            Algorithm::Auto => k > 1 && k * d >= LEAST_WORK && self.churn < CHURN && self.pause == 0,
        }
    }
}
