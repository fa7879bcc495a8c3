//! The boundary: a shard as JavaScript sees it. Every body is a line or a plain list.
//!
//! Numbers go in through memory that JavaScript fills (`values`, `stage`) or as short slices;
//! replies come back as one `Float64Array` each, whose layout stands beside the method. A failed
//! allocation is thrown as the number of bytes that it asked for.

use lloyd::OutOfMemory;
use lloyd::frame::Frame;
use lloyd::rows::{Extents, Moments, Rows};
use lloyd::shard::{self, Draw};
use wasm_bindgen::prelude::*;

type Maybe<T> = Result<T, JsValue>;

fn thrown(error: OutOfMemory) -> JsValue {
    JsValue::from_f64(error.bytes)
}

#[wasm_bindgen]
pub struct Shard {
    inner: shard::Shard,
    staged: Vec<f64>,
    extents: Extents,
    frame: Option<Frame>,
    moments: Moments,
}

#[wasm_bindgen]
impl Shard {
    /// `count` rows of `columns`; `first`: global number of the first; `total`: rows of all shards.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, columns: usize, first: f64, total: f64) -> Maybe<Shard> {
        let rows = Rows::new(count, columns, first as u64, total as usize).map_err(thrown)?;
        let extents = rows.extents().map_err(thrown)?;
        let moments = Moments::zero(columns).map_err(thrown)?;
        Ok(Shard { inner: shard::Shard::new(rows), staged: Vec::new(), extents, frame: None, moments })
    }

    /// Where `f32` numbers go in place: count × columns.
    pub fn values(&mut self) -> *mut f32 {
        self.inner.rows.values.as_mut_ptr()
    }

    /// Where `len` numbers of 64 bits go before they are measured or loaded.
    pub fn stage(&mut self, len: usize) -> Maybe<*mut f64> {
        if self.staged.len() < len {
            self.staged.try_reserve_exact(len).map_err(|_| JsValue::from_f64(len as f64 * 8.0))?;
            self.staged.resize(len, 0.0);
        }
        Ok(self.staged.as_mut_ptr())
    }

    #[wasm_bindgen(js_name = setWeights)]
    pub fn set_weights(&mut self, weights: Vec<f64>) {
        self.inner.rows.weights = Some(weights);
        self.inner.forget();
    }

    #[wasm_bindgen(js_name = measureValues)]
    pub fn measure_values(&mut self, from: usize, to: usize, stride: f64) -> Maybe<()> {
        let rows = &self.inner.rows;
        let some = &rows.values[from * rows.columns..to * rows.columns];
        self.extents.meet(some, rows.first + from as u64, stride as u64).map_err(thrown)
    }

    /// The staged rows are those from `from` to `to`.
    #[wasm_bindgen(js_name = measureStaged)]
    pub fn measure_staged(&mut self, from: usize, to: usize, stride: f64) -> Maybe<()> {
        let rows = &self.inner.rows;
        let some = &self.staged[..(to - from) * rows.columns];
        self.extents.meet(some, rows.first + from as u64, stride as u64).map_err(thrown)
    }

    /// `[bad row or -1, its column, its value, min × d, max × d, sampled rows × d …]`; starts over.
    pub fn extents(&mut self) -> Maybe<Vec<f64>> {
        let fresh = self.inner.rows.extents().map_err(thrown)?;
        let found = core::mem::replace(&mut self.extents, fresh);
        let (row, column, value) = found.bad.map_or((-1.0, 0.0, 0.0), |(r, c, v)| (r as f64, c as f64, v));
        Ok([&[row, column, value][..], &found.min, &found.max, &found.sample].concat())
    }

    /// `span`: |coordinate| ≤ 2^span in this frame.
    #[wasm_bindgen(js_name = setFrame)]
    pub fn set_frame(&mut self, origin: &[f64], exponent: i32, grid: &[i32], span: i32) -> Maybe<()> {
        self.frame = Some(Frame::new(origin, exponent, grid).map_err(thrown)?);
        self.inner.rows.span = span;
        self.inner.forget();
        self.moments = Moments::zero(origin.len()).map_err(thrown)?;
        Ok(())
    }

    #[wasm_bindgen(js_name = loadValues)]
    pub fn load_values(&mut self, from: usize, to: usize) {
        if let Some(frame) = &self.frame {
            self.inner.rows.load_in_place(from, to - from, frame, &mut self.moments);
        }
    }

    /// The staged rows are those from `from` to `to`.
    #[wasm_bindgen(js_name = loadStaged)]
    pub fn load_staged(&mut self, from: usize, to: usize) {
        if let Some(frame) = &self.frame {
            let len = (to - from) * self.inner.rows.columns;
            self.inner.rows.load(&self.staged[..len], from, frame, &mut self.moments);
        }
    }

    /// `[Σ w‖y‖² × 3, Σ ‖y‖² × 3, Σ y × d]`
    pub fn moments(&mut self) -> Vec<f64> {
        self.staged = Vec::new();
        let weighted = self.inner.rows.weights.is_some();
        let squares = if weighted { &self.moments.squares } else { &self.moments.plain_squares };
        [&squares.planes[..], &self.moments.plain_squares.planes, &self.moments.sums].concat()
    }

    pub fn assign(&mut self, k: usize, centroids: &[f64], previous: Option<Vec<f64>>) -> Maybe<()> {
        self.inner.begin_assign(k, centroids, previous.as_deref()).map_err(thrown)
    }

    pub fn partition(&mut self, k: usize, seed: f64, stage: f64) -> Maybe<()> {
        self.inner.begin_partition(k, seed as u64, stage as u64).map_err(thrown)
    }

    pub fn draw(
        &mut self,
        greatest: bool,
        seed: f64,
        stage: f64,
        places: usize,
        seeds: &[f32],
        candidates: &[f32],
    ) -> Maybe<()> {
        let draw = if greatest { Draw::Greatest } else { Draw::Weighted };
        self.inner.begin_draw(draw, seed as u64, stage as u64, places, seeds, candidates).map_err(thrown)
    }

    pub fn farthest(&mut self, places: usize, k: usize, centroids: &[f64]) -> Maybe<()> {
        self.inner.begin_farthest(places, k, centroids).map_err(thrown)
    }

    /// `about`: for loaded rows; without it, rows follow through `finishStaged`.
    pub fn finish(&mut self, k: usize, centroids: &[f64], about: Option<Vec<f64>>) -> Maybe<()> {
        self.inner.begin_finish(k, centroids, about.as_deref()).map_err(thrown)
    }

    /// After the work of `finish`: the staged rows are those from `from` to `to`.
    #[wasm_bindgen(js_name = finishStaged)]
    pub fn finish_staged(&mut self, from: usize, to: usize, about: &[f64]) {
        let len = self.place_staged(from, to);
        self.inner.finish_some(&self.staged[..len], from, about);
    }

    /// Rows follow through `refineStaged`.
    pub fn refine(&mut self, k: usize, centroids: &[f64]) -> Maybe<()> {
        self.inner.begin_refine(k, centroids).map_err(thrown)
    }

    /// After the work of `refine`: the staged rows are those from `from` to `to`.
    #[wasm_bindgen(js_name = refineStaged)]
    pub fn refine_staged(&mut self, from: usize, to: usize) {
        let len = self.place_staged(from, to);
        self.inner.refine_some(&self.staged[..len], from);
    }

    /// About `budget` rows of the question's work; true while there is more.
    pub fn work(&mut self, budget: usize) -> bool {
        self.inner.work(budget)
    }

    /// After `assign` or `partition`: `[changed, counts × k, weights × planes·k, sums × planes·k·d]`,
    /// one plane without weights, three with.
    pub fn assigned(&self) -> Vec<f64> {
        let Some(clusters) = self.inner.clusters() else { return Vec::new() };
        let mut reply = vec![self.inner.changed() as f64];
        reply.extend(clusters.counts.iter().map(|&c| c as f64));
        reply.extend(&clusters.weights);
        reply.extend(&clusters.sums);
        reply
    }

    /// After `draw`: per list `[Σ w·D² × 3, winners, then for each: key, row, weight, coordinates × d]`.
    pub fn drawn(&self) -> Vec<f64> {
        let drawn = self.inner.drawn();
        let lists = drawn.winners.len();
        let mut reply = Vec::new();
        for (list, winners) in drawn.winners.iter().enumerate() {
            reply.extend(drawn.potentials.planes.iter().skip(list).step_by(lists));
            reply.push(winners.len() as f64);
            for winner in winners {
                reply.extend([winner.key, winner.row as f64]);
                self.push_row(winner.row, &mut reply);
            }
        }
        reply
    }

    /// After `farthest`: per row `[squared distance, row, label, weight, coordinates × d]`.
    #[wasm_bindgen(js_name = farthestRows)]
    pub fn farthest_rows(&self) -> Vec<f64> {
        let mut reply = Vec::new();
        for far in self.inner.farthest() {
            reply.extend([far.squared, far.row as f64, far.label as f64]);
            self.push_row(far.row, &mut reply);
        }
        reply
    }

    /// After `finish`: `[counts × k, inertia × 3·k]`.
    pub fn finished(&self) -> Vec<f64> {
        let counts = self.inner.clusters().map_or(&[][..], |c| &c.counts);
        counts.iter().map(|&c| c as f64).chain(self.inner.refined().inertias.planes.iter().copied()).collect()
    }

    /// After `refine`: `sums × 3·k·d`.
    pub fn refined(&self) -> Vec<f64> {
        self.inner.refined().sums.planes.clone()
    }

    /// Where the labels lie: count × u32.
    pub fn labels(&self) -> *const u32 {
        self.inner.clusters().map_or(core::ptr::null(), |c| c.labels.as_ptr())
    }

    /// Squared distances of the staged rows, `from` to `to`, to every centroid: rows × k.
    #[wasm_bindgen(js_name = distancesStaged)]
    pub fn distances_staged(&mut self, from: usize, to: usize, centroids: &[f64]) -> Maybe<Vec<f64>> {
        let len = self.place_staged(from, to);
        shard::distances(&self.staged[..len], self.inner.rows.columns, centroids).map_err(thrown)
    }

    /// Drops every memory of earlier questions.
    pub fn forget(&mut self) {
        self.inner.forget();
    }

    /// Rows whose label needed f64 so far.
    pub fn decided(&self) -> f64 {
        self.inner.decided as f64
    }

    /// Puts the staged rows into the frame; how many values they are.
    fn place_staged(&mut self, from: usize, to: usize) -> usize {
        let len = (to - from) * self.inner.rows.columns;
        if let Some(frame) = &self.frame {
            frame.place(&mut self.staged[..len]);
        }
        len
    }

    fn push_row(&self, row: u64, reply: &mut Vec<f64>) {
        let i = (row - self.inner.rows.first) as usize;
        reply.push(self.inner.rows.weight(i));
        reply.extend(self.inner.rows.row(i).iter().map(|&y| y as f64));
    }
}

/// Seeds from a sample of rows: `[swaps taken, rows …]`; `weights` is empty where all are 1.
#[wasm_bindgen]
pub fn search(rows: &[f32], weights: &[f64], columns: usize, k: usize, swaps: usize, seed: f64) -> Maybe<Vec<u32>> {
    let weights = Some(weights).filter(|w| !w.is_empty());
    let found = lloyd::search::search(rows, weights, columns, k, swaps, seed as u64).map_err(thrown)?;
    Ok([&[found.swaps][..], &found.seeds].concat())
}
