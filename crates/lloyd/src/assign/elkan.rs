//! A bound for each centroid, so that a row measures only those that may be nearer (Elkan 2003).
//!
//! ```text
//! u ≥ distance to the row's own centroid, l_j ≤ distance to centroid j
//! centroids move:        u grows by what its own went, l_j shrinks by what j went
//! j is out of the question where u < l_j or u < half the way from the own centroid to j
//! if all are             the row keeps its label
//! else u = its distance, and for each j that is still in question: l_j = its distance;
//! the label is the nearest of those that were measured
//! ```
//! For long rows and few centroids, where a distance costs more than many bounds.
//!
//! Departures:
//! 1. As in `hamerly.rs`, bounds are stored relative to how far centroids have gone in all, and how far
//!    they went is measured from the centroids last seen.
//! 2. The first pass has every score from the same kernels that look for the best.
//!
//! Slack: as in `hamerly.rs`. A label is taken from the f32 scores only where the best is further from the
//! next than scores can be wrong; elsewhere every centroid is measured in f64.

use super::bound::{SAFE, all_up, farthest, nearest, stored_lower, stored_upper, up, ways};
use super::clusters::{Clusters, NONE};
use super::lloyd::Lloyd;
use crate::kernel::{BLOCK, Block, distance, margin, score, scores};
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};

/// What is remembered between questions. True of every row's own label at all times.
pub struct Fences {
    seen: Vec<f64>,
    begun: bool,
    /// How far each centroid has gone in all.
    gone: Vec<f64>,
    /// u - gone per row; l_j + gone_j per row and centroid.
    upper: Vec<f32>,
    lower: Vec<f32>,
}

impl Fences {
    #[inline(never)]
    pub fn new(centroids: &[f64], k: usize, count: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            seen: centroids.to_vec(),
            begun: false,
            gone: vec![0.0; k],
            upper: Vec::filled(count, f32::INFINITY)?,
            lower: Vec::filled(count * k, 0.0)?,
        })
    }

    /// Bytes a row that the bounds take.
    pub fn size(k: usize) -> usize {
        4 * (1 + k)
    }
}

/// One pass over the rows.
pub struct Elkan {
    lloyd: Lloyd,
    block: Block,
    scores: Vec<f32>,
    gone: Vec<f64>,
    most_gone: Vec<f32>,
    /// k × k: at most half the way from one centroid to another; ∞ to itself.
    halves: Vec<f32>,
    /// Row × centroid pairs that were scored one by one.
    scored: usize,
    /// Whether bounds were there before this pass.
    begun: bool,
}

impl Elkan {
    /// `fences` of the clusters' present labels.
    #[inline(never)]
    pub fn new(fences: &mut Fences, centroids: &[f64], k: usize, d: usize) -> Self {
        let ways = ways(&mut fences.seen, centroids, d);
        fences.gone.iter_mut().zip(ways).for_each(|(gone, way)| *gone += way);
        let mut halves = vec![f32::INFINITY; k * k];
        for (i, a) in centroids.chunks_exact(d).enumerate() {
            for (j, b) in centroids.chunks_exact(d).enumerate().take(i) {
                let half = (0.5 * distance(a, b).sqrt() * (1.0 - SAFE)) as f32;
                halves[i * k + j] = half;
                halves[j * k + i] = half;
            }
        }
        Self {
            lloyd: Lloyd::new(centroids, k, d),
            block: Block::new(d),
            scores: vec![0.0; k.next_multiple_of(4) * BLOCK],
            gone: fences.gone.clone(),
            most_gone: all_up(&fences.gone),
            halves,
            scored: 0,
            begun: core::mem::replace(&mut fences.begun, true),
        }
    }

    /// The part of a pass over every distance that this pass over `count` rows has saved; as in
    /// `hamerly.rs`.
    pub fn saved(&self, count: usize) -> f64 {
        if !self.begun {
            return 0.0;
        }
        let (k, d) = (self.gone.len() as f64, self.lloyd.panel().d as f64);
        let scored = self.scored as f64 / count.max(1) as f64;
        1.0 - (6.0 + 0.5 * k + scored * (10.0 + 0.13 * d)) / (6.0 + 0.065 * k * d)
    }

    /// Row × centroid distances of a pass over `count` rows.
    pub fn computed(&self, count: usize) -> usize {
        if self.begun { self.scored } else { count * self.gone.len() }
    }

    /// Relabels the rows from `at` to `end`; how many changed.
    #[inline(never)]
    pub fn tile(&mut self, rows: &Rows, fences: &mut Fences, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        if !self.begun {
            let blocks = (at..end).step_by(BLOCK);
            return blocks.map(|at| self.begin(rows, fences, clusters, at, end.min(at + BLOCK))).sum();
        }
        (at..end).map(|i| self.row(rows, fences, clusters, i)).sum()
    }

    /// Labels and first bounds from every score of up to 16 rows.
    #[inline(never)]
    fn begin(&mut self, rows: &Rows, fences: &mut Fences, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        let (k, d) = (self.gone.len(), rows.columns);
        let (a, b) = self.lloyd.slack();
        scores(self.lloyd.panel(), &rows.values[at * d..end * d], &mut self.block, &mut self.scores);
        let mut changed = 0;
        for (slot, i) in (at..end).enumerate() {
            let (norm, margin) = (rows.norms[i], margin(a, b, rows.norms[i]));
            let mut found = Nearest::none(NONE as usize);
            for (j, lower) in fences.lower[i * k..][..k].iter_mut().enumerate() {
                let score = self.scores[j * BLOCK + slot];
                *lower = stored_lower(nearest(norm, score, margin), self.gone[j]);
                found.meet(score, j);
            }
            changed += self.settle(rows, fences, clusters, i, &found, margin);
        }
        changed
    }

    /// The label and the upper bound by what was found; 1 if the row changed cluster.
    #[inline(always)]
    fn settle(
        &mut self,
        rows: &Rows,
        fences: &mut Fences,
        clusters: &mut Clusters,
        i: usize,
        found: &Nearest,
        margin: f32,
    ) -> u32 {
        let norm = rows.norms[i];
        if found.finite && found.best - found.next > margin {
            fences.upper[i] = stored_upper(farthest(norm, found.best, margin), self.gone[found.label]);
            return clusters.relabel(rows, i, &[found.label as u32]);
        }
        // Too close for f32, or overflowed.
        fences.upper[i] = f32::INFINITY;
        let label = self.lloyd.decide(rows.row(i), norm);
        clusters.relabel(rows, i, &[label])
    }

    /// The label and the bounds of a row; 1 if it changed cluster.
    #[inline(always)]
    fn row(&mut self, rows: &Rows, fences: &mut Fences, clusters: &mut Clusters, i: usize) -> u32 {
        let k = self.gone.len();
        let own = clusters.labels[i] as usize;
        let lower = &mut fences.lower[i * k..][..k];
        // A row without a label has no way to other centroids.
        let halves = if own < k { &self.halves[own * k..][..k] } else { &[] };
        let u = fences.upper[i] + self.most_gone.get(own).copied().unwrap_or(f32::INFINITY);
        let ends = lower.iter().zip(&self.most_gone).zip(halves);
        // Bounds that overflowed hold nothing: no comparison with NaN is true.
        if own < k && ends.fold(true, |all, ((&l, &gone), &half)| all & ((u < l - gone) | (u < half))) {
            return 0;
        }
        let (row, norm) = (rows.row(i), rows.norms[i]);
        let (a, b) = self.lloyd.slack();
        let margin = margin(a, b, norm);
        let panel = self.lloyd.panel();
        let mut found = Nearest::none(own);
        let (mut least, mut u) = (f32::INFINITY, f32::INFINITY);
        // The own centroid first, as it is most often the nearest.
        for j in (own < k).then_some(own).into_iter().chain((0..k).filter(|&j| j != own)) {
            if least < lower[j] - self.most_gone[j] || (own < k && u < halves[j]) {
                continue;
            }
            let score = score(row, &panel.flat[j * panel.d..][..panel.d], panel.bias[j]);
            self.scored += 1;
            lower[j] = stored_lower(nearest(norm, score, margin), self.gone[j]);
            if found.meet(score, j) {
                least = up(farthest(norm, score, margin));
                u = if j == own { least } else { u };
            }
        }
        self.settle(rows, fences, clusters, i, &found, margin)
    }
}

/// The best of the scores that a row has met, and the next.
pub(super) struct Nearest {
    pub best: f32,
    pub next: f32,
    pub label: usize,
    pub finite: bool,
}

impl Nearest {
    pub fn none(label: usize) -> Self {
        Self { best: f32::NEG_INFINITY, next: f32::NEG_INFINITY, label, finite: true }
    }

    /// Whether the score is the best so far.
    #[inline(always)]
    pub fn meet(&mut self, score: f32, j: usize) -> bool {
        self.finite &= score.is_finite();
        let better = score > self.best;
        if better {
            (self.next, self.best, self.label) = (self.best, score, j);
        } else if score > self.next {
            self.next = score;
        }
        better
    }
}
