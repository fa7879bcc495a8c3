//! One bound per group of centroids, so that a row looks at near groups only (Yinyang k-means, Ding et
//! al. 2015).
//!
//! ```text
//! u ≥ distance to the row's own centroid, l_g ≤ distance to every other centroid of group g
//! centroids move:        u grows by what its own went, l_g shrinks by the most that one of g went
//! if u < l_g for all g   the row keeps its label (u is measured once if it is not)
//! for each g with l_g ≤ u: every distance to the centroids of g; l_g from the best that is not the
//! label; the label is the best of the groups that were looked at and the row's own centroid
//! ```
//! Departures:
//! 1. As in `hamerly.rs`, bounds are stored relative to how far centroids have gone in all, and how
//!    far they went is measured from the centroids last seen.
//! 2. No bound per centroid inside a group: a group is looked at whole, by the same kernels as all
//!    centroids, with the rows that need it gathered from a batch.
//! 3. Groups are boxes: the centroids are halved at the median of their widest dimension until the
//!    parts are small. They stay as they are for as long as the bounds are kept.
//!
//! Slack: as in `hamerly.rs`. A label is taken from the f32 scores only where the best is further
//! from the next than scores can be wrong; elsewhere every centroid is measured in f64.

use super::bound::{all_up, farthest, nearest, stored_lower, stored_upper, up, ways};
use super::certify::Certifier;
use super::clusters::Clusters;
use crate::kernel::{Block, Panel, Proposals, TILE, distance, margin, propose};
use crate::order::{Ranked, in_order};
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};

/// Rows from which a group gathers those that need it.
pub const BATCH: usize = 4 * TILE;

/// What is remembered between questions. True of every row's own label at all times.
pub struct Groups {
    seen: Vec<f64>,
    begun: bool,
    /// Centroids by group, and where each group ends; the group of each centroid.
    members: Vec<u32>,
    ends: Vec<usize>,
    group: Vec<u32>,
    /// How far each centroid has gone in all, and the most that one of each group has.
    gone: Vec<f64>,
    passed: Vec<f64>,
    /// u - gone per row; l_g + passed per row and group.
    upper: Vec<f32>,
    lower: Vec<f32>,
}

impl Groups {
    #[inline(never)]
    pub fn new(centroids: &[f64], k: usize, count: usize) -> Result<Self, OutOfMemory> {
        let d = centroids.len() / k;
        let mut members: Vec<u32> = (0..k as u32).collect();
        let mut ends = Vec::new();
        split(&mut members, centroids, d, size_for(d), &mut ends);
        ends.iter_mut().fold(0, |start, end| {
            *end += start;
            *end
        });
        let mut group = vec![0; k];
        for (g, end) in ends.iter().enumerate() {
            let start = if g == 0 { 0 } else { ends[g - 1] };
            // Ascending: among equal scores a kernel takes the first.
            ascend(&mut members[start..*end]);
            members[start..*end].iter().for_each(|&j| group[j as usize] = g as u32);
        }
        Ok(Self {
            seen: centroids.to_vec(),
            begun: false,
            gone: vec![0.0; k],
            passed: vec![0.0; ends.len()],
            upper: Vec::filled(count, f32::INFINITY)?,
            lower: Vec::filled(count * ends.len(), 0.0)?,
            members,
            ends,
            group,
        })
    }

    /// Bytes a row that bounds for k centroids take: they are halved until the parts are small.
    pub fn size(k: usize, d: usize) -> usize {
        4 * (1 + k.div_ceil(size_for(d)).next_power_of_two())
    }

    fn follow(&mut self, centroids: &[f64], d: usize) {
        let mut most = vec![0.0f64; self.ends.len()];
        for (j, way) in ways(&mut self.seen, centroids, d).into_iter().enumerate() {
            self.gone[j] += way;
            let most = &mut most[self.group[j] as usize];
            *most = most.max(way);
        }
        self.passed.iter_mut().zip(most).for_each(|(passed, most)| *passed += most);
    }
}

/// Centroids of a group: more where rows are short, as each look costs its bookkeeping too.
fn size_for(d: usize) -> usize {
    if d >= 64 { 16 } else { 32 }
}

/// Halves `members` at the median of their widest dimension until the parts have at most `size`.
fn split(members: &mut [u32], centroids: &[f64], d: usize, size: usize, lengths: &mut Vec<usize>) {
    if members.len() <= size {
        return lengths.push(members.len());
    }
    let at = |j: u32, c: usize| centroids[j as usize * d + c];
    let spread = |c: usize| {
        let ends = members
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &j| (low.min(at(j, c)), high.max(at(j, c))));
        ends.1 - ends.0
    };
    let widest =
        (0..d).fold((0, f64::NEG_INFINITY), |best, c| if spread(c) > best.1 { (c, spread(c)) } else { best }).0;
    let half = members.len() / 2;
    let mut line: Vec<Ranked> = members.iter().map(|&j| Ranked { key: at(j, widest), row: j as u64 }).collect();
    in_order(&mut line);
    members.iter_mut().zip(line).for_each(|(j, ranked)| *j = ranked.row as u32);
    let (low, high) = members.split_at_mut(half);
    split(low, centroids, d, size, lengths);
    split(high, centroids, d, size, lengths);
}

/// Sorts a few numbers by insertion.
fn ascend(few: &mut [u32]) {
    for i in 1..few.len() {
        for j in (1..=i).rev() {
            if few[j - 1] <= few[j] {
                break;
            }
            few.swap(j - 1, j);
        }
    }
}

/// A row that is looked at: the best score so far and its centroid, the best of its group otherwise,
/// and the best of all other groups.
#[derive(Clone, Copy)]
struct Look {
    row: u32,
    label: u32,
    best: f32,
    beside: f32,
    next: f32,
}

/// One pass over the rows.
pub struct Yinyang {
    centroids: Vec<f64>,
    whole: Panel,
    panels: Vec<Panel>,
    certifier: Certifier,
    gone: Vec<f64>,
    passed: Vec<f64>,
    most_gone: Vec<f32>,
    most_passed: Vec<f32>,
    block: Block,
    proposals: Proposals,
    looks: Vec<Look>,
    /// Looks that need a group, per group.
    lists: Vec<Vec<u16>>,
    rows: Vec<f32>,
    tightened: usize,
    /// Row × centroid pairs that were scored.
    scored: usize,
    begun: bool,
}

impl Yinyang {
    /// `groups` of the clusters' present labels.
    #[inline(never)]
    pub fn new(groups: &mut Groups, centroids: &[f64], k: usize, d: usize) -> Self {
        groups.follow(centroids, d);
        let whole = Panel::pack(centroids, k, d);
        let mut panels = Vec::new();
        let mut start = 0;
        for &end in &groups.ends {
            let some: Vec<f64> =
                groups.members[start..end].iter().flat_map(|&j| &centroids[j as usize * d..][..d]).copied().collect();
            panels.push(Panel::pack(&some, end - start, d));
            start = end;
        }
        Self {
            certifier: Certifier::new(&whole),
            whole,
            centroids: centroids.to_vec(),
            gone: groups.gone.clone(),
            passed: groups.passed.clone(),
            most_gone: all_up(&groups.gone),
            most_passed: all_up(&groups.passed),
            block: Block::new(d),
            proposals: Proposals::new(),
            looks: Vec::with_capacity(BATCH),
            lists: panels.iter().map(|_| Vec::with_capacity(BATCH)).collect(),
            rows: Vec::with_capacity(TILE * d),
            tightened: 0,
            scored: 0,
            begun: core::mem::replace(&mut groups.begun, true),
            panels,
        }
    }

    /// The part of a pass over every distance that this pass over `count` rows has saved; as in
    /// `hamerly.rs`.
    pub fn saved(&self, count: usize) -> f64 {
        if !self.begun {
            return 0.0;
        }
        let (k, d) = (self.gone.len() as f64, (self.centroids.len() / self.gone.len()) as f64);
        let plain = 6.0 + 0.065 * k * d;
        let part = |rows: usize| rows as f64 / count.max(1) as f64;
        let tests = 4.0 + 0.3 * self.passed.len() as f64;
        let own = part(self.tightened) * (30.0 + 0.6 * d);
        let looks = part(self.scored) * (0.09 * d + 0.5);
        1.0 - (tests + own + looks) / plain
    }

    /// Row × centroid distances of this pass.
    pub fn computed(&self) -> usize {
        self.tightened + self.scored
    }

    /// Relabels the rows from `at` to `end`, at most [`BATCH`]; how many changed.
    #[inline(never)]
    pub fn batch(&mut self, rows: &Rows, groups: &mut Groups, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        self.looks.clear();
        self.lists.iter_mut().for_each(Vec::clear);
        for i in at..end {
            self.test(rows, groups, clusters.labels[i], i);
        }
        for g in 0..self.panels.len() {
            let list = core::mem::take(&mut self.lists[g]);
            for some in list.chunks(TILE) {
                self.look(rows, groups, g, some);
            }
            self.lists[g] = list;
        }
        let looks = core::mem::take(&mut self.looks);
        let changed = looks.iter().map(|look| self.settle(rows, groups, clusters, look)).sum();
        self.looks = looks;
        changed
    }

    /// Puts a row that its bounds do not hold on the lists of its own group and of every near one.
    #[inline(always)]
    fn test(&mut self, rows: &Rows, groups: &mut Groups, own: u32, i: usize) {
        let (t, d) = (self.panels.len(), rows.columns);
        let lower = &groups.lower[i * t..][..t];
        // Bounds that overflowed hold nothing: no comparison with NaN is true.
        let holds = |u: f32| lower.iter().zip(&self.most_passed).fold(true, |all, (l, passed)| all & (u < l - passed));
        let mut u = f32::INFINITY;
        let mut home = usize::MAX;
        if let Some(gone) = self.most_gone.get(own as usize) {
            if holds(groups.upper[i] + gone) {
                return;
            }
            self.tightened += 1;
            u = up(distance(rows.row(i), &self.centroids[own as usize * d..][..d]).sqrt());
            groups.upper[i] = stored_upper(u as f64, self.gone[own as usize]);
            if holds(u) {
                return;
            }
            home = groups.group[own as usize] as usize;
        }
        let look = self.looks.len() as u16;
        for (g, (l, passed)) in lower.iter().zip(&self.most_passed).enumerate() {
            if g == home || !matches!(u.partial_cmp(&(l - passed)), Some(core::cmp::Ordering::Less)) {
                self.lists[g].push(look);
            }
        }
        let none = f32::NEG_INFINITY;
        self.looks.push(Look { row: i as u32, label: own, best: none, beside: none, next: none });
    }

    /// Every distance of some rows to the centroids of one group.
    #[inline(never)]
    fn look(&mut self, rows: &Rows, groups: &mut Groups, g: usize, some: &[u16]) {
        let t = self.panels.len();
        self.rows.clear();
        for &look in some {
            self.rows.extend_from_slice(rows.row(self.looks[look as usize].row as usize));
        }
        let panel = &self.panels[g];
        self.scored += some.len() * panel.k;
        propose(panel, &self.rows, &mut self.block, &mut self.proposals);
        let found = &self.proposals;
        let (a, b) = self.certifier.slack();
        let start = if g == 0 { 0 } else { groups.ends[g - 1] };
        for (slot, &look) in some.iter().enumerate() {
            let look = &mut self.looks[look as usize];
            let (best, second) = (found.best[slot], found.second[slot]);
            let norm = rows.norms[look.row as usize];
            groups.lower[look.row as usize * t + g] =
                stored_lower(nearest(norm, best, margin(a, b, norm)), self.passed[g]);
            let label = groups.members[start + found.index[slot] as usize];
            if best > look.best {
                look.next = look.next.max(look.best).max(look.beside);
                look.best = best;
                look.label = label;
                look.beside = second;
            } else {
                look.next = look.next.max(best);
            }
        }
    }

    /// The label and the bounds of a row that was looked at; 1 if it changed cluster.
    #[inline(always)]
    fn settle(&mut self, rows: &Rows, groups: &mut Groups, clusters: &mut Clusters, look: &Look) -> u32 {
        let (i, t) = (look.row as usize, self.panels.len());
        let norm = rows.norms[i];
        let (a, b) = self.certifier.slack();
        let margin = margin(a, b, norm);
        if look.best - look.next.max(look.beside) > margin {
            let label = look.label as usize;
            let g = groups.group[label] as usize;
            groups.upper[i] = stored_upper(farthest(norm, look.best, margin), self.gone[label]);
            groups.lower[i * t + g] = stored_lower(nearest(norm, look.beside, margin), self.passed[g]);
            return clusters.relabel(rows, i, &[look.label]);
        }
        // Too close for f32. The bounds of the groups that were looked at hold for the label too.
        groups.upper[i] = f32::INFINITY;
        let label = self.certifier.decide(rows.row(i), norm, &self.whole, &self.centroids);
        clusters.relabel(rows, i, &[label])
    }
}
