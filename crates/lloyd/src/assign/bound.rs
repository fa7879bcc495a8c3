//! How bounds are computed and stored, rounded to the safe side.
//!
//! A bound is stored relative to how far centroids have gone in all, so that it need not be rewritten
//! as they go on: u - gone, to which `gone` is added again, and l + passed, from which `passed` is
//! taken again. Bounds are f32; each is moved by more than it can be wrong.

use crate::kernel::{distance, roots};

/// Part by which a bound is moved to the safe side whenever it is computed: 16 units of f32.
pub const SAFE: f64 = 1e-6;

/// An f32 that is at least `v` ≥ 0.
pub fn up(v: f64) -> f32 {
    (v * (1.0 + SAFE)) as f32
}

/// [`up`] of each.
#[inline(never)]
pub fn all_up(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| up(v)).collect()
}

/// At least how far each centroid has gone since it was last seen, which is now.
#[inline(never)]
pub fn ways(seen: &mut [f64], centroids: &[f64], d: usize) -> Vec<f64> {
    let both = seen.chunks_exact(d).zip(centroids.chunks_exact(d));
    let ways = both.map(|(from, to)| distance(from, to).sqrt() * (1.0 + SAFE)).collect();
    seen.copy_from_slice(centroids);
    ways
}

/// At least the distance of a row to a centroid with at least this score. `margin`: twice the
/// score's error.
#[inline(always)]
pub fn farthest(norm: f32, score: f32, margin: f32) -> f64 {
    farthest_squared(norm, score, margin).sqrt()
}

#[inline(always)]
fn farthest_squared(norm: f32, score: f32, margin: f32) -> f64 {
    (norm as f64 * norm as f64 - 2.0 * score as f64 + 2.0 * margin as f64).max(0.0)
}

/// At most the distance of a row to a centroid with at most this score. The norm is at least ‖x‖ and
/// at most 2 SAFE above it.
#[inline(always)]
pub fn nearest(norm: f32, score: f32, margin: f32) -> f64 {
    nearest_squared(norm, score, margin).sqrt()
}

#[inline(always)]
fn nearest_squared(norm: f32, score: f32, margin: f32) -> f64 {
    let squared = norm as f64 * norm as f64 * (1.0 - 5.0 * SAFE);
    (squared - 2.0 * score as f64 - 2.0 * margin as f64).max(0.0)
}

/// [`farthest`] of the best score and [`nearest`] of the second, in the time of one of them.
#[inline(always)]
pub fn farthest_and_nearest(norm: f32, best: f32, second: f32, margin: f32) -> [f64; 2] {
    roots([farthest_squared(norm, best, margin), nearest_squared(norm, second, margin)])
}

/// u - gone, rounded up; with room for adding `gone` again in f32.
#[inline(always)]
pub fn stored_upper(u: f64, gone: f64) -> f32 {
    (u - gone + SAFE * (u + gone)) as f32
}

/// l + passed, rounded down; with room for taking `passed` away again in f32.
#[inline(always)]
pub fn stored_lower(l: f64, passed: f64) -> f32 {
    (l + passed - SAFE * (l + passed)) as f32
}
