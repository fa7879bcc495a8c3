//! Labels that hold not only for a loaded row but for the caller's own numbers behind it, and the
//! rows whose label does not: whoever has those numbers decides them.
//!
//! ```text
//! ‖point - row‖ ≤ ρ                            loading rounds, by at most ρ
//! |score(point, c) - score(row, c)|
//!     = |(point - row)·c| ≤ ρ·R                R = max ‖c‖
//! best - second > 2(E + ρ·(‖row‖ + R + ρ))     the label holds for the point
//! ```
//! ρ·‖row‖ and ρ² are more than that needs: room for whatever f64 arithmetic the caller measures
//! distances with.

use super::Shard;
use crate::assign::Lloyd;
use crate::kernel::{TILE, distance, margin, round_up};
use crate::{Allocate, OutOfMemory};

/// The nearest of some centroids, as far as loaded rows can tell.
#[derive(Clone, Debug, Default)]
pub struct Certain {
    /// One per row.
    pub labels: Vec<u32>,
    /// Rows whose label may be another one's, ascending.
    pub doubtful: Vec<u32>,
}

impl Shard {
    /// `centroids`: k × d in the frame's units. `doubt`: ρ, in the same units.
    pub fn certain(&self, k: usize, centroids: &[f64], doubt: f64) -> Result<Certain, OutOfMemory> {
        let (rows, d) = (&self.rows, self.rows.columns);
        let mut lloyd = Lloyd::new(centroids, k, d);
        let zero = vec![0.0; d];
        let radius = centroids.chunks_exact(d).fold(0.0, |most: f64, c| most.max(distance(c, &zero).sqrt()));
        let (a, b) = lloyd.slack();
        let slack = (round_up(a as f64 + doubt), round_up(b as f64 + doubt * (radius + doubt)));
        let mut found = Certain { labels: Vec::filled(rows.count, 0)?, doubtful: Vec::new() };
        for at in (0..rows.count).step_by(TILE) {
            tile(self, &mut lloyd, slack, &mut found, at);
        }
        Ok(found)
    }
}

/// A function of its own: V8 replaces its baseline code only between calls.
#[inline(never)]
fn tile(shard: &Shard, lloyd: &mut Lloyd, (a, b): (f32, f32), found: &mut Certain, at: usize) {
    let (rows, d) = (&shard.rows, shard.rows.columns);
    let end = (at + TILE).min(rows.count);
    let norms = &rows.norms[at..end];
    let proposed = lloyd.proposals(&rows.values[at * d..end * d], norms);
    found.labels[at..end].copy_from_slice(&proposed.index[..end - at]);
    for (i, &norm) in norms.iter().enumerate() {
        // A gap that overflowed to NaN is not trusted.
        let clear = proposed.best[i] - proposed.second[i] > margin(a, b, norm);
        if !clear {
            found.doubtful.push((at + i) as u32);
        }
    }
}
