//! Two bounds per row, which let most rows keep their label without a look at the centroids
//! (Hamerly 2010).
//!
//! ```text
//! u ≥ distance to the row's own centroid, l ≤ distance to every other one
//! centroids move:        u grows by what its own went, l shrinks by the most that another went
//! if u < l               the row keeps its label
//! else u = its distance  if now u < l, the row keeps its label
//! else                   every distance, as `lloyd` does; u and l from the two best scores
//! ```
//! Departures:
//! 1. Bounds are never rewritten as centroids move: they are stored relative to how far centroids
//!    have gone in all (`gone`, `passed`), and only rows that are looked at again get new ones.
//! 2. How far a centroid went is measured here, from the centroids last seen. A holder that missed
//!    a question sees one longer way: the bounds stay true, only looser.
//! 3. Rows that need every distance are gathered until they fill a tile.
//!
//! Slack: bounds are f32, each rounded to the safe side by more than it can be wrong. Scores are
//! wrong by at most E (`Panel::slack`); u² and l² are moved by 2E each. A row that passes has
//! u < l with room for the f64 rounding of the distances that define its label.

use super::bound::{all_up, farthest_and_nearest, stored_lower, stored_upper, up, ways};
use super::clusters::Clusters;
use super::lloyd::Lloyd;
use crate::kernel::{TILE, distance, margin};
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};

/// What is remembered between questions. True of every row's own label at all times.
pub struct Bounds {
    /// The centroids last seen; whether a pass has begun to fill the bounds.
    seen: Vec<f64>,
    begun: bool,
    /// Per cluster: how far it has gone in all, and the most that any other one has.
    gone: Vec<f64>,
    passed: Vec<f64>,
    /// u - gone and l + passed, per row. Rows that were never looked at: u = ∞.
    upper: Vec<f32>,
    lower: Vec<f32>,
}

impl Bounds {
    #[inline(never)]
    pub fn new(centroids: &[f64], k: usize, count: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            seen: centroids.to_vec(),
            begun: false,
            gone: vec![0.0; k],
            passed: vec![0.0; k],
            upper: Vec::filled(count, f32::INFINITY)?,
            lower: Vec::filled(count, 0.0)?,
        })
    }

    /// Notes where the centroids are now.
    fn follow(&mut self, centroids: &[f64], d: usize) {
        let ways = ways(&mut self.seen, centroids, d);
        let far = ways.iter().enumerate().fold(0, |far, (j, &way)| if way > ways[far] { j } else { far });
        let next =
            (ways.iter().enumerate()).fold(0.0f64, |next, (j, &way)| if j == far { next } else { next.max(way) });
        for (j, way) in ways.iter().enumerate() {
            self.gone[j] += way;
            self.passed[j] += if j == far { next } else { ways[far] };
        }
    }
}

/// One pass over the rows.
pub struct Hamerly {
    lloyd: Lloyd,
    centroids: Vec<f64>,
    /// `gone` and `passed` as of this pass, and the same rounded up.
    gone: Vec<f64>,
    passed: Vec<f64>,
    most_gone: Vec<f32>,
    most_passed: Vec<f32>,
    /// Rows that wait for every distance, and copies of them.
    waiting: Vec<u32>,
    rows: Vec<f32>,
    norms: Vec<f32>,
    /// Rows whose own distance was measured, and rows that were looked at in full.
    tightened: usize,
    searched: usize,
    /// Whether bounds were there before this pass.
    begun: bool,
}

impl Hamerly {
    /// `bounds` of the clusters' present labels.
    #[inline(never)]
    pub fn new(bounds: &mut Bounds, centroids: &[f64], k: usize, d: usize) -> Self {
        bounds.follow(centroids, d);
        Self {
            lloyd: Lloyd::new(centroids, k, d),
            centroids: centroids.to_vec(),
            gone: bounds.gone.clone(),
            passed: bounds.passed.clone(),
            most_gone: all_up(&bounds.gone),
            most_passed: all_up(&bounds.passed),
            waiting: Vec::with_capacity(TILE),
            rows: Vec::with_capacity(TILE * d),
            norms: Vec::with_capacity(TILE),
            tightened: 0,
            searched: 0,
            begun: core::mem::replace(&mut bounds.begun, true),
        }
    }

    /// The part of a pass over every distance that this pass over `count` rows has saved; negative
    /// where it cost more. A first pass, which only fills the bounds, is not judged. The terms are
    /// nanoseconds a row, as measured on sets from 100,000 × 2, k = 16 to 100,000 × 128, k = 256;
    /// only their ratios matter.
    pub fn saved(&self, count: usize) -> f64 {
        if !self.begun {
            return 0.0;
        }
        let d = (self.centroids.len() / self.gone.len()) as f64;
        let part = |rows: usize| rows as f64 / count.max(1) as f64;
        let plain = 6.0 + 0.065 * self.centroids.len() as f64;
        let own = part(self.tightened) * (12.0 + 0.6 * d);
        let all = part(self.searched) * (30.0 + 1.3 * plain);
        1.0 - (4.0 + own + all) / plain
    }

    /// Row × centroid distances of this pass.
    pub fn computed(&self) -> usize {
        self.tightened + self.searched * self.gone.len()
    }

    /// Relabels the rows from `at` to `end`, or leaves them waiting; how many changed.
    #[inline(never)]
    pub fn tile(&mut self, rows: &Rows, bounds: &mut Bounds, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        if !self.begun {
            // No row can pass: none waits, none is copied.
            let Self { lloyd, gone, passed, .. } = self;
            self.searched += end - at;
            let d = rows.columns;
            let some = (&rows.values[at * d..end * d], &rows.norms[at..end]);
            let which: [u32; TILE] = core::array::from_fn(|slot| (at + slot) as u32);
            return settle(lloyd, (gone, passed), some, &which, rows, bounds, clusters);
        }
        let mut changed = 0;
        for i in at..end {
            let own = clusters.labels[i] as usize;
            // A row without a label has u = ∞ and no entry in the tables.
            let gone = self.most_gone.get(own).copied().unwrap_or(0.0);
            let passed = self.most_passed.get(own).copied().unwrap_or(0.0);
            if bounds.upper[i] + gone < bounds.lower[i] - passed || self.tightens(rows, bounds, own, i) {
                continue;
            }
            self.waiting.push(i as u32);
            self.rows.extend_from_slice(rows.row(i));
            self.norms.push(rows.norms[i]);
            if self.waiting.len() == TILE {
                changed += self.search(rows, bounds, clusters);
            }
        }
        changed
    }

    /// Measures the way to the row's own centroid; whether that was enough.
    #[inline(always)]
    fn tightens(&mut self, rows: &Rows, bounds: &mut Bounds, own: usize, i: usize) -> bool {
        let d = rows.columns;
        if bounds.lower[i] - self.most_passed.get(own).copied().unwrap_or(f32::INFINITY) <= 0.0 {
            return false;
        }
        self.tightened += 1;
        let u = up(distance(rows.row(i), &self.centroids[own * d..][..d]).sqrt());
        bounds.upper[i] = stored_upper(u as f64, self.gone[own]);
        u < bounds.lower[i] - self.most_passed[own]
    }

    /// Every distance of the rows that wait; how many changed cluster.
    #[inline(never)]
    pub fn search(&mut self, rows: &Rows, bounds: &mut Bounds, clusters: &mut Clusters) -> u32 {
        let Self { lloyd, gone, passed, waiting, .. } = self;
        let some = (&self.rows[..], &self.norms[..]);
        let changed = settle(lloyd, (gone, passed), some, waiting, rows, bounds, clusters);
        self.searched += self.waiting.len();
        self.waiting.clear();
        self.rows.clear();
        self.norms.clear();
        changed
    }
}

/// Labels and bounds of some rows, given with their norms, from every distance; how many changed
/// cluster. `which`: their numbers. `gone`, `passed`: as in [`Hamerly`].
#[inline(never)]
fn settle(
    lloyd: &mut Lloyd,
    (gone, passed): (&[f64], &[f64]),
    (values, norms): (&[f32], &[f32]),
    which: &[u32],
    rows: &Rows,
    bounds: &mut Bounds,
    clusters: &mut Clusters,
) -> u32 {
    let (a, b) = lloyd.slack();
    let found = lloyd.proposals(values, norms);
    let mut changed = 0;
    for (slot, &norm) in norms.iter().enumerate() {
        let (i, label) = (which[slot] as usize, found.index[slot] as usize);
        changed += clusters.relabel(rows, i, &[label as u32]);
        // Where f64 decided, the label may be the second best score's: no claim is made.
        let margin = margin(a, b, norm);
        let clear = found.best[slot] as f64 - found.second[slot] as f64 > margin as f64;
        let [u, l] = farthest_and_nearest(norm, found.best[slot], found.second[slot], margin);
        bounds.upper[i] = if clear { stored_upper(u, gone[label]) } else { f32::INFINITY };
        bounds.lower[i] = if clear { stored_lower(l, passed[label]) } else { 0.0 };
    }
    changed
}
