//! What a shard knows of clusters: labels, and sums that always agree with them.
//!
//! ```text
//! moving a row from cluster a to cluster b:   S_a -= w·x,  n_a -= w,   S_b += w·x,  n_b += w
//! ```
//! The terms are multiples of one unit (`exact.rs`), so moving rows one by one leaves the same
//! bits as adding all of them afresh: only rows that changed cluster touch the sums.

use crate::exact::{BINS, Units};
use crate::kernel::{add, same};
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};

/// The label of a row that is in no cluster yet.
pub const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub struct Clusters {
    pub k: usize,
    pub labels: Vec<u32>,
    /// Planes of k × d. One where no row has a weight: rows lie on their columns' grids.
    pub sums: Vec<f64>,
    /// Planes of k: Σ w. None where no row has a weight: then the counts are meant.
    pub weights: Vec<f64>,
    /// Rows of each cluster.
    pub counts: Vec<u32>,
    units: Units,
}

impl Clusters {
    pub fn new(k: usize, rows: &Rows) -> Result<Self, OutOfMemory> {
        let weighted = rows.weights.is_some();
        let planes = if weighted { BINS } else { 1 };
        Ok(Self {
            k,
            labels: Vec::filled(rows.count, NONE)?,
            sums: vec![0.0; planes * k * rows.columns],
            weights: vec![0.0; if weighted { planes * k } else { 0 }],
            counts: vec![0; k],
            units: rows.units(rows.span),
        })
    }

    /// Gives the rows from `at` on their new labels; returns how many changed.
    pub fn relabel(&mut self, rows: &Rows, at: usize, labels: &[u32]) -> u32 {
        if same(&self.labels[at..at + labels.len()], labels) {
            return 0;
        }
        let mut changed = 0;
        for (i, &to) in (at..).zip(labels) {
            let from = self.labels[i];
            if from != to {
                changed += 1;
                self.labels[i] = to;
                match &rows.weights {
                    None => self.shift(rows.row(i), from as usize, to as usize),
                    Some(weights) => self.shift_weighted(rows.row(i), weights[i], from as usize, to as usize),
                }
            }
        }
        changed
    }

    #[inline(always)]
    fn shift(&mut self, row: &[f32], from: usize, to: usize) {
        let d = row.len();
        if from < self.k {
            self.counts[from] -= 1;
            add(&mut self.sums[from * d..][..d], row, -1.0);
        }
        self.counts[to] += 1;
        add(&mut self.sums[to * d..][..d], row, 1.0);
    }

    fn shift_weighted(&mut self, row: &[f32], weight: f64, from: usize, to: usize) {
        if from < self.k {
            self.counts[from] -= 1;
            self.add_weighted(row, weight, -1.0, from);
        }
        self.counts[to] += 1;
        self.add_weighted(row, weight, 1.0, to);
    }

    fn add_weighted(&mut self, row: &[f32], weight: f64, sign: f64, cluster: usize) {
        let (d, size) = (row.len(), self.k * row.len());
        for (b, part) in self.units.split(weight).into_iter().enumerate() {
            self.weights[b * self.k + cluster] += sign * part;
        }
        for (j, &x) in row.iter().enumerate() {
            for (b, part) in self.units.split(weight * x as f64).into_iter().enumerate() {
                self.sums[b * size + cluster * d + j] += sign * part;
            }
        }
    }
}
