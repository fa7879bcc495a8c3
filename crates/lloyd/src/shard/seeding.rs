//! `draw`: races over all rows, weighted by the squared distance to the nearest seed.

use crate::exact::{Sums, Units};
use crate::kernel::{BLOCK, Block, closer};
use crate::race::{Race, Runner};
use crate::rows::Rows;

/// How the next rows are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Draw {
    /// In proportion to weight × squared distance to the nearest seed (weight alone without seeds).
    Weighted,
    /// The greatest squared distance to the nearest seed, lowest row first on ties.
    Greatest,
}

/// Winners of a draw.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// Σ w·D², one per candidate (one in all without candidates).
    pub potentials: Sums,
    /// One list per candidate, best first.
    pub winners: Vec<Vec<Runner>>,
}

/// One pass that brings rows' distances to the nearest seed up to date and runs the races.
pub(super) struct Seeding {
    pub(super) draw: Draw,
    /// Rows of d; `nearest` knows the first `known` values.
    pub(super) seeds: Vec<f32>,
    pub(super) known: usize,
    pub(super) candidates: Vec<f32>,
    /// Seeds or candidates at all: without them, every squared distance counts as 1.
    pub(super) any: bool,
    pub(super) races: Vec<Race>,
    pub(super) potentials: Sums,
    pub(super) units: Units,
    pub(super) block: Block,
}

impl Seeding {
    #[inline(never)]
    pub(super) fn tile(&mut self, rows: &Rows, nearest: &mut [f32], from: usize, to: usize) {
        let d = rows.columns;
        for (at, near) in (from..to).step_by(BLOCK).zip(nearest.chunks_mut(BLOCK)) {
            let end = at + near.len();
            let mut known = [1.0; BLOCK];
            if self.any {
                self.block.fill(&rows.values[at * d..end * d], d);
                known[..end - at].copy_from_slice(near);
            }
            for seed in self.seeds[self.known..].chunks_exact(d) {
                closer(&self.block.lanes, seed, &mut known);
            }
            if self.any {
                near.copy_from_slice(&known[..end - at]);
            }
            let candidates = self.candidates.chunks_exact(d);
            for c in 0..candidates.len().max(1) {
                let mut squared = known;
                if let Some(candidate) = candidates.clone().nth(c) {
                    closer(&self.block.lanes, candidate, &mut squared);
                }
                let squared = &squared[..end - at];
                Self::run(&mut self.races[c], &mut self.potentials, c, self.draw, &self.units, rows, at, squared);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    #[inline(never)]
    fn run(
        race: &mut Race,
        sums: &mut Sums,
        list: usize,
        draw: Draw,
        units: &Units,
        rows: &Rows,
        at: usize,
        squared: &[f32],
    ) {
        for (i, &squared) in (at..).zip(squared) {
            let weight = rows.weight(i) * squared as f64;
            sums.add(list, units.split(weight));
            let row = rows.first + i as u64;
            match draw {
                Draw::Weighted => race.run(row, weight),
                Draw::Greatest if weight > 0.0 => race.enter(Runner { key: -(squared as f64), row }),
                Draw::Greatest => {}
            }
        }
    }
}
