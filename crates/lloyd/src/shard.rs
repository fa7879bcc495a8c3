//! A shard owns rows and answers questions about them, one at a time.
//!
//! ```text
//! begin(question);  while work(rows) { … }  reply
//! ```
//! A reply is a function of the rows and the question alone. What the shard remembers from earlier
//! questions (labels, sums, distances to seeds) is a cache: a shard that forgot it, skipped a
//! question or is asked twice answers the same bits, only later. So every question carries all
//! that its reply depends on, and `work` can be left at any point.

use crate::assign::clusters::Clusters;
use crate::assign::{Bounds, Hamerly, Lloyd};
use crate::exact::{Sums, Units};
use crate::kernel::{BLOCK, Block, TILE, distance};
use crate::race::{Race, Runner, uniform};
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};

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

/// Multiply-adds a row below which bounds never paid.
const LEAST_WORK: usize = 128;
/// Part of the rows that may change for bounds to be begun.
const CHURN: f64 = 0.1;
/// What bounds may have saved at most for later, and lost before they are dropped, in passes.
const CREDIT: f64 = 2.0;
const DEBT: f64 = -0.5;
/// Passes without bounds after a first try that did not pay; twice as many after each further one.
const PAUSE: u32 = 8;

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

enum Assign {
    Lloyd(Box<Lloyd>),
    Hamerly(Box<Hamerly>),
}

type Centroids = Vec<f64>;
type Previous = Option<Centroids>;

struct Seeding {
    draw: Draw,
    /// Rows of d; `nearest` knows the first `known` values.
    seeds: Vec<f32>,
    known: usize,
    candidates: Vec<f32>,
    /// Seeds or candidates at all: without them, every squared distance counts as 1.
    any: bool,
    races: Vec<Race>,
    potentials: Sums,
    units: Units,
    block: Block,
}

/// What answers are remembered.
#[derive(Default)]
struct Memory {
    clusters: Option<Clusters>,
    /// True of the clusters' labels.
    bounds: Option<Bounds>,
    /// Part of the rows that changed in the last pass, and passes to go before bounds are tried.
    churn: f64,
    /// Passes over every distance that bounds have saved.
    credit: f64,
    pause: u32,
    next_pause: u32,
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
    /// Rows decided in f64 so far, for those who want to know what certainty costs.
    pub decided: u64,
}

impl Shard {
    pub fn new(rows: Rows) -> Self {
        Self {
            rows,
            algorithm: Algorithm::default(),
            memory: Memory::default(),
            queue: Vec::new(),
            at: 0,
            decided: 0,
        }
    }

    /// Drops everything but the rows.
    pub fn forget(&mut self) {
        self.memory = Memory::default();
        self.restart(Vec::new());
    }

    fn restart(&mut self, mut passes: Vec<Pass>) {
        passes.reverse();
        self.queue = passes;
        self.at = 0;
    }

    /// `assign`: labels by nearest centroid, and how many differ from those by `previous` (all,
    /// where there is none). `centroids`, `previous`: k × d, row-major, in the frame's units.
    pub fn begin_assign(
        &mut self,
        k: usize,
        centroids: &[f64],
        previous: Option<&[f64]>,
    ) -> Result<(), OutOfMemory> {
        self.make_clusters(k)?;
        let mut passes = Vec::new();
        let known = self.memory.answered.as_deref();
        let repeated = known == Some(centroids)
            && self
                .memory
                .changed
                .as_ref()
                .is_some_and(|(from, _)| from.as_deref() == previous);
        if !repeated {
            if let Some(previous) = previous.filter(|&p| known != Some(p)) {
                passes.push(self.assign_pass(k, previous, None)?);
            }
            if previous.is_none() {
                self.memory.clusters = None;
                self.make_clusters(k)?;
            }
            let from = previous.map(Vec::copied).transpose()?;
            passes.push(self.assign_pass(k, centroids, Some(from))?);
        }
        self.restart(passes);
        Ok(())
    }

    /// `assign` at random: each row's cluster is drawn from (seed, stage, row).
    pub fn begin_partition(&mut self, k: usize, seed: u64, stage: u64) -> Result<(), OutOfMemory> {
        self.make_clusters(k)?;
        self.memory.changed = None;
        self.memory.bounds = None;
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
            seeds: Vec::copied(seeds)?,
            known,
            candidates: Vec::copied(candidates)?,
            any: !(seeds.is_empty() && candidates.is_empty()),
            races: vec![Race::new(seed, stage, places); lists],
            potentials: Sums::zero(lists)?,
            units: self.rows.units(self.rows.distance_top()),
            block: Block::new(d)?,
        };
        self.restart(vec![Pass::Seed(Box::new(seeding))]);
        Ok(())
    }

    /// `farthest`: the `places` rows of positive weight farthest from their centroid, none that lies at it.
    pub fn begin_farthest(
        &mut self,
        places: usize,
        k: usize,
        centroids: &[f64],
    ) -> Result<(), OutOfMemory> {
        let mut passes = self.answer_to(k, centroids)?;
        passes.push(Pass::Far {
            centroids: Vec::copied(centroids)?,
            race: Race::new(0, 0, places),
        });
        self.restart(passes);
        Ok(())
    }

    /// `finish`: each cluster's exact inertia about the centroids `about`; labels can be read after
    /// it. Without `about`, only the labels are made, and [`Shard::finish_some`] does the rest.
    pub fn begin_finish(
        &mut self,
        k: usize,
        centroids: &[f64],
        about: Option<&[f64]>,
    ) -> Result<(), OutOfMemory> {
        let mut passes = self.answer_to(k, centroids)?;
        self.memory.refined = Refined {
            inertias: Sums::zero(k)?,
            sums: Sums::default(),
        };
        if let Some(about) = about {
            passes.push(Pass::Finish {
                about: Vec::copied(about)?,
            });
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
            finish_tile(
                tile,
                &self.rows,
                &clusters.labels,
                about,
                &mut self.memory.refined.inertias,
                at + t * TILE,
            );
        }
    }

    /// `refine`: labels by `centroids`, whose sums [`Shard::refine_some`] makes afterwards.
    pub fn begin_refine(&mut self, k: usize, centroids: &[f64]) -> Result<(), OutOfMemory> {
        let passes = self.answer_to(k, centroids)?;
        self.memory.refined = Refined {
            inertias: Sums::default(),
            sums: Sums::zero(centroids.len())?,
        };
        self.restart(passes);
        Ok(())
    }

    /// `refine` of some rows from `at` on, given in f64.
    pub fn refine_some(&mut self, some: &[f64], at: usize) {
        let Some(clusters) = &self.memory.clusters else {
            return;
        };
        for (t, tile) in some.chunks(TILE * self.rows.columns).enumerate() {
            refine_tile(
                tile,
                &self.rows,
                &clusters.labels,
                &mut self.memory.refined.sums,
                at + t * TILE,
            );
        }
    }

    /// Goes over the next `budget` rows (in whole tiles); false when the reply is ready.
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
        self.memory
            .changed
            .as_ref()
            .map_or(0, |(_, changed)| *changed)
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
            self.memory.bounds = None;
            self.memory.churn = 1.0;
            self.memory.credit = 0.0;
            self.memory.pause = 0;
            self.memory.next_pause = PAUSE;
            self.memory.answered = None;
            self.memory.changed = None;
        }
        Ok(())
    }

    fn assign_pass(
        &mut self,
        k: usize,
        centroids: &[f64],
        from: Option<Previous>,
    ) -> Result<Pass, OutOfMemory> {
        let d = self.rows.columns;
        if self.wants_bounds(k) && self.memory.bounds.is_none() {
            // Without room for bounds, there are none.
            self.memory.bounds = Bounds::new(centroids, k, self.rows.count).ok();
        }
        let assign = match &mut self.memory.bounds {
            Some(bounds) => Assign::Hamerly(Box::new(Hamerly::new(bounds, centroids, k, d)?)),
            None => Assign::Lloyd(Box::new(Lloyd::new(centroids, k, d)?)),
        };
        Ok(Pass::Assign {
            by: Vec::copied(centroids)?,
            assign,
            changed: 0,
            from,
        })
    }

    /// Bounds pay once few rows change, and where a row's distances cost more than its bounds.
    fn wants_bounds(&self, k: usize) -> bool {
        match self.algorithm {
            Algorithm::Lloyd => false,
            Algorithm::Hamerly => true,
            Algorithm::Auto => {
                k > 1
                    && k * self.rows.columns >= LEAST_WORK
                    && self.memory.churn < CHURN
                    && self.memory.pause == 0
            }
        }
    }

    /// The passes after which the clusters are those by `centroids`.
    fn answer_to(&mut self, k: usize, centroids: &[f64]) -> Result<Vec<Pass>, OutOfMemory> {
        self.make_clusters(k)?;
        if self.memory.answered.as_deref() == Some(centroids) {
            return Ok(Vec::new());
        }
        Ok(vec![self.assign_pass(k, centroids, None)?])
    }

    /// In calls of at most a tile: V8 replaces its baseline code only between calls.
    fn go(&mut self, pass: &mut Pass, from: usize, to: usize) {
        let Self { rows, memory, .. } = self;
        if let Pass::Assign { .. } | Pass::Partition { .. } = pass {
            memory.answered = None;
            memory.changed = None;
        }
        for at in (from..to).step_by(TILE) {
            let end = (at + TILE).min(to);
            match (&mut *pass, &mut memory.clusters) {
                (
                    Pass::Assign {
                        assign, changed, ..
                    },
                    Some(clusters),
                ) => {
                    *changed += match (assign, &mut memory.bounds) {
                        (Assign::Lloyd(lloyd), _) => assign_tile(rows, lloyd, clusters, at, end),
                        (Assign::Hamerly(hamerly), Some(bounds)) => {
                            hamerly.tile(rows, bounds, clusters, at, end)
                        }
                        (_, None) => unreachable!("bounds are made when a question begins"),
                    }
                }
                (Pass::Partition { seed, stage }, Some(clusters)) => {
                    partition_tile(rows, *seed, *stage, clusters, at, end)
                }
                (Pass::Seed(seeding), _) => {
                    seeding.tile(rows, &mut memory.nearest[at..end], at, end)
                }
                (Pass::Far { centroids, race }, Some(clusters)) => {
                    far_tile(rows, centroids, clusters, race, at, end)
                }
                (Pass::Finish { about }, Some(clusters)) => {
                    let values = &rows.values[at * rows.columns..end * rows.columns];
                    finish_tile(
                        values,
                        rows,
                        &clusters.labels,
                        about,
                        &mut memory.refined.inertias,
                        at,
                    );
                }
                (_, None) => unreachable!("clusters are made when a question begins"),
            }
        }
        if let (
            Pass::Assign {
                assign: Assign::Hamerly(hamerly),
                changed,
                ..
            },
            Some(clusters),
            Some(bounds),
        ) = (pass, &mut memory.clusters, &mut memory.bounds)
        {
            *changed += hamerly.search(rows, bounds, clusters);
        }
    }

    fn complete(&mut self, pass: Pass) {
        let memory = &mut self.memory;
        match pass {
            Pass::Assign {
                by,
                assign,
                changed,
                from,
            } => {
                memory.churn = changed as f64 / self.rows.count.max(1) as f64;
                memory.pause = memory.pause.saturating_sub(1);
                match assign {
                    Assign::Lloyd(lloyd) => self.decided += lloyd.decided,
                    Assign::Hamerly(hamerly) => {
                        self.decided += hamerly.decided();
                        memory.credit =
                            (memory.credit + hamerly.saved(self.rows.count)).min(CREDIT);
                        // Not while a pass that needs them waits.
                        let free = self.algorithm == Algorithm::Auto && self.queue.is_empty();
                        if free && memory.credit < DEBT {
                            memory.bounds = None;
                            memory.credit = 0.0;
                            memory.pause = memory.next_pause;
                            memory.next_pause *= 2;
                        }
                    }
                }
                memory.answered = Some(by);
                memory.changed = from.map(|from| (from, changed));
            }
            Pass::Partition { .. } => {}
            Pass::Seed(seeding) => {
                let winners = seeding.races.into_iter().map(Race::winners).collect();
                memory.seeds = Some(seeding.seeds);
                memory.drawn = Drawn {
                    potentials: seeding.potentials,
                    winners,
                };
            }
            Pass::Far { race, .. } => {
                let labels = &memory
                    .clusters
                    .as_ref()
                    .expect("made when the question began")
                    .labels;
                let far = |r: Runner| Far {
                    squared: -r.key,
                    row: r.row,
                    label: labels[(r.row - self.rows.first) as usize],
                };
                memory.farthest = race.winners().into_iter().map(far).collect();
            }
            Pass::Finish { .. } => {}
        }
    }
}

#[inline(never)]
fn assign_tile(
    rows: &Rows,
    assign: &mut Lloyd,
    clusters: &mut Clusters,
    at: usize,
    end: usize,
) -> u32 {
    let d = rows.columns;
    let labels = assign.tile(&rows.values[at * d..end * d], &rows.norms[at..end]);
    clusters.relabel(rows, at, &labels[..end - at])
}

#[inline(never)]
fn partition_tile(
    rows: &Rows,
    seed: u64,
    stage: u64,
    clusters: &mut Clusters,
    at: usize,
    end: usize,
) {
    let k = clusters.k as u32;
    for i in at..end {
        let u = uniform(seed, stage, rows.first + i as u64);
        clusters.relabel(rows, i, &[((u * k as f64) as u32).min(k - 1)]);
    }
}

/// Squared distances per dimension up to which a row counts as lying at its centroid: the mean of
/// equal weighted rows may miss them by its rounding.
const AT: f64 = 1.0 / (1u128 << 100) as f64;

#[inline(never)]
fn far_tile(
    rows: &Rows,
    centroids: &[f64],
    clusters: &Clusters,
    race: &mut Race,
    at: usize,
    end: usize,
) {
    let d = rows.columns;
    for i in at..end {
        let squared = distance(
            rows.row(i),
            &centroids[clusters.labels[i] as usize * d..][..d],
        );
        if squared > AT * d as f64 && rows.weight(i) > 0.0 {
            race.enter(Runner {
                key: -squared,
                row: rows.first + i as u64,
            });
        }
    }
}

/// `some`: rows from `at` on, loaded or in f64.
#[inline(never)]
fn finish_tile<T: Copy + Into<f64>>(
    some: &[T],
    rows: &Rows,
    labels: &[u32],
    about: &[f64],
    inertias: &mut Sums,
    at: usize,
) {
    let d = rows.columns;
    let units = rows.units(rows.distance_top());
    for (i, row) in (at..).zip(some.chunks_exact(d)) {
        let label = labels[i] as usize;
        let squared = distance(row, &about[label * d..][..d]);
        inertias.add(label, units.split(squared * rows.weight(i)));
    }
}

#[inline(never)]
fn refine_tile(some: &[f64], rows: &Rows, labels: &[u32], sums: &mut Sums, at: usize) {
    let d = rows.columns;
    let units = rows.units(rows.span);
    for (i, row) in (at..).zip(some.chunks_exact(d)) {
        let (label, weight) = (labels[i] as usize, rows.weight(i));
        for (j, x) in row.iter().enumerate() {
            sums.add(label * d + j, units.split(weight * x));
        }
    }
}

/// Squared distances of some rows to every centroid, row-major: rows × k.
pub fn distances<T: Copy + Into<f64>>(
    rows: &[T],
    d: usize,
    centroids: &[f64],
) -> Result<Vec<f64>, OutOfMemory> {
    let pairs = rows
        .chunks_exact(d)
        .flat_map(|x| centroids.chunks_exact(d).map(move |c| (x, c)));
    Vec::collected(
        rows.len() / d * (centroids.len() / d),
        pairs.map(|(x, c)| distance(x, c)),
    )
}

impl Seeding {
    #[inline(never)]
    fn tile(&mut self, rows: &Rows, nearest: &mut [f32], from: usize, to: usize) {
        let d = rows.columns;
        for (at, near) in (from..to).step_by(BLOCK).zip(nearest.chunks_mut(BLOCK)) {
            let end = at + near.len();
            if self.any {
                self.block.fill(&rows.values[at * d..end * d], d);
            }
            for seed in self.seeds[self.known..].chunks_exact(d) {
                for (near, squared) in near.iter_mut().zip(self.block.squared(seed)) {
                    *near = if squared < *near { squared } else { *near };
                }
            }
            if self.candidates.is_empty() {
                let known = if self.any {
                    &*near
                } else {
                    &[1.0; BLOCK][..end - at]
                };
                Self::run(
                    &mut self.races[0],
                    &mut self.potentials,
                    0,
                    self.draw,
                    &self.units,
                    rows,
                    at,
                    known,
                );
            }
            for (c, candidate) in self.candidates.chunks_exact(d).enumerate() {
                let mut squared = self.block.squared(candidate);
                for (squared, near) in squared.iter_mut().zip(&*near) {
                    *squared = if *near < *squared { *near } else { *squared };
                }
                let squared = &squared[..end - at];
                Self::run(
                    &mut self.races[c],
                    &mut self.potentials,
                    c,
                    self.draw,
                    &self.units,
                    rows,
                    at,
                    squared,
                );
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    #[inline(always)]
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
                Draw::Greatest if weight > 0.0 => race.enter(Runner {
                    key: -(squared as f64),
                    row,
                }),
                Draw::Greatest => {}
            }
        }
    }
}
