//! Which variant a pass uses.
//!
//! ```text
//! begin with every distance; begin bounds when few rows changed in the last pass
//! credit += what each pass with bounds saved, in passes over every distance
//! if credit < DEBT: drop the bounds, wait, try again; wait twice as long each time
//! ```
//! Only time depends on the choice, so it may be made by each holder of rows for itself.

use super::clusters::Clusters;
use super::filtering::{COLUMNS, RUN};
use super::projected;
use super::yinyang::BATCH;
use super::{Bounds, Cells, Elkan, Fences, Filtering, Groups, Hamerly, Heads, Lloyd, Projected, Yinyang};
use crate::kernel::TILE;
use crate::rows::Rows;

/// How rows find their centroids; never what they find.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Algorithm {
    /// Bounds where they are seen to pay.
    #[default]
    Auto,
    /// Every distance of every row.
    Lloyd,
    /// Two bounds a row, from the first question on.
    Hamerly,
    /// A bound for each centroid, from the first question on.
    Elkan,
    /// A bound for each group of centroids, from the first question on.
    Yinyang,
    /// Short copies of the rows, where rows have at least [`projected::COLUMNS`]; elsewhere as `Lloyd`.
    Projected,
    /// Whole cells of rows at a time, where rows have at most [`COLUMNS`] columns; elsewhere as `Lloyd`.
    Filtering,
}

/// Multiply-adds a row below which bounds never paid.
const LEAST_WORK: usize = 128;
/// Part of the rows that may change for bounds to be begun, where a row takes this many multiply-adds or
/// more; in proportion less where it takes fewer.
const CHURN: (f64, usize) = (0.03, 1024);
/// What bounds may have saved at most for later, and lost before they are dropped, in passes.
const CREDIT: f64 = 2.0;
const DEBT: f64 = -0.5;
/// Passes without bounds after a first try that did not pay; twice as many after each further one.
const PAUSE: u32 = 8;

/// Rows from which making cells of them pays.
const CELLED: usize = 2048;

/// Columns from which short copies may pay. They are made when as many passes have been made as they cost.
const LONG: usize = 128;

/// For a bound a centroid: columns from which and centroids up to which they pay, and the part of the rows
/// that may change. Its bounds take no more room than the rows.
const FENCED: (usize, usize) = (257, 256);
const FENCED_CHURN: f64 = 0.3;

/// For groups: centroids and dimensions from which they pay, and the part of the rows that may change.
const GROUPED: (usize, usize) = (96, 12);
const GROUPED_CHURN: f64 = 0.5;
/// Bytes that the bounds of groups may take in any case; beyond it, no more than the rows.
const ROOM: usize = 64 << 20;

/// One pass of a variant.
pub enum Assign {
    Lloyd(Box<Lloyd>),
    Hamerly(Box<Hamerly>),
    Elkan(Box<Elkan>),
    Yinyang(Box<Yinyang>),
    Projected(Box<Projected>),
    Filtering(Box<Filtering>),
}

impl Assign {
    /// Rows that a call takes at most.
    pub fn step(&self) -> usize {
        match self {
            Assign::Yinyang(_) => BATCH,
            Assign::Filtering(_) => RUN,
            _ => TILE,
        }
    }
}

/// What is remembered for one of the variants, true of the clusters' labels.
enum Memory {
    None,
    Bounds(Bounds),
    Fences(Fences),
    Groups(Groups),
    Heads(Heads),
    Cells(Cells),
}

/// The bounds, if any, and the account of what they saved.
pub struct Chooser {
    memory: Memory,
    /// Part of the rows that changed in the last pass; infinite before the first.
    churn: f64,
    credit: f64,
    /// Row × centroid distances of all passes.
    computed: f64,
    /// Passes so far, and whether short copies are known not to tell centroids apart.
    passes: u32,
    alike: bool,
    /// Passes to go before bounds are tried again, and how many it will be the next time.
    pause: u32,
    next_pause: u32,
}

impl Default for Chooser {
    fn default() -> Self {
        Self {
            memory: Memory::None,
            churn: f64::INFINITY,
            credit: 0.0,
            computed: 0.0,
            passes: 0,
            alike: false,
            pause: 0,
            next_pause: PAUSE,
        }
    }
}

impl Chooser {
    /// The next pass, over the labels that the last one left. `centroids`: k × d.
    pub fn begin(&mut self, algorithm: Algorithm, rows: &Rows, centroids: &[f64], k: usize) -> Assign {
        let d = rows.columns;
        if let Memory::None = self.memory {
            // Without room for bounds, there are none.
            let wanted = self.wants(algorithm, rows, k);
            self.memory = match wanted {
                Algorithm::Hamerly => Bounds::new(centroids, k, rows.count).map_or(Memory::None, Memory::Bounds),
                Algorithm::Elkan => Fences::new(centroids, k, rows.count).map_or(Memory::None, Memory::Fences),
                Algorithm::Yinyang => Groups::new(centroids, k, rows.count).map_or(Memory::None, Memory::Groups),
                Algorithm::Projected if d >= projected::COLUMNS => {
                    let least = if algorithm == Algorithm::Auto { projected::GAIN } else { f64::NEG_INFINITY };
                    let heads = Heads::new(rows, centroids, k, least).unwrap_or(None);
                    self.alike = heads.is_none();
                    heads.map_or(Memory::None, Memory::Heads)
                }
                Algorithm::Filtering if d <= COLUMNS => Cells::new(rows).map_or(Memory::None, Memory::Cells),
                _ => Memory::None,
            };
        }
        match &mut self.memory {
            Memory::Bounds(bounds) => Assign::Hamerly(Box::new(Hamerly::new(bounds, centroids, k, d))),
            Memory::Fences(fences) => Assign::Elkan(Box::new(Elkan::new(fences, centroids, k, d))),
            Memory::Groups(groups) => Assign::Yinyang(Box::new(Yinyang::new(groups, centroids, k, d))),
            Memory::Heads(heads) => Assign::Projected(Box::new(Projected::new(heads, centroids, k, d))),
            Memory::Cells(cells) => Assign::Filtering(Box::new(Filtering::new(cells, centroids, k, d))),
            Memory::None => Assign::Lloyd(Box::new(Lloyd::new(centroids, k, d))),
        }
    }

    /// Relabels the rows from `at` to `end`, or leaves them for [`Chooser::flush`]; how many changed.
    pub fn tile(&mut self, assign: &mut Assign, rows: &Rows, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        match (assign, &mut self.memory) {
            (Assign::Lloyd(lloyd), _) => lloyd.relabel(rows, clusters, at, end),
            (Assign::Hamerly(hamerly), Memory::Bounds(bounds)) => hamerly.tile(rows, bounds, clusters, at, end),
            (Assign::Elkan(elkan), Memory::Fences(fences)) => elkan.tile(rows, fences, clusters, at, end),
            (Assign::Yinyang(yinyang), Memory::Groups(groups)) => yinyang.batch(rows, groups, clusters, at, end),
            (Assign::Projected(projected), Memory::Heads(heads)) => projected.tile(rows, heads, clusters, at, end),
            (Assign::Filtering(pass), Memory::Cells(cells)) => pass.run(rows, cells, clusters, at, end),
            _ => unreachable!("bounds are kept while a pass needs them"),
        }
    }

    /// Relabels the rows that were left; how many changed.
    pub fn flush(&mut self, assign: &mut Assign, rows: &Rows, clusters: &mut Clusters) -> u32 {
        match (assign, &mut self.memory) {
            (Assign::Hamerly(hamerly), Memory::Bounds(bounds)) => hamerly.search(rows, bounds, clusters),
            (Assign::Projected(projected), Memory::Heads(heads)) => projected.look(rows, heads, clusters),
            _ => 0,
        }
    }

    /// Settles the account of a pass over `count` rows. `free`: the bounds may be dropped.
    pub fn end(&mut self, assign: Assign, changed: u32, count: usize, free: bool) {
        self.churn = changed as f64 / count.max(1) as f64;
        self.pause = self.pause.saturating_sub(1);
        let (saved, computed) = match &assign {
            Assign::Lloyd(lloyd) => (0.0, count * lloyd.panel().k),
            Assign::Hamerly(hamerly) => (hamerly.saved(count), hamerly.computed()),
            Assign::Elkan(elkan) => (elkan.saved(count), elkan.computed(count)),
            Assign::Yinyang(yinyang) => (yinyang.saved(count), yinyang.computed()),
            Assign::Projected(projected) => (projected.saved(count), projected.computed()),
            Assign::Filtering(filtering) => (filtering.saved(count), filtering.computed()),
        };
        self.computed += computed as f64;
        self.passes += 1;
        self.credit = (self.credit + saved).min(CREDIT);
        if free && self.credit < DEBT {
            let pause = self.next_pause;
            let Self { churn, computed, passes, .. } = *self;
            *self = Self { churn, computed, passes, alike: true, pause, next_pause: 2 * pause, ..Self::default() };
        }
    }

    /// Row × centroid distances of all passes so far: what they cost, no part of any reply.
    pub fn computed(&self) -> f64 {
        self.computed
    }

    /// The same, without what is remembered.
    pub fn afresh(&self) -> Self {
        Self { computed: self.computed, ..Self::default() }
    }

    /// Bounds pay once few rows change, and where a row's distances cost more than its bounds.
    fn wants(&self, algorithm: Algorithm, rows: &Rows, k: usize) -> Algorithm {
        let d = rows.columns;
        if algorithm != Algorithm::Auto {
            return algorithm;
        }
        let fits = rows.count * Groups::size(k, d) <= ROOM.max(4 * rows.count * d);
        if k <= 1 || self.pause > 0 {
            Algorithm::Lloyd
        } else if d <= COLUMNS {
            let pays = rows.count >= CELLED && (self.churn.is_finite() || k * d >= LEAST_WORK);
            if pays { Algorithm::Filtering } else { Algorithm::Lloyd }
        } else if d >= LONG && !self.alike && self.passes as f64 >= Heads::price(k, d) && Heads::size(d) <= 2 * d {
            Algorithm::Projected
        } else if d >= FENCED.0 && k <= FENCED.1 {
            if self.churn < FENCED_CHURN { Algorithm::Elkan } else { Algorithm::Lloyd }
        } else if k >= GROUPED.0 && d >= GROUPED.1 && fits && self.churn < GROUPED_CHURN {
            Algorithm::Yinyang
        } else if k * d >= LEAST_WORK && self.churn < CHURN.0 * ((k * d) as f64 / CHURN.1 as f64).min(1.0) {
            Algorithm::Hamerly
        } else {
            Algorithm::Lloyd
        }
    }
}
