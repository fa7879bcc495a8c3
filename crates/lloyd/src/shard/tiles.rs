//! What one tile of rows adds to an answer. Functions of their own, called once per tile: V8 replaces
//! its baseline code only between calls.

use crate::assign::clusters::Clusters;
use crate::exact::{BINS, Sums};
use crate::kernel::{Number, add_parts, distance};
use crate::race::{Race, Runner, uniform};
use crate::rows::Rows;

#[inline(never)]
pub(super) fn partition(rows: &Rows, seed: u64, stage: u64, clusters: &mut Clusters, at: usize, end: usize) {
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
pub(super) fn far(rows: &Rows, centroids: &[f64], clusters: &Clusters, race: &mut Race, at: usize, end: usize) {
    let d = rows.columns;
    for i in at..end {
        let squared = distance(rows.row(i), &centroids[clusters.labels[i] as usize * d..][..d]);
        if squared > AT * d as f64 && rows.weight(i) > 0.0 {
            race.enter(Runner { key: -squared, row: rows.first + i as u64 });
        }
    }
}

/// `some`: rows from `at` on, loaded or in f64.
#[inline(never)]
pub(super) fn finish<T: Number>(
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
pub(super) fn refine(some: &[f64], rows: &Rows, labels: &[u32], sums: &mut Sums, at: usize) {
    let d = rows.columns;
    let units = rows.units(rows.span);
    for (i, row) in (at..).zip(some.chunks_exact(d)) {
        let size = sums.planes.len() / BINS;
        add_parts(&mut sums.planes[labels[i] as usize * d..], size, row, rows.weight(i), units.magic());
    }
}

/// Squared distances of some rows to every centroid, row-major: rows × k.
pub fn distances<T: Number>(rows: &[T], d: usize, centroids: &[f64]) -> Vec<f64> {
    let pairs = rows.chunks_exact(d).flat_map(|x| centroids.chunks_exact(d).map(move |c| (x, c)));
    pairs.map(|(x, c)| distance(x, c)).collect()
}
