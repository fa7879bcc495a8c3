//! Seeds from a sample that one holder has whole: k-means++, then local-search swaps.
//!
//! ```text
//! k-means++ (Arthur & Vassilvitskii 2007): each next seed drawn in proportion to D²
//! swap (Lattanzi & Sohler 2019), repeated:
//!     draw x in proportion to D²
//!     gain = Σ w·(d1 - min(d1, dx))                              if x became a seed
//!     loss_j = Σ over rows of seed j of w·(min(d2, dx) - min(d1, dx))     if seed j went
//!     if gain > loss_j for the cheapest j: x takes the place of j
//! ```
//! d1, d2: squared distances of a row to its nearest and second nearest seed. One swap costs one
//! distance per row; only rows that had j first or second look at all seeds again.
//!
//! Departures:
//! 1. Rows stand in lanes for good ([`Block`]s of the sample are transposed once).
//! 2. Rows that must look at all seeds again are gathered into blocks first.

use crate::kernel::{BLOCK, Block, closer};
use crate::race::Race;
use crate::{Allocate, OutOfMemory};

/// Stages of the races, apart from those of the questions.
const STAGE: u64 = 1 << 32;

/// A search under way: [`Search::work`] takes it a seed or a swap further.
pub struct Search {
    rows: Vec<f32>,
    weights: Option<Vec<f64>>,
    d: usize,
    k: usize,
    seed: u64,
    stage: u64,
    /// Swaps still to be tried.
    left: usize,
    /// `[block][j][16]`
    lanes: Vec<f32>,
    near: Vec<Near>,
    /// Squared distances of all rows to the row that is tried.
    to_row: Vec<f32>,
    /// Rows of the sample; fewer than k where it has fewer distinct rows.
    pub seeds: Vec<u32>,
    /// Swaps made.
    pub swaps: u32,
}

/// A row's nearest and second nearest seed.
#[derive(Clone, Copy)]
struct Near {
    d1: f32,
    d2: f32,
    a1: u32,
    a2: u32,
}

impl Near {
    const NONE: Near = Near { d1: f32::INFINITY, d2: f32::INFINITY, a1: u32::MAX, a2: u32::MAX };

    #[inline(always)]
    fn meet(&mut self, squared: f32, seed: u32) {
        if squared < self.d1 {
            *self = Near { d1: squared, d2: self.d1, a1: seed, a2: self.a1 };
        } else if squared < self.d2 {
            self.d2 = squared;
            self.a2 = seed;
        }
    }
}

impl Search {
    /// `rows`: m × d, row-major, in a frame's units. `weights`: one per row. At most k seeds.
    pub fn new(
        rows: Vec<f32>,
        weights: Option<Vec<f64>>,
        d: usize,
        k: usize,
        swaps: usize,
        seed: u64,
    ) -> Result<Self, OutOfMemory> {
        let count = rows.len() / d;
        let mut lanes = Vec::filled(count.div_ceil(BLOCK) * BLOCK * d, 0.0)?;
        let mut block = Block::new(d);
        for (from, to) in rows.chunks(BLOCK * d).zip(lanes.chunks_exact_mut(BLOCK * d)) {
            block.fill(from, d);
            to.copy_from_slice(&block.lanes);
        }
        let near = Vec::filled(count, Near::NONE)?;
        let to_row = Vec::filled(count, 0.0)?;
        let seeds = Vec::new();
        Ok(Self { rows, weights, d, k, seed, stage: STAGE, left: swaps, lanes, near, to_row, seeds, swaps: 0 })
    }

    /// Draws one seed, or tries one swap; false where there is nothing left to do.
    #[inline(never)]
    pub fn work(&mut self) -> bool {
        let seeding = self.seeds.len() < self.k;
        if !seeding && (self.left == 0 || self.k == 1) {
            return false;
        }
        let Some(x) = self.draw() else { return false };
        let mut to_row = std::mem::take(&mut self.to_row);
        self.distances(x, &mut to_row);
        if seeding {
            self.accept(x, &to_row);
        } else {
            self.left -= 1;
            if let Some(j) = self.cheapest(&to_row) {
                self.swap(j, x, &to_row);
                self.swaps += 1;
            }
        }
        self.to_row = to_row;
        true
    }

    fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[i])
    }

    fn row(&self, i: u32) -> &[f32] {
        &self.rows[i as usize * self.d..][..self.d]
    }

    /// A row in proportion to w·D² (to w before the first seed); none where all are seeds.
    fn draw(&mut self) -> Option<u32> {
        let mut race = Race::new(self.seed, self.stage, 1);
        self.stage += 1;
        for (i, near) in self.near.iter().enumerate() {
            let squared = if self.seeds.is_empty() { 1.0 } else { near.d1 as f64 };
            race.run(i as u64, self.weight(i) * squared);
        }
        race.winners().first().map(|r| r.row as u32)
    }

    /// OUT `to`: squared distances of all rows to row x.
    fn distances(&self, x: u32, to: &mut [f32]) {
        let x = self.row(x);
        for (lanes, to) in self.lanes.chunks_exact(BLOCK * self.d).zip(to.chunks_mut(BLOCK)) {
            let mut found = [f32::INFINITY; BLOCK];
            closer(lanes, x, &mut found);
            to.copy_from_slice(&found[..to.len()]);
        }
    }

    fn accept(&mut self, x: u32, to: &[f32]) {
        let j = self.seeds.len() as u32;
        self.seeds.push(x);
        for (near, &squared) in self.near.iter_mut().zip(to) {
            near.meet(squared, j);
        }
    }

    /// The seed whose place x should take, if any.
    fn cheapest(&self, to: &[f32]) -> Option<u32> {
        let mut gain = 0.0;
        let mut loss = vec![0.0f64; self.seeds.len()];
        for (i, (near, &dx)) in self.near.iter().zip(to).enumerate() {
            let w = self.weight(i);
            let with = near.d1.min(dx) as f64;
            gain += w * (near.d1 as f64 - with);
            loss[near.a1 as usize] += w * (near.d2.min(dx) as f64 - with);
        }
        let (j, least) = loss.into_iter().enumerate().fold((0, f64::INFINITY), |a, b| if b.1 < a.1 { b } else { a });
        (gain > least).then_some(j as u32)
    }

    fn swap(&mut self, j: u32, x: u32, to: &[f32]) {
        self.seeds[j as usize] = x;
        let mut again = Vec::new();
        for (i, (near, &squared)) in self.near.iter_mut().zip(to).enumerate() {
            if near.a1 == j || near.a2 == j {
                again.push(i as u32);
            } else {
                near.meet(squared, j);
            }
        }
        let mut block = Block::new(self.d);
        let mut gathered = vec![0.0f32; BLOCK * self.d];
        for some in again.chunks(BLOCK) {
            for (to, &i) in gathered.chunks_exact_mut(self.d).zip(some) {
                to.copy_from_slice(&self.rows[i as usize * self.d..][..self.d]);
            }
            block.fill(&gathered[..some.len() * self.d], self.d);
            let mut found = [Near::NONE; BLOCK];
            for (s, &seed) in self.seeds.iter().enumerate() {
                let mut squared = [f32::INFINITY; BLOCK];
                closer(&block.lanes, &self.rows[seed as usize * self.d..][..self.d], &mut squared);
                for (near, squared) in found.iter_mut().zip(squared) {
                    near.meet(squared, s as u32);
                }
            }
            for (&i, near) in some.iter().zip(found) {
                self.near[i as usize] = near;
            }
        }
    }
}
