//! A shard owns rows and answers questions about them, one at a time.
//!
//! ```text
//! begin(question);  while work(rows) { … }  reply
//! ```
//! A reply is a function of the rows and the question alone. What the shard remembers from earlier
//! questions (labels, sums, distances to seeds) is a cache: a shard that forgot it, skipped a
//! question or is asked twice answers the same bits, only later. So every question carries all
//! that its reply depends on, and `work` can be left at any point.

mod certain;
mod seeding;
mod tiles;

pub use certain::Certain;
pub use seeding::{Draw, Drawn};
pub use tiles::distances;

use crate::assign::clusters::Clusters;
use crate::assign::{Algorithm, Assign, Chooser};
use crate::exact::Sums;
use crate::kernel::{Block, TILE};
use crate::race::{Race, Runner};
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};
use seeding::Seeding;

/// A row far from its centroid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Far {
    pub squared: f64,
    pub row: u64,
    pub label: u32,
}

/// Sums of rows by their labels, in exact planes, made from loaded rows or from the caller's own
/// numbers in f64, which lose nothing to the grid.
#[derive(Clone, Debug, Default)]
pub struct Refined {
    /// Σ w‖x - c‖², one per cluster.
    pub inertias: Sums,
    /// Σ w·x: k × d.
    pub sums: Sums,
}

/// Work that goes over the rows once.
enum Pass {
    /// `from`: what `changed` counts from, in the pass that a reply is about.
    Assign {
        by: Centroids,
        assign: Assign,
        changed: u32,
        from: Option<Previous>,
    },
    Partition {
        seed: u64,
        stage: u64,
    },
    Seed(Box<Seeding>),
    Far {
        centroids: Vec<f64>,
        race: Race,
    },
    Finish {
        about: Vec<f64>,
    },
}

type Centroids = Vec<f64>;
type Previous = Option<Centroids>;

/// What answers are remembered.
#[derive(Default)]
struct Memory {
    clusters: Option<Clusters>,
    chooser: Chooser,
    /// The centroids that `clusters` is the answer to, where it is whole.
    answered: Option<Centroids>,
    /// `changed` of that answer, counted from these centroids.
    changed: Option<(Previous, u32)>,
    /// Seeds, rows of d, and each row's squared distance to the nearest of them.
    seeds: Option<Vec<f32>>,
    nearest: Vec<f32>,
    drawn: Drawn,
    farthest: Vec<Far>,
    refined: Refined,
}

pub struct Shard {
    pub rows: Rows,
    pub algorithm: Algorithm,
    memory: Memory,
    queue: Vec<Pass>,
    at: usize,
}

impl Shard {
    pub fn new(rows: Rows) -> Self {
        Self { rows, algorithm: Algorithm::default(), memory: Memory::default(), queue: Vec::new(), at: 0 }
    }

    /// Drops everything but the rows.
    pub fn forget(&mut self) {
        self.memory = Memory { chooser: self.memory.chooser.afresh(), ..Memory::default() };
        self.restart(Vec::new());
    }

    fn restart(&mut self, mut passes: Vec<Pass>) {
        passes.reverse();
        self.queue = passes;
        self.at = 0;
    }

    /// `assign`: labels by nearest centroid, and how many differ from those by `previous` (all,
    /// where there is none). `centroids`, `previous`: k × d, row-major, in the frame's units.
    pub fn begin_assign(&mut self, k: usize, centroids: &[f64], previous: Option<&[f64]>) -> Result<(), OutOfMemory> {
        self.make_clusters(k)?;
        let mut passes = Vec::new();
        let known = self.memory.answered.as_deref();
        let repeated = known == Some(centroids)
            && self.memory.changed.as_ref().is_some_and(|(from, _)| from.as_deref() == previous);
        if !repeated {
            if let Some(previous) = previous.filter(|&p| known != Some(p)) {
                passes.push(self.assign_pass(k, previous, None));
            }
            if previous.is_none() {
                self.memory.clusters = None;
                self.make_clusters(k)?;
            }
            let from = previous.map(<[f64]>::to_vec);
            passes.push(self.assign_pass(k, centroids, Some(from)));
        }
        self.restart(passes);
        Ok(())
    }

    /// `assign` at random: each row's cluster is drawn from (seed, stage, row).
    pub fn begin_partition(&mut self, k: usize, seed: u64, stage: u64) -> Result<(), OutOfMemory> {
        self.make_clusters(k)?;
        self.memory.changed = None;
        self.memory.chooser = self.memory.chooser.afresh();
        self.restart(vec![Pass::Partition { seed, stage }]);
        Ok(())
    }

    /// `draw`: races over all rows, one per candidate (one in all without candidates), with
    /// `places` winners each. `seeds`, `candidates`: rows of d.
    pub fn begin_draw(
        &mut self,
        draw: Draw,
        seed: u64,
        stage: u64,
        places: usize,
        seeds: &[f32],
        candidates: &[f32],
    ) -> Result<(), OutOfMemory> {
        let d = self.rows.columns;
        let memory = &mut self.memory;
        // Taken until the pass is whole: half a pass leaves rows that know different seeds.
        let known = match memory.seeds.take() {
            Some(known) if seeds.starts_with(&known) => known.len(),
            _ => {
                memory.nearest = Vec::filled(self.rows.count, f32::INFINITY)?;
                0
            }
        };
        let lists = (candidates.len() / d).max(1);
        let seeding = Seeding {
            draw,
            seeds: seeds.to_vec(),
            known,
            candidates: candidates.to_vec(),
            any: !(seeds.is_empty() && candidates.is_empty()),
            races: vec![Race::new(seed, stage, places); lists],
            potentials: Sums::zero(lists),
            units: self.rows.units(self.rows.distance_top()),
            block: Block::new(d),
        };
        self.restart(vec![Pass::Seed(Box::new(seeding))]);
        Ok(())
    }

    /// `farthest`: the `places` rows of positive weight farthest from their centroid, none that lies at it.
    pub fn begin_farthest(&mut self, places: usize, k: usize, centroids: &[f64]) -> Result<(), OutOfMemory> {
        let mut passes = self.answer_to(k, centroids)?;
        passes.push(Pass::Far { centroids: centroids.to_vec(), race: Race::new(0, 0, places) });
        self.restart(passes);
        Ok(())
    }

    /// `finish`: each cluster's exact inertia about the centroids `about`; labels can be read after
    /// it. Without `about`, only the labels are made, and [`Shard::finish_some`] does the rest.
    pub fn begin_finish(&mut self, k: usize, centroids: &[f64], about: Option<&[f64]>) -> Result<(), OutOfMemory> {
        let mut passes = self.answer_to(k, centroids)?;
        self.memory.refined = Refined { inertias: Sums::zero(k), sums: Sums::default() };
        if let Some(about) = about {
            passes.push(Pass::Finish { about: about.to_vec() });
        }
        self.restart(passes);
        Ok(())
    }

    /// `finish` of some rows from `at` on, given in f64.
    pub fn finish_some(&mut self, some: &[f64], at: usize, about: &[f64]) {
        let Some(clusters) = &self.memory.clusters else {
            return;
        };
        for (t, tile) in some.chunks(TILE * self.rows.columns).enumerate() {
            tiles::finish(tile, &self.rows, &clusters.labels, about, &mut self.memory.refined.inertias, at + t * TILE);
        }
    }

    /// `refine`: labels by `centroids`, whose sums [`Shard::refine_some`] makes afterwards.
    pub fn begin_refine(&mut self, k: usize, centroids: &[f64]) -> Result<(), OutOfMemory> {
        let passes = self.answer_to(k, centroids)?;
        self.memory.refined = Refined { inertias: Sums::default(), sums: Sums::zero(centroids.len()) };
        self.restart(passes);
        Ok(())
    }

    /// `refine` of some rows from `at` on, given in f64.
    pub fn refine_some(&mut self, some: &[f64], at: usize) {
        let Some(clusters) = &self.memory.clusters else {
            return;
        };
        for (t, tile) in some.chunks(TILE * self.rows.columns).enumerate() {
            tiles::refine(tile, &self.rows, &clusters.labels, &mut self.memory.refined.sums, at + t * TILE);
        }
    }

    /// Goes over the next `budget` rows (in whole tiles); false when the reply is ready.
    #[inline(never)]
    pub fn work(&mut self, budget: usize) -> bool {
        let Some(mut pass) = self.queue.pop() else {
            return false;
        };
        let from = self.at;
        let to = (from + budget.max(1).next_multiple_of(TILE)).min(self.rows.count);
        self.go(&mut pass, from, to);
        if to < self.rows.count {
            self.at = to;
            self.queue.push(pass);
        } else {
            self.at = 0;
            self.complete(pass);
        }
        !self.queue.is_empty()
    }

    /// Of the last `assign` or `partition`.
    pub fn clusters(&self) -> Option<&Clusters> {
        self.memory.clusters.as_ref()
    }

    /// Of the last `assign`.
    pub fn changed(&self) -> u32 {
        self.memory.changed.as_ref().map_or(0, |(_, changed)| *changed)
    }

    /// Row × centroid distances of all assignments so far: what they cost, no part of any reply.
    pub fn computed(&self) -> f64 {
        self.memory.chooser.computed()
    }

    /// Of the last `draw`.
    pub fn drawn(&self) -> &Drawn {
        &self.memory.drawn
    }

    /// Of the last `farthest`.
    pub fn farthest(&self) -> &[Far] {
        &self.memory.farthest
    }

    /// Of the last `finish` or `refine`.
    pub fn refined(&self) -> &Refined {
        &self.memory.refined
    }

    fn make_clusters(&mut self, k: usize) -> Result<(), OutOfMemory> {
        if self.memory.clusters.as_ref().is_none_or(|c| c.k != k) {
            self.memory.clusters = Some(Clusters::new(k, &self.rows)?);
            self.memory.chooser = self.memory.chooser.afresh();
            self.memory.answered = None;
            self.memory.changed = None;
        }
        Ok(())
    }

    fn assign_pass(&mut self, k: usize, centroids: &[f64], from: Option<Previous>) -> Pass {
        let assign = self.memory.chooser.begin(self.algorithm, &self.rows, centroids, k);
        Pass::Assign { by: centroids.to_vec(), assign, changed: 0, from }
    }

    /// The passes after which the clusters are those by `centroids`.
    fn answer_to(&mut self, k: usize, centroids: &[f64]) -> Result<Vec<Pass>, OutOfMemory> {
        self.make_clusters(k)?;
        if self.memory.answered.as_deref() == Some(centroids) {
            return Ok(Vec::new());
        }
        Ok(vec![self.assign_pass(k, centroids, None)])
    }

    /// In calls of at most a tile: V8 replaces its baseline code only between calls.
    fn go(&mut self, pass: &mut Pass, from: usize, to: usize) {
        let Self { rows, memory, .. } = self;
        if let Pass::Assign { .. } | Pass::Partition { .. } = pass {
            memory.answered = None;
            memory.changed = None;
        }
        let step = if let Pass::Assign { assign, .. } = pass { assign.step() } else { TILE };
        for at in (from..to).step_by(step) {
            let end = (at + step).min(to);
            match (&mut *pass, &mut memory.clusters) {
                (Pass::Assign { assign, changed, .. }, Some(clusters)) => {
                    *changed += memory.chooser.tile(assign, rows, clusters, at, end);
                }
                (Pass::Partition { seed, stage }, Some(clusters)) => {
                    tiles::partition(rows, *seed, *stage, clusters, at, end)
                }
                (Pass::Seed(seeding), _) => seeding.tile(rows, &mut memory.nearest[at..end], at, end),
                (Pass::Far { centroids, race }, Some(clusters)) => tiles::far(rows, centroids, clusters, race, at, end),
                (Pass::Finish { about }, Some(clusters)) => {
                    let values = &rows.values[at * rows.columns..end * rows.columns];
                    tiles::finish(values, rows, &clusters.labels, about, &mut memory.refined.inertias, at);
                }
                (_, None) => unreachable!("clusters are made when a question begins"),
            }
        }
        if let (Pass::Assign { assign, changed, .. }, Some(clusters)) = (pass, &mut memory.clusters) {
            *changed += memory.chooser.flush(assign, rows, clusters);
        }
    }

    fn complete(&mut self, pass: Pass) {
        let memory = &mut self.memory;
        match pass {
            Pass::Assign { by, assign, changed, from } => {
                // Not while a pass that needs the bounds waits.
                let free = self.algorithm == Algorithm::Auto && self.queue.is_empty();
                memory.chooser.end(assign, changed, self.rows.count, free);
                memory.answered = Some(by);
                memory.changed = from.map(|from| (from, changed));
            }
            Pass::Partition { .. } => {}
            Pass::Seed(seeding) => {
                let winners = seeding.races.into_iter().map(Race::winners).collect();
                memory.seeds = Some(seeding.seeds);
                memory.drawn = Drawn { potentials: seeding.potentials, winners };
            }
            Pass::Far { race, .. } => {
                let labels = &memory.clusters.as_ref().expect("made when the question began").labels;
                let far =
                    |r: Runner| Far { squared: -r.key, row: r.row, label: labels[(r.row - self.rows.first) as usize] };
                memory.farthest = race.winners().into_iter().map(far).collect();
            }
            Pass::Finish { .. } => {}
        }
    }
}
