//! Every distance of every row (Lloyd 1982), the plainest of the variants.

use super::certify::Certifier;
use super::clusters::Clusters;
use crate::kernel::{Block, Panel, Proposals, TILE, all_clear, margin, propose};
use crate::rows::Rows;

pub struct Lloyd {
    centroids: Vec<f64>,
    panel: Panel,
    certifier: Certifier,
    block: Block,
    proposals: Proposals,
}

impl Lloyd {
    /// `centroids`: k × d, row-major, in the rows' units.
    #[inline(never)]
    pub fn new(centroids: &[f64], k: usize, d: usize) -> Self {
        let panel = Panel::pack(centroids, k, d);
        Self {
            centroids: centroids.to_vec(),
            certifier: Certifier::new(&panel),
            panel,
            block: Block::new(d),
            proposals: Proposals::new(),
        }
    }

    /// Relabels the rows from `at` to `end`, a tile at most; how many changed.
    #[inline(never)]
    pub fn relabel(&mut self, rows: &Rows, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        let d = rows.columns;
        let labels = self.tile(&rows.values[at * d..end * d], &rows.norms[at..end]);
        clusters.relabel(rows, at, &labels[..end - at])
    }

    /// Certified labels of 1 to [`TILE`] rows. IN `rows`, `norms`; OUT the first of the labels.
    pub fn tile(&mut self, rows: &[f32], norms: &[f32]) -> &[u32; TILE] {
        &self.proposals(rows, norms).index
    }

    /// (a, b) of the panel.
    pub fn slack(&self) -> (f32, f32) {
        self.certifier.slack()
    }

    pub fn panel(&self) -> &Panel {
        &self.panel
    }

    /// The label of a row whose best scores are close.
    pub fn decide(&mut self, row: &[f32], norm: f32) -> u32 {
        self.certifier.decide(row, norm, &self.panel, &self.centroids)
    }

    /// The same labels with the two best scores, in f32.
    pub fn proposals(&mut self, rows: &[f32], norms: &[f32]) -> &Proposals {
        propose(&self.panel, rows, &mut self.block, &mut self.proposals);
        let found = &mut self.proposals;
        // A gap that overflowed to NaN is not trusted: it counts as 0.
        let (a, b) = self.certifier.slack();
        if all_clear(&found.best, &found.second, norms, a, b) {
            return found;
        }
        for (i, &norm) in norms.iter().enumerate() {
            if found.best[i] - found.second[i] > margin(a, b, norm) {
                continue;
            }
            let row = &rows[i * self.panel.d..][..self.panel.d];
            found.index[i] = self.certifier.decide(row, norm, &self.panel, &self.centroids);
        }
        found
    }
}
