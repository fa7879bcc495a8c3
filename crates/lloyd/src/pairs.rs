//! Distances between some rows and whole clusters: what silhouettes and Dunn's index are made of.
//!
//! ```text
//! for each asker x, which asks about cluster C:   fold ‖x - y‖ over the held rows y of C
//! ```
//! Askers come with the question, in the units in which the rows are held, so a holder answers for
//! its rows alone: sums of integers, minima and maxima of disjoint rows merge exactly.
//!
//! Departures:
//! 1. Held rows are sorted by cluster when they arrive, askers come sorted by the cluster they ask
//!    about: no label is looked at per pair.
//! 2. A kernel's call takes few enough rows to stay in the first-level cache and to come back soon,
//!    because V8 replaces its baseline code only between calls.

use crate::kernel::pairs::{Fold, Kept, WIDTH, fold};
use crate::{Allocate, OutOfMemory};

/// Values of the rows of one call: 16 kB.
const CHUNK: usize = 2048;

/// Rows of d, sorted by cluster.
pub struct Pairs {
    columns: usize,
    rows: Vec<f64>,
    /// Where each cluster begins, and where the last one ends: k + 1 row numbers.
    starts: Vec<usize>,
    /// Where the next row of each cluster goes.
    next: Vec<usize>,
    question: Question,
}

struct Question {
    fold: Fold,
    /// Row-major, by ascending cluster.
    askers: Vec<f64>,
    /// For each block of up to [`WIDTH`] askers: the first, how many, and their cluster.
    blocks: Vec<(u32, u32, u32)>,
    /// The block that is worked on, the row it has come to, and what it has.
    at: usize,
    row: usize,
    lanes: Vec<f64>,
    kept: Kept,
    found: Vec<u64>,
}

impl Pairs {
    /// Room for one row per label; the labels are below `k`.
    pub fn new(labels: &[u32], k: usize, columns: usize) -> Result<Self, OutOfMemory> {
        let mut starts = Vec::filled(k + 1, 0)?;
        for &label in labels {
            starts[label as usize + 1] += 1;
        }
        for j in 0..k {
            starts[j + 1] += starts[j];
        }
        Ok(Self {
            columns,
            rows: Vec::filled(labels.len() * columns, 0.0)?,
            next: Vec::copied(&starts)?,
            starts,
            question: Question::none(),
        })
    }

    /// The next rows with their labels, in order, once each; `scale`: a power of two.
    pub fn place(&mut self, some: &[f64], labels: &[u32], scale: f64) {
        for (row, &label) in some.chunks_exact(self.columns).zip(labels) {
            let at = &mut self.next[label as usize];
            for (y, x) in self.rows[*at * self.columns..][..self.columns].iter_mut().zip(row) {
                *y = x * scale;
            }
            *at += 1;
        }
    }

    /// `askers`: rows, by ascending cluster that they ask about; `counts`: how many ask about each.
    pub fn ask(&mut self, fold: Fold, askers: Vec<f64>, counts: &[u32]) -> Result<(), OutOfMemory> {
        let count = askers.len() / self.columns;
        let mut blocks = Vec::reserved(count / WIDTH + counts.len())?;
        let mut from = 0;
        for (j, &asking) in counts.iter().enumerate() {
            for first in (0..asking).step_by(WIDTH) {
                blocks.push((from + first, (asking - first).min(WIDTH as u32), j as u32));
            }
            from += asking;
        }
        let lanes = Vec::filled(self.columns * WIDTH, 0.0)?;
        let found = Vec::reserved(count)?;
        self.question = Question { fold, askers, blocks, at: 0, row: 0, lanes, kept: fold.none(), found };
        Ok(())
    }

    /// Goes on for about `budget` pairs; false when the answer is whole.
    pub fn work(&mut self, budget: usize) -> bool {
        let d = self.columns;
        let step = (CHUNK / d).max(2);
        let question = &mut self.question;
        let mut left = budget as isize;
        while let Some(&(first, count, cluster)) = question.blocks.get(question.at) {
            let (start, end) = (self.starts[cluster as usize], self.starts[cluster as usize + 1]);
            if question.row == 0 {
                question.load(first as usize, count as usize, d);
            }
            while start + question.row < end {
                if left <= 0 {
                    return true;
                }
                let from = start + question.row;
                let to = (from + step).min(end);
                fold(question.fold, &question.lanes, d, &self.rows[from * d..to * d], &mut question.kept);
                question.row += to - from;
                left -= ((to - from) * WIDTH) as isize;
            }
            question.found.extend_from_slice(&question.kept[..count as usize]);
            question.at += 1;
            question.row = 0;
            left -= WIDTH as isize;
        }
        false
    }

    /// Of each asker in its order: squared distances, or sums in units as `high × n, low × n` with
    /// high a multiple of 2^32 units and 0 ≤ low < 2^32.
    pub fn reply(&self) -> Result<Vec<f64>, OutOfMemory> {
        let found = &self.question.found;
        match self.question.fold {
            Fold::Sum(_) => {
                let high = found.iter().map(|&sum| (sum as i64 >> 32) as f64 * 2f64.powi(32));
                let low = found.iter().map(|&sum| sum as u32 as f64);
                Vec::collected(2 * found.len(), high.chain(low))
            }
            _ => Vec::collected(found.len(), found.iter().map(|&bits| f64::from_bits(bits))),
        }
    }
}

impl Question {
    fn none() -> Self {
        let fold = Fold::Least;
        Self {
            fold,
            askers: Vec::new(),
            blocks: Vec::new(),
            at: 0,
            row: 0,
            lanes: Vec::new(),
            kept: fold.none(),
            found: Vec::new(),
        }
    }

    /// Puts the askers of a block into lanes; the last one fills up.
    fn load(&mut self, first: usize, count: usize, d: usize) {
        self.kept = self.fold.none();
        for l in 0..WIDTH {
            let row = &self.askers[(first + l.min(count - 1)) * d..][..d];
            for (t, &x) in row.iter().enumerate() {
                self.lanes[t * WIDTH + l] = x;
            }
        }
    }
}
