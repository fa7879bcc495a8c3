//! Row × centroid distance tiles: the proposal of each row's nearest centroid, in f32.
//!
//! ```text
//! score(x, c) = x·c - ‖c‖²/2                 the nearest centroid has the largest score
//! for each row: best, second = the two largest scores; index = where the best was, lowest first
//! ```
//! A kernel knows nothing of clusters or iterations. It proposes; `assign/certify.rs` decides,
//! with [`Panel::slack`], where best and second are too close for f32.
//!
//! Departures:
//! 1. Centroids are packed once per question into a [`Panel`], in the order in which the kernel
//!    reads them; the sum starts at the bias -‖c‖²/2, so no arithmetic is left after it.
//! 2. Rows stand in lanes: a [`Block`] of 16 rows is transposed into scratch, so the running
//!    maximum is vertical. For few centroids in many dimensions ([`Shape::Wide`]) the dimensions
//!    stand in lanes instead and rows are read where they lie: 60,000 × 784 rows and 10 centroids
//!    take 39 ms instead of 45.
//! 3. What takes time in loading, seeding and sums is here as well, in vectors by hand: those that the compiler makes
//!    of loops are twice the code, and it makes them everywhere.
//! 4. Every kernel is a function called on at most [`TILE`] rows, because V8 replaces its baseline
//!    code by optimised code only between calls.
//!
//! `scalar.rs` is the reference, shaped like the lanes; `simd128.rs` equals it bit for bit.

pub mod pairs;
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod simd128;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar as active;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd128 as active;

use crate::exact::BINS;

/// Rows of a block: they stand in the lanes of four vectors.
pub const BLOCK: usize = 16;
/// Rows of a call.
pub const TILE: usize = 64;
/// Chunks of 4 dimensions that a wide kernel goes through at a time: a slice of the panel that stays
/// in the first-level cache while all rows of a tile pass.
pub const DEPTH: usize = 32;
/// The score of a centroid that only fills up a panel; below every real score.
pub const NEVER: f32 = -3.0e38;
/// Smallest magnitude of a centroid's coordinate that a kernel sees; smaller ones become 0.
const TINY: f64 = 1.0 / (1u64 << 60) as f64;

/// Twice the error's bound, with room for its own rounding and the subtraction's.
const MARGIN: f32 = 2.002;

/// 2E for a row with norm at most `norm`; (a, b) as in [`Panel::slack`].
#[inline(always)]
pub fn margin(a: f32, b: f32, norm: f32) -> f32 {
    MARGIN * (a * norm + b)
}

/// What a kernel says about the rows of a tile.
#[derive(Clone, Debug)]
pub struct Proposals {
    pub best: [f32; TILE],
    pub second: [f32; TILE],
    pub index: [u32; TILE],
}

impl Proposals {
    pub const fn new() -> Self {
        Self { best: [0.0; TILE], second: [0.0; TILE], index: [0; TILE] }
    }
}

impl Default for Proposals {
    fn default() -> Self {
        Self::new()
    }
}

/// How a panel is laid out, and so which kernel reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// d ≤ 4: a block's coordinates stay in registers, one centroid after the other.
    Small,
    /// Rows in lanes, 16 rows × 2 centroids at a time.
    Points,
    /// Rows in lanes, 8 rows × 4 centroids at a time: half the scratch, for d > 256.
    Tall,
    /// Dimensions in lanes, 4 rows × 2 centroids at a time: no transposition, for few centroids.
    Wide,
}

impl Shape {
    pub fn of(d: usize, k: usize) -> Self {
        match (d, k) {
            (1..=4, _) => Shape::Small,
            (64.., 1..=12) => Shape::Wide,
            (257.., _) => Shape::Tall,
            _ => Shape::Points,
        }
    }

    /// Centroids that stand side by side in the panel.
    pub fn group(self) -> usize {
        match self {
            Shape::Small => 1,
            Shape::Points | Shape::Wide => 2,
            Shape::Tall => 4,
        }
    }
}

/// Centroids as a kernel reads them.
///
/// Rows in lanes: groups of `C`: `[bias; C] [j = 0: C] [j = 1: C] …`.
/// Wide: all biases, then for each run of [`DEPTH`] chunks of 4 dimensions, for each group of `C`:
/// `[chunk: C × 4 dimensions] …`, zero-filled.
#[derive(Clone, Debug)]
pub struct Panel {
    pub shape: Shape,
    pub k: usize,
    pub d: usize,
    pub packed: Vec<f32>,
    /// k × d, row-major, the same values as in `packed`.
    pub flat: Vec<f32>,
    pub bias: Vec<f32>,
    /// max ‖c‖
    radius: f64,
}

impl Panel {
    /// `centroids`: k × d, row-major, in the rows' units.
    pub fn pack(centroids: &[f64], k: usize, d: usize) -> Self {
        Self::pack_as(Shape::of(d, k), centroids, k, d)
    }

    pub fn pack_as(shape: Shape, centroids: &[f64], k: usize, d: usize) -> Self {
        let group = shape.group();
        let groups = k.div_ceil(group);
        let chunks = d.div_ceil(4);
        let wide = shape == Shape::Wide;
        let size = groups * group * (1 + if wide { 4 * chunks } else { d });
        let flush = |c: f64| if c.abs() < TINY { 0.0 } else { c as f32 };
        let mut panel = Panel {
            shape,
            k,
            d,
            packed: vec![0.0; size],
            flat: centroids.iter().map(|&c| flush(c)).collect(),
            bias: vec![0.0; k],
            radius: 0.0,
        };
        for (j, centroid) in centroids.chunks_exact(d).enumerate() {
            let squared: f64 = centroid.iter().map(|c| c * c).sum();
            panel.radius = panel.radius.max(squared.sqrt());
            panel.bias[j] = (-0.5 * squared) as f32;
        }
        for j in 0..groups * group {
            let (g, c) = (j / group, j % group);
            let base = if wide { groups * group } else { (g * (1 + d) + 1) * group };
            let at = |t: usize| match wide {
                true => {
                    let first = t / 4 / DEPTH * DEPTH;
                    let depth = DEPTH.min(chunks - first);
                    base + (first * groups + g * depth + (t / 4 - first)) * group * 4 + c * 4 + t % 4
                }
                false => base + t * group + c,
            };
            panel.packed[if wide { j } else { base - group + c }] = if j < k { panel.bias[j] } else { NEVER };
            for t in 0..if j < k { d } else { 0 } {
                panel.packed[at(t)] = panel.flat[j * d + t];
            }
        }
        panel
    }

    /// Makes products of the scores of a tall panel: x·c without -‖c‖²/2.
    pub fn forget_bias(&mut self) {
        let group = self.shape.group();
        for packed in self.packed.chunks_exact_mut(group * (1 + self.d)) {
            packed[..group].fill(0.0);
        }
        self.bias.fill(0.0);
    }

    /// `(a, b)` such that for every row x and every centroid c, packed or not,
    /// |score in f32 - (x·c - ‖c‖²/2)| ≤ E = a·‖x‖ + b.
    ///
    /// With u = 2^-24: rounding c to f32 moves the score by u·‖x‖‖c‖; d products and d + 1 sums in
    /// any order, fused or not, by (d + 2)·u·(‖x‖‖c‖ + ‖c‖²/2); rounding the bias by u·‖c‖²/2; a
    /// coordinate below 2^-60 that became 0 by √d·2^-60·‖x‖; the f64 distances that decide, and
    /// ‖x‖ and this bound themselves, by far less than the 5 units that are added on top.
    pub fn slack(&self) -> (f32, f32) {
        let gamma = (self.d as f64 + 8.0) * (0.5f64).powi(24);
        let a = gamma * self.radius + (self.d as f64) * TINY;
        let b = gamma * 0.5 * self.radius * self.radius + (self.d as f64 + 1.0) * (0.5f64).powi(120);
        (round_up(a), round_up(b))
    }
}

/// An f32 that is at least `v` ≥ 0.
pub fn round_up(v: f64) -> f32 {
    let r = v as f32;
    if (r as f64) < v { f32::from_bits(r.to_bits() + 1) } else { r }
}

/// Room for one transposed block: `[j][16 rows]`.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub lanes: Vec<f32>,
}

impl Block {
    pub fn new(d: usize) -> Self {
        Self { lanes: vec![0.0; d * BLOCK] }
    }

    /// 1 to 16 rows of `d` values, row-major; a shorter block repeats its last row.
    pub fn fill(&mut self, rows: &[f32], d: usize) {
        if rows.len() == BLOCK * d {
            active::transpose(rows, d, &mut self.lanes);
        } else {
            scalar::transpose_some(rows, d, &mut self.lanes);
        }
    }
}

/// Proposals for 1 to [`TILE`] rows (`rows.len() / d`, row-major).
pub fn propose(panel: &Panel, rows: &[f32], block: &mut Block, out: &mut Proposals) {
    let d = panel.d;
    if panel.shape == Shape::Wide {
        return active::wide(panel, rows, out);
    }
    for (b, some) in rows.chunks(BLOCK * d).enumerate() {
        block.fill(some, d);
        active::points(panel, &block.lanes, b * BLOCK, out);
    }
}

/// Every score of up to 16 rows (row-major). OUT `scores`: `[centroid][16 rows]`, with room for
/// `k.next_multiple_of(4)` centroids.
pub fn scores(panel: &Panel, rows: &[f32], block: &mut Block, scores: &mut [f32]) {
    let d = panel.d;
    if panel.shape == Shape::Tall {
        block.fill(rows, d);
        return active::scores(panel, &block.lanes, scores);
    }
    for (j, scores) in scores.chunks_exact_mut(BLOCK).enumerate().take(panel.k) {
        for (to, row) in scores.iter_mut().zip(rows.chunks_exact(d)) {
            *to = score(row, &panel.flat[j * d..][..d], panel.bias[j]);
        }
    }
}

/// One score: x·c in sixteen sums by dimension modulo 16, and the bias.
#[inline(never)]
pub fn score(x: &[f32], c: &[f32], bias: f32) -> f32 {
    active::score_one(x, c, bias)
}

/// Σ (x - c)² in f64, in four sums by dimension modulo 4: *the* distance that decides a label.
#[inline(never)]
pub fn distance<T: Number>(x: &[T], c: &[f64]) -> f64 {
    distance_here(x, c)
}

/// [`distance`] without a call, for loops over short rows; elsewhere its copies would only be code.
#[inline(always)]
pub fn distance_here<T: Number>(x: &[T], c: &[f64]) -> f64 {
    active::distance(x, c)
}

pub use active::{add, add_parts, add_scaled, all_clear, closer, dot, extremes, place, roots, same};

/// A number of the caller's, or of a row.
pub trait Number: active::Lanes + PartialOrd + core::ops::Sub<Output = Self> + core::ops::AddAssign + Default {}
impl Number for f32 {}
impl Number for f64 {}
