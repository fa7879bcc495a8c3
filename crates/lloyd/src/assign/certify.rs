//! The label of a row whose two best scores are too close for f32.
//!
//! ```text
//! E = a·‖x‖ + b                                  (Panel::slack)
//! best - second > 2E                  the f32 proposal is the nearest centroid in f64
//! otherwise: every centroid whose score is within 2E of the best is measured in f64;
//!            the least distance wins, the lowest index on ties
//! ```
//! A centroid left out has an exact score more than 2E - 2E = 0 below that of the best: it is not
//! nearer. So the label does not depend on the kernel, its rounding, or the order of its sums.

use crate::kernel::{self, Panel, distance, margin};

/// Scratch for deciding rows against one panel.
pub struct Certifier {
    a: f32,
    b: f32,
    scores: Vec<f32>,
}

impl Certifier {
    pub fn new(panel: &Panel) -> Self {
        let (a, b) = panel.slack();
        Self { a, b, scores: vec![0.0; panel.k] }
    }

    /// (a, b) of the panel.
    pub fn slack(&self) -> (f32, f32) {
        (self.a, self.b)
    }

    /// The nearest centroid of `row`. `centroids`: k × d, those that `panel` was packed from.
    pub fn decide(&mut self, row: &[f32], norm: f32, panel: &Panel, centroids: &[f64]) -> u32 {
        let d = panel.d;
        let mut best = f32::MIN;
        for ((score, c), &bias) in self.scores.iter_mut().zip(panel.flat.chunks_exact(d)).zip(&panel.bias) {
            *score = kernel::score(row, c, bias);
            best = best.max(*score);
        }
        let least = best - margin(self.a, self.b, norm);
        let mut nearest = (f64::INFINITY, 0);
        for (j, &score) in self.scores.iter().enumerate() {
            // A score that overflowed to NaN counts as close.
            if score >= least || score.is_nan() {
                let squared = distance(row, &centroids[j * d..][..d]);
                if squared < nearest.0 {
                    nearest = (squared, j as u32);
                }
            }
        }
        nearest.1
    }
}
