//! The boundary: a shard as JavaScript sees it. Every body is a line or a plain list.
//!
//! Numbers go in through memory that JavaScript fills (`values`, `stage`) or as short slices;
//! replies come back as one `Float64Array` each, whose layout stands beside the method. A failed
//! allocation is thrown as the number of bytes that it asked for.

use lloyd::OutOfMemory;
use lloyd::assign::Algorithm;
use lloyd::exact::Sums;
use lloyd::frame::Frame;
use lloyd::kernel;
use lloyd::kernel::pairs::{Fold, Kept, WIDTH};
use lloyd::rows::{Extents, Rows};
use lloyd::search;
use lloyd::shard::{self, Certain, Draw};
use wasm_bindgen::prelude::*;

/// A quarter of the standard one's code.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

type Maybe<T> = Result<T, JsValue>;

fn thrown(error: OutOfMemory) -> JsValue {
    JsValue::from_f64(error.bytes)
}

fn stage<T: Copy + Default>(staged: &mut Vec<T>, len: usize) -> Maybe<*mut T> {
    if staged.len() < len {
        let more = len - staged.len();
        staged.try_reserve_exact(more).map_err(|_| JsValue::from_f64((len * size_of::<T>()) as f64))?;
        staged.resize(len, T::default());
    }
    Ok(staged.as_mut_ptr())
}

#[wasm_bindgen]
pub struct Shard {
    inner: shard::Shard,
    staged: Vec<f64>,
    short: Vec<f32>,
    extents: Extents,
    frame: Option<Frame>,
    squares: Sums,
    certain: Certain,
}

#[wasm_bindgen]
impl Shard {
    /// `count` rows of `columns`; `first`: global number of the first; `total`: rows of all shards.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, columns: usize, first: f64, total: f64) -> Maybe<Shard> {
        let rows = Rows::new(count, columns, first as u64, total as usize).map_err(thrown)?;
        let extents = rows.extents();
        let squares = Sums::zero(1);
        Ok(Shard {
            inner: shard::Shard::new(rows),
            staged: Vec::new(),
            short: Vec::new(),
            extents,
            frame: None,
            squares,
            certain: Certain::default(),
        })
    }

    /// Where `len` numbers of 64 bits go before they are measured or loaded.
    pub fn stage(&mut self, len: usize) -> Maybe<*mut f64> {
        stage(&mut self.staged, len)
    }

    /// The same for numbers of 32 bits.
    #[wasm_bindgen(js_name = stageShort)]
    pub fn stage_short(&mut self, len: usize) -> Maybe<*mut f32> {
        stage(&mut self.short, len)
    }

    /// 0 auto, 1 lloyd, 2 hamerly, 3 elkan, 4 yinyang, 5 projected, 6 filtering: how rows find their centroids, never what they find.
    #[wasm_bindgen(js_name = setAlgorithm)]
    pub fn set_algorithm(&mut self, algorithm: u8) {
        self.inner.algorithm = match algorithm {
            1 => Algorithm::Lloyd,
            2 => Algorithm::Hamerly,
            3 => Algorithm::Elkan,
            4 => Algorithm::Yinyang,
            5 => Algorithm::Projected,
            6 => Algorithm::Filtering,
            _ => Algorithm::Auto,
        };
    }

    #[wasm_bindgen(js_name = setWeights)]
    pub fn set_weights(&mut self, weights: Vec<f64>) {
        self.inner.rows.weights = Some(weights);
        self.inner.forget();
    }

    /// Measures the staged rows, `from` to `to`; the first ones start over.
    #[wasm_bindgen(js_name = measureStaged)]
    pub fn measure_staged(&mut self, short: bool, from: usize, to: usize, stride: f64) {
        let rows = &self.inner.rows;
        let (len, first) = ((to - from) * rows.columns, rows.first + from as u64);
        if from == 0 {
            self.extents = rows.extents();
        }
        match short {
            true => self.extents.meet(&self.short[..len], first, stride as u64),
            false => self.extents.meet(&self.staged[..len], first, stride as u64),
        }
    }

    /// `[bad row or -1, its column, its value, min × d, max × d, sampled rows × d …]`
    pub fn extents(&self) -> Vec<f64> {
        let found = &self.extents;
        let (row, column, value) = found.bad.map_or((-1.0, 0.0, 0.0), |(r, c, v)| (r as f64, c as f64, v));
        [&[row, column, value][..], &found.min, &found.max, &found.sample].concat()
    }

    /// `span`: |coordinate| ≤ 2^span in this frame.
    #[wasm_bindgen(js_name = setFrame)]
    pub fn set_frame(&mut self, origin: &[f64], exponent: i32, grid: &[i32], span: i32) {
        self.frame = Some(Frame::new(origin, exponent, grid));
        self.inner.rows.span = span;
        self.inner.rows.values.clear();
        self.inner.rows.norms.clear();
        self.inner.forget();
        self.squares = Sums::zero(1);
    }

    /// Loads the next rows, `count` staged ones.
    #[wasm_bindgen(js_name = loadStaged)]
    pub fn load_staged(&mut self, short: bool, count: usize) {
        let rows = &mut self.inner.rows;
        let len = count * rows.columns;
        let Some(frame) = &self.frame else { return };
        match short {
            true => rows.load(&self.short[..len], frame, &mut self.squares),
            false => rows.load(&self.staged[..len], frame, &mut self.squares),
        }
    }

    /// Σ w‖y‖² of the loaded rows: 3 planes.
    pub fn squares(&mut self) -> Vec<f64> {
        self.staged = Vec::new();
        self.short = Vec::new();
        self.squares.planes.clone()
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
        let Some(clusters) = self.inner.clusters() else {
            return Vec::new();
        };
        let mut reply = vec![self.inner.changed() as f64];
        reply.extend(clusters.counts.iter().map(|&c| c as f64));
        match clusters.weights.is_empty() {
            true => reply.extend_from_within(1..),
            false => reply.extend(&clusters.weights),
        }
        reply.extend(&clusters.sums);
        reply
    }

    /// Row × centroid distances of all assignments so far: a cost, no part of any reply.
    pub fn computed(&self) -> f64 {
        self.inner.computed()
    }

    /// After `draw`: per list `[Σ w·D² × 3, winners, then for each: key, row, weight]`.
    pub fn drawn(&self) -> Vec<f64> {
        let drawn = self.inner.drawn();
        let lists = drawn.winners.len();
        let mut reply = Vec::new();
        for (list, winners) in drawn.winners.iter().enumerate() {
            reply.extend(drawn.potentials.planes.iter().skip(list).step_by(lists));
            reply.push(winners.len() as f64);
            for winner in winners {
                reply.extend([winner.key, winner.row as f64, self.inner.rows.weight(self.local(winner.row))]);
            }
        }
        reply
    }

    /// The same winners' coordinates: rows × d, one list after the other.
    #[wasm_bindgen(js_name = drawnRows)]
    pub fn drawn_rows(&self) -> Vec<f32> {
        let winners = self.inner.drawn().winners.iter().flatten();
        winners.flat_map(|w| self.inner.rows.row(self.local(w.row))).copied().collect()
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
    pub fn distances_staged(&mut self, from: usize, to: usize, centroids: &[f64]) -> Vec<f64> {
        let len = self.place_staged(from, to);
        shard::distances(&self.staged[..len], self.inner.rows.columns, centroids)
    }

    /// Labels of the caller's own points, each within `doubt` of its row; the rows that stay in doubt.
    pub fn certain(&mut self, k: usize, centroids: &[f64], doubt: f64) -> Maybe<Vec<u32>> {
        self.certain = self.inner.certain(k, centroids, doubt).map_err(thrown)?;
        Ok(core::mem::take(&mut self.certain.doubtful))
    }

    /// Where the labels of `certain` lie: count × u32.
    #[wasm_bindgen(js_name = certainLabels)]
    pub fn certain_labels(&self) -> *const u32 {
        self.certain.labels.as_ptr()
    }

    /// Drops every memory of earlier questions.
    pub fn forget(&mut self) {
        self.inner.forget();
    }

    /// Puts the staged rows into the frame; how many values they are.
    fn place_staged(&mut self, from: usize, to: usize) -> usize {
        let len = (to - from) * self.inner.rows.columns;
        if let Some(frame) = &self.frame {
            frame.place(&mut self.staged[..len]);
        }
        len
    }

    fn local(&self, row: u64) -> usize {
        (row - self.inner.rows.first) as usize
    }

    fn push_row(&self, row: u64, reply: &mut Vec<f64>) {
        let i = self.local(row);
        reply.push(self.inner.rows.weight(i));
        reply.extend(self.inner.rows.row(i).iter().map(|&y| y as f64));
    }
}

/// A search for seeds in a sample of rows, in pieces.
#[wasm_bindgen]
pub struct Search {
    inner: search::Search,
}

#[wasm_bindgen]
impl Search {
    /// `weights` is empty where all are 1.
    #[wasm_bindgen(constructor)]
    pub fn new(rows: Vec<f32>, weights: Vec<f64>, columns: usize, k: usize, swaps: usize, seed: f64) -> Maybe<Search> {
        let weights = Some(weights).filter(|w| !w.is_empty());
        let inner = search::Search::new(rows, weights, columns, k, swaps, seed as u64).map_err(thrown)?;
        Ok(Search { inner })
    }

    /// One seed or swap; false when there is nothing left to do.
    pub fn work(&mut self) -> bool {
        self.inner.work()
    }

    /// `[swaps made, rows …]`
    pub fn found(&self) -> Vec<u32> {
        [&[self.inner.swaps][..], &self.inner.seeds].concat()
    }
}

/// Rows against which others are measured. JavaScript fills `rows` and `lanes` and reads `kept`.
#[wasm_bindgen]
pub struct Pairs {
    rows: Vec<f64>,
    lanes: Vec<f64>,
    kept: Kept,
}

#[wasm_bindgen]
impl Pairs {
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, columns: usize) -> Maybe<Pairs> {
        let mut pairs = Pairs { rows: Vec::new(), lanes: Vec::new(), kept: [0; WIDTH] };
        stage(&mut pairs.rows, count * columns)?;
        stage(&mut pairs.lanes, (columns + 1) * WIDTH)?;
        Ok(pairs)
    }

    /// count × columns, row-major.
    pub fn rows(&self) -> *const f64 {
        self.rows.as_ptr()
    }

    /// The rows that are measured, columns × 8, and the constants that round to the unit of each.
    pub fn lanes(&self) -> *const f64 {
        self.lanes.as_ptr()
    }

    /// 8 numbers of 64 bits: sums in units as integers, else f64.
    pub fn kept(&self) -> *const u64 {
        self.kept.as_ptr()
    }

    /// Folds the distances of the lanes to the rows' values `from` to `to` into what is kept. `what`: 0 sums
    /// in units, 1 least and 2 largest squares; 3, 4 and 5 the same, beginning anew.
    pub fn fold(&mut self, what: u8, from: usize, to: usize) {
        let fold = match what % 3 {
            0 => Fold::Sum,
            1 => Fold::Least,
            _ => Fold::Most,
        };
        if what > 2 {
            self.kept = fold.none();
        }
        let columns = self.lanes.len() / WIDTH - 1;
        kernel::pairs::fold(fold, &self.lanes, columns, &self.rows[from..to], &mut self.kept);
    }
}
