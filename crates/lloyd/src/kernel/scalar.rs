//! The reference: every kernel in plain Rust, one lane after the other.
//!
//! Each lane's arithmetic is spelled out in the order in which `simd128.rs` does it, without fused
//! multiply-add, so that the two agree bit for bit. Nothing here is tuned.

use super::pairs::{Fold, Kept, WIDTH};
use super::{BINS, BLOCK, NEVER, Panel, Proposals, TILE};
use crate::exact::snap;

/// `rows`: exactly 16 rows of `d`, row-major. OUT `lanes`: `[j][16]`.
pub fn transpose(rows: &[f32], d: usize, lanes: &mut [f32]) {
    transpose_some(rows, d, lanes);
}

/// The same for 1 to 16 rows; the last one is repeated.
pub fn transpose_some(rows: &[f32], d: usize, lanes: &mut [f32]) {
    let count = rows.len() / d;
    for l in 0..BLOCK {
        let row = &rows[l.min(count - 1) * d..][..d];
        for (j, &x) in row.iter().enumerate() {
            lanes[j * BLOCK + l] = x;
        }
    }
}

/// The two best scores met so far by one row.
#[derive(Clone, Copy)]
struct Top {
    best: f32,
    second: f32,
    index: u32,
}

impl Top {
    const NONE: Top = Top { best: f32::MIN, second: f32::MIN, index: 0 };

    fn meet(&mut self, score: f32, index: u32) {
        let lower = if score < self.best { score } else { self.best };
        self.second = if self.second < lower { lower } else { self.second };
        if score > self.best {
            self.best = score;
            self.index = index;
        }
    }

    fn write(self, at: usize, out: &mut Proposals) {
        out.best[at] = self.best;
        out.second[at] = self.second;
        out.index[at] = self.index;
    }
}

/// Rows in lanes: 16 rows against every centroid. OUT: `out[at .. at + 16]`.
pub fn points(panel: &Panel, lanes: &[f32], at: usize, out: &mut Proposals) {
    let (group, d) = (panel.shape.group(), panel.d);
    let mut top = [Top::NONE; BLOCK];
    for (g, packed) in panel.packed.chunks_exact(group * (1 + d)).enumerate() {
        for c in 0..group {
            for four in (0..BLOCK).step_by(FOUR) {
                let scores = score(packed, c, group, lanes, four);
                for (top, score) in top[four..].iter_mut().zip(scores) {
                    top.meet(score, (g * group + c) as u32);
                }
            }
        }
    }
    for (l, top) in top.into_iter().enumerate() {
        top.write(at + l, out);
    }
}

/// Rows whose sums run side by side: where there is no SIMD, this is the kernel, and their four chains of
/// additions keep each other from waiting.
const FOUR: usize = 4;

/// The scores of one centroid, `c` of its group, for rows `from` to `from + 4` of the block.
#[inline(always)]
fn score(packed: &[f32], c: usize, group: usize, lanes: &[f32], from: usize) -> [f32; FOUR] {
    let bias = packed[c];
    let [mut s0, mut s1, mut s2, mut s3] = [bias; FOUR];
    for (x, p) in lanes.chunks_exact(BLOCK).zip(packed[group..].chunks_exact(group)) {
        let (x, w) = (&x[from..from + FOUR], p[c]);
        s0 += x[0] * w;
        s1 += x[1] * w;
        s2 += x[2] * w;
        s3 += x[3] * w;
    }
    [s0, s1, s2, s3]
}

/// Every score of 16 rows, for a tall panel. OUT `scores`: `[centroid][16 rows]`.
pub fn scores(panel: &Panel, lanes: &[f32], scores: &mut [f32]) {
    let (group, d) = (panel.shape.group(), panel.d);
    for (at, scores) in scores.chunks_exact_mut(BLOCK).enumerate().take(panel.k.next_multiple_of(group)) {
        let packed = &panel.packed[at / group * group * (1 + d)..][..group * (1 + d)];
        for (four, scores) in scores.chunks_exact_mut(FOUR).enumerate() {
            scores.copy_from_slice(&score(packed, at % group, group, lanes, four * FOUR));
        }
    }
}

/// Dimensions in lanes: 1 to [`TILE`] rows, row-major, against every centroid.
pub fn wide(panel: &Panel, rows: &[f32], out: &mut Proposals) {
    for (i, row) in rows.chunks_exact(panel.d).enumerate().take(TILE) {
        let mut top = Top::NONE;
        for (j, c) in panel.flat.chunks_exact(panel.d).enumerate() {
            let mut sum = [0.0f32; 4];
            for (t, (x, c)) in row.iter().zip(c).enumerate() {
                sum[t % 4] += x * c;
            }
            top.meet(panel.bias[j] + ((sum[0] + sum[1]) + (sum[2] + sum[3])), j as u32);
        }
        if !panel.k.is_multiple_of(panel.shape.group()) {
            top.meet(NEVER, panel.k as u32);
        }
        top.write(i, out);
    }
}

/// Rows in lanes: 8 rows against others, by f64 distance; see `pairs.rs`.
pub fn pairs(fold: Fold, lanes: &[f64], d: usize, rows: &[f64], kept: &mut Kept) {
    for row in rows.chunks_exact(d) {
        for l in 0..WIDTH {
            let squared = squared_to(lanes, l, row);
            let before = f64::from_bits(kept[l]);
            match fold {
                Fold::Sum => kept[l] = kept[l].wrapping_add(fixed(squared.sqrt(), lanes[d * WIDTH + l])),
                Fold::Least if squared < before => kept[l] = squared.to_bits(),
                Fold::Most if squared > before => kept[l] = squared.to_bits(),
                _ => {}
            }
        }
    }
}

/// The sums of both: of the lanes, and of each row.
pub fn mutual(lanes: &[f64], d: usize, rows: &[f64], kept: &mut Kept, units: &[f64], theirs: &mut [u64]) {
    for ((row, unit), to) in rows.chunks_exact(d).zip(units).zip(theirs) {
        for l in 0..WIDTH {
            let root = squared_to(lanes, l, row).sqrt();
            kept[l] = kept[l].wrapping_add(fixed(root, lanes[d * WIDTH + l]));
            *to = to.wrapping_add(fixed(root * lanes[(d + 1) * WIDTH + l], *unit));
        }
    }
}

fn squared_to(lanes: &[f64], l: usize, row: &[f64]) -> f64 {
    row.iter().enumerate().fold(0.0, |sum, (t, y)| {
        let apart = lanes[t * WIDTH + l] - y;
        sum + apart * apart
    })
}

fn fixed(v: f64, magic: f64) -> u64 {
    (v + magic).to_bits().wrapping_sub(magic.to_bits())
}

/// What a number has to offer beside its arithmetic: nothing.
pub trait Lanes: Copy + Into<f64> {}
impl Lanes for f32 {}
impl Lanes for f64 {}

/// INOUT, one for each of x: the smallest and the largest value so far, and a number that becomes NaN where one was
/// not finite.
#[allow(clippy::eq_op)]
pub fn extremes<T: super::Number>(x: &[T], min: &mut [T], max: &mut [T], finite: &mut [T]) {
    for (((x, min), max), finite) in x.iter().zip(min).zip(max).zip(finite) {
        *min = if *x < *min { *x } else { *min };
        *max = if *x > *max { *x } else { *max };
        *finite += *x - *x;
    }
}

/// Σ (x - c)² in four sums by dimension modulo 4.
#[inline(always)]
pub fn distance<T: super::Number>(x: &[T], c: &[f64]) -> f64 {
    in_four(x, c, |x, c| {
        let t = x.into() - c;
        t * t
    })
}

/// Σ x·y in f64, in four sums by dimension modulo 4.
pub fn dot<T: super::Number>(x: &[T], y: &[T]) -> f64 {
    in_four(x, y, |x, y| x.into() * y.into())
}

#[inline(always)]
fn in_four<T: Copy, U: Copy>(x: &[T], y: &[U], term: impl Fn(T, U) -> f64) -> f64 {
    let mut sum = [0.0f64; 4];
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<4>(), y.as_chunks::<4>());
    for (x, y) in xs.iter().zip(ys) {
        for l in 0..4 {
            sum[l] += term(x[l], y[l]);
        }
    }
    for (sum, (&x, &y)) in sum.iter_mut().zip(x_rest.iter().zip(y_rest)) {
        *sum += term(x, y);
    }
    (sum[0] + sum[1]) + (sum[2] + sum[3])
}

/// One score: x·c in sixteen sums by dimension modulo 16, and the bias.
pub fn score_one(x: &[f32], c: &[f32], bias: f32) -> f32 {
    let mut sum = [0.0f32; 16];
    let ((xs, x_rest), (cs, c_rest)) = (x.as_chunks::<16>(), c.as_chunks::<16>());
    for (x, c) in xs.iter().zip(cs) {
        for l in 0..16 {
            sum[l] += x[l] * c[l];
        }
    }
    for (sum, (x, c)) in sum.iter_mut().zip(x_rest.iter().zip(c_rest)) {
        *sum += x * c;
    }
    let four: [f32; 4] = core::array::from_fn(|l| (sum[l] + sum[l + 4]) + (sum[l + 8] + sum[l + 12]));
    bias + ((four[0] + four[1]) + (four[2] + four[3]))
}

/// Rows in lanes. INOUT `near`: becomes Σ (x - c)² where that is less, summed in f32 over ascending dimensions.
pub fn closer(lanes: &[f32], c: &[f32], near: &mut [f32; BLOCK]) {
    let mut sum = [0.0f32; BLOCK];
    for (x, &c) in lanes.as_chunks::<BLOCK>().0.iter().zip(c) {
        for l in 0..BLOCK {
            let t = x[l] - c;
            sum[l] += t * t;
        }
    }
    for (near, sum) in near.iter_mut().zip(sum) {
        *near = if sum < *near { sum } else { *near };
    }
}

/// The caller's numbers as loaded ones; see `frame.rs`.
pub fn place<T: super::Number>(from: &[T], origin: &[f64], scale: f64, magic: &[f64], to: &mut [f32]) {
    for (((y, &x), o), m) in to.iter_mut().zip(from).zip(origin).zip(magic) {
        *y = snap((x.into() - o) * scale, *m) as f32;
    }
}

/// Whether each best score is above the second by more than [`margin`](super::margin).
pub fn all_clear(best: &[f32], second: &[f32], norms: &[f32], a: f32, b: f32) -> bool {
    let gaps = best.iter().zip(second).zip(norms);
    gaps.fold(true, |all, ((best, second), &norm)| all & (best - second > super::margin(a, b, norm)))
}

/// Whether two lists of labels are the same.
pub fn same(a: &[u32], b: &[u32]) -> bool {
    a.iter().zip(b).fold(0, |any, (a, b)| any | (a ^ b)) == 0
}

/// Square roots.
#[inline(always)]
pub fn roots([a, b]: [f64; 2]) -> [f64; 2] {
    [a.sqrt(), b.sqrt()]
}

/// Adds ±row to sums. `sign`: 1 or -1.
pub fn add(sums: &mut [f64], row: &[f32], sign: f64) {
    for (sum, &x) in sums.iter_mut().zip(row) {
        *sum += sign * x as f64;
    }
}

/// Adds `by` · row.
pub fn add_scaled(to: &mut [f32], row: &[f32], by: f32) {
    for (to, x) in to.iter_mut().zip(row) {
        *to += by * x;
    }
}

/// Adds a weighted row, its parts in ever finer units. `sums`: a plane for each unit, `size` apart; `magic`: of the units.
pub fn add_parts(sums: &mut [f64], size: usize, row: &[f64], weight: f64, magic: &[f64; BINS]) {
    for (j, x) in row.iter().enumerate() {
        let mut rest = weight * x;
        for (b, &m) in magic.iter().enumerate() {
            let part = snap(rest, m);
            rest -= part;
            sums[b * size + j] += part;
        }
    }
}
