//! Short copies of long rows, which tell most centroids apart without a look at the rows themselves.
//!
//! ```text
//! V: p orthonormal directions in which the rows differ most
//! x' = (V·x, ‖x - Vᵀ·V·x‖),  c' alike:      ‖x' - c'‖ ≤ ‖x - c‖   in p + 1 dimensions
//! u ≥ distance to the row's own centroid; it grows by what that centroid went
//! if u < ‖x' - c'‖ for every other centroid: the row keeps its label
//! else u = its distance, and every centroid with ‖x' - c'‖ ≤ u is measured in full
//! ```
//! Nothing is remembered of the centroids but u, so it pays from the first pass on and centroids may go far:
//! what Elkan's and Yinyang's bounds cannot. It needs rows whose columns go together, as pixels and embeddings
//! do: MNIST with p = 47 leaves 1 centroid of 100 to measure, Gaussian noise in 128 columns a half.
//!
//! Departures:
//! 1. The directions are those of some hundred rows, by subspace iteration: any orthonormal ones are right.
//! 2. Rows are projected by the kernels as the first pass comes to them; short copies are compared by them too.
//! 3. Whether it will pay is seen on a few rows before any other is projected.
//!
//! Slack: a computed x' is off by at most `wrong·‖x‖` in its head, for rounding the products and for what V lacks
//! of being orthonormal, which is measured; its tail by the root of what the head's square may be off, or that
//! divided by the tail. All of it is taken from ‖x' - c'‖. Labels as in `elkan.rs`.

use super::bound::{SAFE, all_up, farthest, stored_upper, up, ways};
use super::clusters::{Clusters, NONE};
use super::elkan::Nearest;
use super::lloyd::Lloyd;
use crate::kernel::{BLOCK, Block, Panel, Proposals, Shape, add_scaled, distance, dot, margin, propose, score, scores};
use crate::rows::{Rows, norm_squared};
use crate::{Allocate, OutOfMemory};

/// Rows whose directions are taken, rounds that are made for them, and rows on which the gain is foreseen.
const SAMPLE: usize = 256;
const ROUNDS: usize = 2;
const TRIED: usize = 32;
/// The part of a pass that must be saved on those.
pub const GAIN: f64 = 0.4;
/// Columns from which a short copy is shorter than its row.
pub const COLUMNS: usize = 17;

/// What is remembered between questions.
pub struct Heads {
    seen: Vec<f64>,
    /// V: p × d
    directions: Vec<f64>,
    panel: Panel,
    /// Relative error of a row's head, and what V lacks of being orthonormal.
    wrong: f64,
    lacks: f64,
    gone: Vec<f64>,
    /// u - gone per row.
    upper: Vec<f32>,
    /// x' of the first rows: (p + 1) each.
    short: Vec<f32>,
}

/// p + 1 for rows of d.
fn width(d: usize) -> usize {
    (d / 16).clamp(16, 64)
}

impl Heads {
    /// None where it would save less than this part of a pass.
    #[inline(never)]
    pub fn new(rows: &Rows, centroids: &[f64], k: usize, least: f64) -> Result<Option<Self>, OutOfMemory> {
        let d = rows.columns;
        let p = width(d) - 1;
        let directions: Vec<f64> = directions(rows, p).iter().map(|&v| v as f64).collect();
        let mut lacks = 0.0f64;
        for (i, a) in directions.chunks_exact(d).enumerate() {
            let off = |(j, b): (usize, &[f64])| (dot(a, b) - (i == j) as u8 as f64).abs();
            let sum: f64 = directions.chunks_exact(d).enumerate().map(off).sum();
            lacks = if sum > lacks { sum } else { lacks };
        }
        let mut panel = Panel::pack_as(Shape::Tall, &directions, p, d);
        panel.forget_bias();
        let unit = (0.5f64).powi(24);
        let mut heads = Self {
            seen: centroids.to_vec(),
            wrong: (p as f64).sqrt() * (d as f64 + 8.0) * unit + lacks,
            lacks,
            panel,
            directions,
            gone: vec![0.0; k],
            upper: Vec::filled(rows.count, f32::INFINITY)?,
            short: Vec::reserved(rows.count * (p + 1))?,
        };
        Ok(if heads.gain(rows, centroids, k) >= least { Some(heads) } else { None })
    }

    /// Bytes a row that short copies and bounds take.
    pub fn size(d: usize) -> usize {
        4 * (1 + width(d))
    }

    /// Passes over every distance that making the short copies costs.
    pub fn price(k: usize, d: usize) -> f64 {
        width(d) as f64 / k as f64
    }

    /// The part of a pass that would be saved, as seen on some rows.
    fn gain(&mut self, rows: &Rows, centroids: &[f64], k: usize) -> f64 {
        let (d, w) = (rows.columns, width(rows.columns));
        let whole = Panel::pack(centroids, k, d);
        let flat = self.centroids(centroids, d);
        let every = rows.count.div_ceil(TRIED);
        let (mut tried, mut left) = (0, 0);
        for i in (0..rows.count).step_by(every) {
            let (row, norm) = (rows.row(i), rows.norms[i]);
            self.project(row, &[norm]);
            let mut best = f32::NEG_INFINITY;
            for (j, c) in whole.flat.chunks_exact(d).enumerate() {
                let score = score(row, c, whole.bias[j]);
                best = if score > best { score } else { best };
            }
            let own = farthest(norm, best, 0.0);
            let short = &self.short[self.short.len() - w..];
            left += flat.0.chunks_exact(w).filter(|c| distance(short, c).sqrt() <= own).count();
            tried += 1;
        }
        self.short.clear();
        let left = left as f64 / tried as f64;
        let (k, d, w) = (k as f64, d as f64, w as f64);
        1.0 - (20.0 + 0.065 * k * w + left * (10.0 + 0.13 * d)) / (6.0 + 0.065 * k * d)
    }

    /// c' of all centroids, and the most that one is off.
    fn centroids(&self, centroids: &[f64], d: usize) -> (Vec<f64>, f64) {
        let mut short = Vec::new();
        let mut most = 0.0;
        for c in centroids.chunks_exact(d) {
            let from = short.len();
            short.extend(self.directions.chunks_exact(d).map(|v| dot(v, c)));
            let head = dot(&short[from..], &short[from..]);
            let (tail, off) = tail(dot(c, c), head, self.lacks + 1e-12);
            short.push(tail);
            most = if off > most { off } else { most };
        }
        (short, most)
    }

    /// How far an x' may be off.
    #[inline(always)]
    fn off(&self, norm: f32, tail: f32) -> f64 {
        off(norm as f64 * norm as f64, tail as f64, self.wrong)
    }

    /// Appends x' of some rows, given with their norms.
    #[inline(never)]
    fn project(&mut self, rows: &[f32], norms: &[f32]) {
        let (d, p) = (self.panel.d, self.panel.k);
        let mut block = Block { lanes: vec![0.0; d * BLOCK] };
        let mut found = vec![0.0f32; p.next_multiple_of(4) * BLOCK];
        for (rows, norms) in rows.chunks(BLOCK * d).zip(norms.chunks(BLOCK)) {
            scores(&self.panel, rows, &mut block, &mut found);
            for (slot, &norm) in norms.iter().enumerate() {
                let from = self.short.len();
                self.short.extend((0..p).map(|j| found[j * BLOCK + slot]));
                let (tail, _) = tail(norm as f64 * norm as f64, norm_squared(&self.short[from..]), self.wrong);
                self.short.push(tail as f32);
            }
        }
    }
}

/// The length of a vector beside its head's, and how far head and tail are off together. `wrong`: what the
/// head may be off, relative to the vector's length.
#[inline(always)]
fn tail(squared: f64, head: f64, wrong: f64) -> (f64, f64) {
    let rest = squared - head;
    let tail = if rest > 0.0 { rest.sqrt() } else { 0.0 };
    (tail, off(squared, tail, wrong))
}

#[inline(always)]
fn off(squared: f64, tail: f64, wrong: f64) -> f64 {
    let room = squared * (2.5 * wrong + 8.0 * SAFE);
    let most = room.sqrt();
    let less = room / tail;
    wrong * squared.sqrt() + if less < most { less } else { most }
}

/// p orthonormal directions, p × d, close to those in which the rows extend most.
#[inline(never)]
fn directions(rows: &Rows, p: usize) -> Vec<f32> {
    let d = rows.columns;
    let every = rows.count.div_ceil(SAMPLE);
    let sample: Vec<&[f32]> = (0..rows.count).step_by(every).map(|i| rows.row(i)).collect();
    let mut found: Vec<f32> = (0..p).flat_map(|j| sample[j * sample.len() / p]).copied().collect();
    orthonormal(&mut found, d);
    for _ in 0..ROUNDS {
        let mut next = vec![0.0f32; p * d];
        for row in &sample {
            for (v, next) in found.chunks_exact(d).zip(next.chunks_exact_mut(d)) {
                let part = score(row, v, 0.0);
                add_scaled(next, row, part);
            }
        }
        found = next;
        orthonormal(&mut found, d);
    }
    found
}

/// Makes vectors orthonormal one after the other (Gram and Schmidt, each twice); 0 where nothing is left.
fn orthonormal(vectors: &mut [f32], d: usize) {
    for j in 0..vectors.len() / d {
        let (before, rest) = vectors.split_at_mut(j * d);
        let vector = &mut rest[..d];
        for _ in 0..2 {
            normalise(vector);
            for earlier in before.chunks_exact(d) {
                let part = score(vector, earlier, 0.0);
                add_scaled(vector, earlier, -part);
            }
        }
        normalise(vector);
    }
}

fn normalise(vector: &mut [f32]) {
    let length = norm_squared(vector).sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    vector.iter_mut().for_each(|v| *v = (*v as f64 * scale) as f32);
}

/// One pass over the rows.
pub struct Projected {
    lloyd: Lloyd,
    /// c', how far a score in short may be off, and how far a c'.
    panel: Panel,
    slack: (f32, f32),
    off: f64,
    gone: Vec<f64>,
    most_gone: Vec<f32>,
    block: Block,
    proposals: Proposals,
    scores: Vec<f32>,
    /// Rows that wait to be looked at, their x', and their own centroids' scores.
    waiting: Vec<u32>,
    short: Vec<f32>,
    own: Vec<f32>,
    /// Row × centroid pairs that were scored in full.
    scored: usize,
}

impl Projected {
    /// `heads` of the clusters' present labels.
    #[inline(never)]
    pub fn new(heads: &mut Heads, centroids: &[f64], k: usize, d: usize) -> Self {
        let ways = ways(&mut heads.seen, centroids, d);
        heads.gone.iter_mut().zip(ways).for_each(|(gone, way)| *gone += way);
        let (short, off) = heads.centroids(centroids, d);
        let w = width(d);
        let panel = Panel::pack_as(Shape::Tall, &short, k, w);
        Self {
            lloyd: Lloyd::new(centroids, k, d),
            slack: panel.slack(),
            panel,
            off,
            gone: heads.gone.clone(),
            most_gone: all_up(&heads.gone),
            block: Block::new(w),
            proposals: Proposals::new(),
            scores: vec![0.0; k.next_multiple_of(4) * BLOCK],
            waiting: Vec::with_capacity(BLOCK),
            short: Vec::with_capacity(BLOCK * w),
            own: Vec::with_capacity(BLOCK),
            scored: 0,
        }
    }

    /// The part of a pass over every distance that this pass over `count` rows has saved; as in
    /// `hamerly.rs`.
    pub fn saved(&self, count: usize) -> f64 {
        let (k, d, w) = (self.gone.len() as f64, self.lloyd.panel().d as f64, self.panel.d as f64);
        let scored = self.scored as f64 / count.max(1) as f64;
        1.0 - (20.0 + 0.065 * k * w + scored * (10.0 + 0.13 * d)) / (6.0 + 0.065 * k * d)
    }

    /// Row × centroid distances of this pass.
    pub fn computed(&self) -> usize {
        self.scored
    }

    /// Relabels the rows from `at` to `end`, a tile at most, or leaves them waiting; how many changed.
    #[inline(never)]
    pub fn tile(&mut self, rows: &Rows, heads: &mut Heads, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        let (d, w) = (rows.columns, self.panel.d);
        let made = heads.short.len() / w;
        if made < end {
            heads.project(&rows.values[made * d..end * d], &rows.norms[made..end]);
        }
        propose(&self.panel, &heads.short[at * w..end * w], &mut self.block, &mut self.proposals);
        let mut changed = 0;
        for (slot, i) in (at..end).enumerate() {
            let (own, found) = (clusters.labels[i], &self.proposals);
            let other = if found.index[slot] == own { found.second[slot] } else { found.best[slot] };
            let gone = self.most_gone.get(own as usize).copied().unwrap_or(f32::INFINITY);
            let off = self.off + heads.off(rows.norms[i], heads.short[i * w + w - 1]);
            let holds = (other as f64) < self.enough(heads.upper[i] + gone, rows.norms[i], off);
            if holds || self.tightens(rows, heads, own, i, other, off) {
                continue;
            }
            self.waiting.push(i as u32);
            self.short.extend_from_slice(&heads.short[i * w..][..w]);
            if self.waiting.len() == BLOCK {
                changed += self.look(rows, heads, clusters);
            }
        }
        changed
    }

    /// Measures the way to the row's own centroid; whether that was enough. `other`: the best score of another
    /// one in short, which `off` is for.
    #[inline(always)]
    fn tightens(&mut self, rows: &Rows, heads: &mut Heads, own: u32, i: usize, other: f32, off: f64) -> bool {
        let Some(&gone) = self.gone.get(own as usize) else {
            self.own.push(f32::NAN);
            return false;
        };
        let (norm, panel) = (rows.norms[i], self.lloyd.panel());
        let (a, b) = self.lloyd.slack();
        let score = score(rows.row(i), &panel.flat[own as usize * panel.d..][..panel.d], panel.bias[own as usize]);
        self.scored += 1;
        let u = farthest(norm, score, margin(a, b, norm));
        heads.upper[i] = stored_upper(u, gone);
        if (other as f64) < self.enough(up(u), norm, off) {
            return true;
        }
        self.own.push(score);
        false
    }

    /// A score in short below which a centroid is farther than u. `off`: what x' and c' are off together.
    #[inline(always)]
    fn enough(&self, u: f32, norm: f32, off: f64) -> f64 {
        let (a, b) = self.slack;
        let far = (u as f64 + off) * (1.0 + 4.0 * SAFE);
        let squared = norm as f64 * norm as f64 * (1.0 - 5.0 * SAFE);
        0.5 * (squared - far * far) - margin(a, b, 1.01 * norm) as f64
    }

    /// Labels of the rows that wait; how many changed.
    #[inline(never)]
    pub fn look(&mut self, rows: &Rows, heads: &mut Heads, clusters: &mut Clusters) -> u32 {
        let waiting = core::mem::take(&mut self.waiting);
        if !waiting.is_empty() {
            scores(&self.panel, &self.short, &mut self.block, &mut self.scores);
        }
        let changed =
            waiting.iter().enumerate().map(|(slot, &i)| self.row(rows, heads, clusters, i as usize, slot)).sum();
        self.waiting = waiting;
        self.waiting.clear();
        self.short.clear();
        self.own.clear();
        changed
    }

    /// The label of a row in a slot of those that wait; 1 if it changed cluster.
    #[inline(always)]
    fn row(&mut self, rows: &Rows, heads: &mut Heads, clusters: &mut Clusters, i: usize, slot: usize) -> u32 {
        let (row, norm, w) = (rows.row(i), rows.norms[i], self.panel.d);
        let (a, b) = self.lloyd.slack();
        let margin = margin(a, b, norm);
        let own = clusters.labels[i];
        let mut found = Nearest::none(NONE as usize);
        let off = self.off + heads.off(norm, self.short[slot * w + w - 1]);
        let mut enough = f64::NEG_INFINITY;
        if own != NONE {
            found.meet(self.own[slot], own as usize);
            enough = self.enough(up(farthest(norm, self.own[slot], margin)), norm, off);
        }
        for j in 0..self.gone.len() {
            if (self.scores[j * BLOCK + slot] as f64) < enough || j == own as usize {
                continue;
            }
            let panel = self.lloyd.panel();
            let score = score(row, &panel.flat[j * panel.d..][..panel.d], panel.bias[j]);
            self.scored += 1;
            if found.meet(score, j) {
                enough = self.enough(up(farthest(norm, score, margin)), norm, off);
            }
        }
        if found.finite && found.best - found.next > margin {
            heads.upper[i] = stored_upper(farthest(norm, found.best, margin), self.gone[found.label]);
            return clusters.relabel(rows, i, &[found.label as u32]);
        }
        // Too close for f32, or overflowed.
        heads.upper[i] = f32::INFINITY;
        let label = self.lloyd.decide(row, norm);
        clusters.relabel(rows, i, &[label])
    }
}
