//! The kernels of `scalar.rs` in WebAssembly SIMD; the crate's only unsafe code.
//!
//! ```text
//! for each group of C centroids                         the panel is read front to back
//!     acc[c][v] = bias[c]
//!     for j in 0..d:  acc[c][v] += x[j][v] · c[j]       V vectors of 4 rows, C centroids
//!     for c, v:       second, best, index take acc[c][v]
//! ```
//! Departures:
//! 1. V × C = 8 sums (4×2, or 2×4 where the scratch of 16 rows outgrows the first-level cache):
//!    with x and c they fill the 15 registers that V8 has. More sums spill.
//! 2. The loop over j is not unrolled: V8 unrolls it itself, and a second step in the source makes
//!    the compiler group both steps' loads until registers spill.
//! 3. The index is kept as an age, the number of centroids since the best: (age + 1) & ¬gt, two
//!    instructions instead of three.
//! 4. pmin and pmax are one instruction each; min and max handle NaN, which cannot occur.
//! 5. Wide: sums of a tile's rows wait in memory while a slice of all centroids, small enough for
//!    the first-level cache, is multiplied with all of them.
//! 6. Multiply and add are written as `madd`: two roundings, which the reference equals bit for bit, or
//!    one where the engine has relaxed SIMD (`scripts/build/fused.mjs`), which the slack allows for.

use super::pairs::{Fold, Kept, WIDTH};
use super::{BINS, BLOCK, DEPTH, MARGIN, Panel, Proposals, Shape, TILE};
use core::arch::wasm32::*;

/// Most centroids of a wide panel, filled up to whole groups.
const WIDEST: usize = 12;

/// `rows`: exactly 16 rows of `d`, row-major. OUT `lanes`: `[j][16]`.
pub fn transpose(rows: &[f32], d: usize, lanes: &mut [f32]) {
    assert!(rows.len() == BLOCK * d && lanes.len() >= BLOCK * d);
    let (from, to) = (rows.as_ptr(), lanes.as_mut_ptr());
    // SAFETY: both slices hold 16·d values; every access below stays within row < 16, j < d.
    unsafe {
        match d {
            2 => transpose_2(from, to),
            _ => transpose_any(from, d, to),
        }
    }
}

/// a·b + c, in two roundings.
#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
fn madd(a: v128, b: v128, c: v128) -> v128 {
    f32x4_add(c, f32x4_mul(a, b))
}

/// a·b + c, in one rounding or two, as the processor likes.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn madd(a: v128, b: v128, c: v128) -> v128 {
    f32x4_relaxed_madd(a, b, c)
}

#[inline(always)]
unsafe fn load(p: *const f32) -> v128 {
    unsafe { v128_load(p.cast()) }
}

#[inline(always)]
unsafe fn store(p: *mut f32, v: v128) {
    unsafe { v128_store(p.cast(), v) }
}

#[inline(always)]
unsafe fn transpose_2(from: *const f32, to: *mut f32) {
    for v in 0..4 {
        unsafe {
            let (a, b) = (load(from.add(v * 8)), load(from.add(v * 8 + 4)));
            store(to.add(v * 4), i32x4_shuffle::<0, 2, 4, 6>(a, b));
            store(to.add(BLOCK + v * 4), i32x4_shuffle::<1, 3, 5, 7>(a, b));
        }
    }
}

#[inline(always)]
unsafe fn transpose_any(from: *const f32, d: usize, to: *mut f32) {
    for v in 0..4 {
        let row = |r: usize, j: usize| unsafe { from.add((v * 4 + r) * d + j) };
        let lane = |j: usize| unsafe { to.add(j * BLOCK + v * 4) };
        let mut j = 0;
        while j + 4 <= d {
            unsafe {
                let (a, b, c, e) = (load(row(0, j)), load(row(1, j)), load(row(2, j)), load(row(3, j)));
                let (ab_low, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
                let (ce_low, ce_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, e), i32x4_shuffle::<2, 6, 3, 7>(c, e));
                store(lane(j), i64x2_shuffle::<0, 2>(ab_low, ce_low));
                store(lane(j + 1), i64x2_shuffle::<1, 3>(ab_low, ce_low));
                store(lane(j + 2), i64x2_shuffle::<0, 2>(ab_high, ce_high));
                store(lane(j + 3), i64x2_shuffle::<1, 3>(ab_high, ce_high));
            }
            j += 4;
        }
        while j < d {
            unsafe { store(lane(j), f32x4(*row(0, j), *row(1, j), *row(2, j), *row(3, j))) };
            j += 1;
        }
    }
}

/// The two best scores met so far by V vectors of rows.
struct Top<const V: usize> {
    best: [v128; V],
    second: [v128; V],
    age: [v128; V],
}

impl<const V: usize> Top<V> {
    #[inline(always)]
    fn none() -> Self {
        let lowest = f32x4_splat(f32::MIN);
        Self { best: [lowest; V], second: [lowest; V], age: [i32x4_splat(0); V] }
    }

    #[inline(always)]
    fn meet(&mut self, v: usize, score: v128) {
        let better = f32x4_gt(score, self.best[v]);
        self.second[v] = f32x4_pmax(self.second[v], f32x4_pmin(self.best[v], score));
        self.best[v] = f32x4_pmax(self.best[v], score);
        self.age[v] = v128_andnot(i32x4_add(self.age[v], i32x4_splat(1)), better);
    }

    /// `met`: how many scores each row has met.
    #[inline(always)]
    unsafe fn write(&self, met: usize, at: usize, out: &mut Proposals) {
        let last = i32x4_splat(met as i32 - 1);
        for v in 0..V {
            let at = at + v * 4;
            unsafe {
                store(out.best.as_mut_ptr().add(at), self.best[v]);
                store(out.second.as_mut_ptr().add(at), self.second[v]);
                store(out.index.as_mut_ptr().add(at).cast(), i32x4_sub(last, self.age[v]));
            }
        }
    }
}

/// Rows in lanes: 16 rows against every centroid. OUT: `out[at .. at + 16]`.
pub fn points(panel: &Panel, lanes: &[f32], at: usize, out: &mut Proposals) {
    let group = panel.shape.group();
    let groups = panel.packed.len() / (group * (1 + panel.d));
    assert!(lanes.len() >= BLOCK * panel.d && at + BLOCK <= out.best.len());
    assert!(panel.packed.len() == groups * group * (1 + panel.d));
    let (x, c) = (lanes.as_ptr(), panel.packed.as_ptr());
    // SAFETY: the kernels read `[j][16]` for j < d and `groups` whole groups of the panel, and
    // write 16 proposals from `at` on.
    unsafe {
        match (panel.shape, panel.d) {
            (Shape::Small, 1) => small::<1>(x, c, groups, at, out),
            (Shape::Small, 2) => small::<2>(x, c, groups, at, out),
            (Shape::Small, 3) => small::<3>(x, c, groups, at, out),
            (Shape::Small, 4) => small::<4>(x, c, groups, at, out),
            (Shape::Points, d) => block::<4, 2>(x, d, c, groups, at, out),
            (Shape::Tall, d) => {
                block::<2, 4>(x, d, c, groups, at, out);
                block::<2, 4>(x.add(8), d, c, groups, at + 8, out);
            }
            _ => unreachable!(),
        }
    }
}

#[inline(never)]
unsafe fn small<const D: usize>(x: *const f32, c: *const f32, groups: usize, at: usize, out: &mut Proposals) {
    for half in 0..2 {
        unsafe {
            let xs: [[v128; 2]; D] =
                core::array::from_fn(|j| core::array::from_fn(|v| load(x.add(j * BLOCK + half * 8 + v * 4))));
            let mut top = Top::<2>::none();
            let mut c = c;
            for _ in 0..groups {
                let bias = v128_load32_splat(c.cast());
                let mut acc = [bias; 2];
                for (j, x) in xs.iter().enumerate() {
                    let cj = v128_load32_splat(c.add(1 + j).cast());
                    for (acc, &x) in acc.iter_mut().zip(x) {
                        *acc = madd(x, cj, *acc);
                    }
                }
                for (v, &acc) in acc.iter().enumerate() {
                    top.meet(v, acc);
                }
                c = c.add(1 + D);
            }
            top.write(groups, at + half * 8, out);
        }
    }
}

#[inline(never)]
unsafe fn block<const V: usize, const C: usize>(
    x: *const f32,
    d: usize,
    c: *const f32,
    groups: usize,
    at: usize,
    out: &mut Proposals,
) {
    let mut top = Top::<V>::none();
    let mut c = c;
    for _ in 0..groups {
        unsafe {
            let acc = group::<V, C>(x, d, c);
            for acc in acc {
                for (v, &acc) in acc.iter().enumerate() {
                    top.meet(v, acc);
                }
            }
            c = c.add(C * (1 + d));
        }
    }
    unsafe { top.write(groups * C, at, out) }
}

/// The scores of V vectors of rows for one group of C centroids.
#[inline(always)]
unsafe fn group<const V: usize, const C: usize>(x: *const f32, d: usize, c: *const f32) -> [[v128; V]; C] {
    unsafe {
        let mut acc: [[v128; V]; C] = core::array::from_fn(|i| [v128_load32_splat(c.add(i).cast()); V]);
        let (mut x, mut c) = (x, c.add(C));
        for _ in 0..d {
            let xs: [v128; V] = core::array::from_fn(|v| load(x.add(v * 4)));
            for (i, acc) in acc.iter_mut().enumerate() {
                let ci = v128_load32_splat(c.add(i).cast());
                for (acc, &x) in acc.iter_mut().zip(&xs) {
                    *acc = madd(x, ci, *acc);
                }
            }
            x = x.add(BLOCK);
            c = c.add(C);
        }
        acc
    }
}

/// Every score of 16 rows, for a tall panel. OUT `scores`: `[centroid][16 rows]`.
pub fn scores(panel: &Panel, lanes: &[f32], scores: &mut [f32]) {
    let groups = panel.packed.len() / (4 * (1 + panel.d));
    assert!(panel.shape == Shape::Tall && panel.packed.len() == groups * 4 * (1 + panel.d));
    assert!(lanes.len() >= BLOCK * panel.d && scores.len() >= groups * 4 * BLOCK);
    for half in [0, 8] {
        // SAFETY: as in `points`; each group writes 4 × 8 scores.
        unsafe {
            let (x, c) = (lanes.as_ptr().add(half), panel.packed.as_ptr());
            all::<2, 4>(x, panel.d, c, groups, scores.as_mut_ptr().add(half));
        }
    }
}

#[inline(never)]
unsafe fn all<const V: usize, const C: usize>(x: *const f32, d: usize, c: *const f32, groups: usize, to: *mut f32) {
    let (mut c, mut to) = (c, to);
    for _ in 0..groups {
        unsafe {
            let acc = group::<V, C>(x, d, c);
            for acc in acc {
                for (v, acc) in acc.into_iter().enumerate() {
                    store(to.add(v * 4), acc);
                }
                to = to.add(BLOCK);
            }
            c = c.add(C * (1 + d));
        }
    }
}

/// Dimensions in lanes: 1 to 64 rows, row-major, against every centroid.
pub fn wide(panel: &Panel, rows: &[f32], out: &mut Proposals) {
    let d = panel.d;
    let count = rows.len() / d;
    let groups = panel.k.div_ceil(2);
    let chunks = d.div_ceil(4);
    assert!(panel.packed.len() == 2 * groups * (1 + 4 * chunks) && count <= TILE && 2 * groups <= WIDEST);
    // Sums of four rows and all centroids stand together: [four rows][group][row][centroid of 2].
    let mut sums = [f32x4_splat(0.0); TILE * WIDEST];
    let mut c = panel.packed[2 * groups..].as_ptr();
    for first in (0..chunks).step_by(DEPTH) {
        let depth = DEPTH.min(chunks - first);
        for i in (0..count).step_by(4) {
            // The last rows stand in for those that are missing.
            let four = core::array::from_fn(|r| &rows[(i + r).min(count - 1) * d..][..d]);
            for (g, sums) in sums[i * groups * 2..][..8 * groups].as_chunks_mut::<8>().0.iter_mut().enumerate() {
                // SAFETY: the rows hold d values, of which the slice takes chunks first .. first +
                // depth; the panel holds as many for each group, one group after the other.
                unsafe { wide_slice(four, first, depth, c.add(g * depth * 8), sums) };
            }
        }
        c = c.wrapping_add(groups * depth * 8);
    }
    for i in 0..count {
        let (mut best, mut second, mut index) = (f32::MIN, f32::MIN, 0);
        for j in 0..2 * groups {
            let sum = sums[(i / 4 * 4) * groups * 2 + j / 2 * 8 + i % 4 * 2 + j % 2];
            let sum = (f32x4_extract_lane::<0>(sum) + f32x4_extract_lane::<1>(sum))
                + (f32x4_extract_lane::<2>(sum) + f32x4_extract_lane::<3>(sum));
            let score = panel.packed[j] + sum;
            let lower = if score < best { score } else { best };
            second = if second < lower { lower } else { second };
            if score > best {
                best = score;
                index = j as u32;
            }
        }
        (out.best[i], out.second[i], out.index[i]) = (best, second, index);
    }
}

/// Adds the products of `depth` chunks of 4 dimensions, from chunk `first` on, of 4 rows and 2
/// centroids to `sums`.
#[inline(never)]
unsafe fn wide_slice(rows: [&[f32]; 4], first: usize, depth: usize, c: *const f32, sums: &mut [v128; 8]) {
    let d = rows[0].len();
    let whole = depth.min(d / 4 - first.min(d / 4));
    let mut acc = *sums;
    let mut c = c;
    let [mut x0, mut x1, mut x2, mut x3] = rows.map(|row| row[first * 4..].as_ptr());
    let mut add = |xs: [v128; 4], c: [v128; 2]| {
        for r in 0..4 {
            for i in 0..2 {
                acc[r * 2 + i] = madd(xs[r], c[i], acc[r * 2 + i]);
            }
        }
    };
    unsafe {
        for _ in 0..whole {
            add([load(x0), load(x1), load(x2), load(x3)], [load(c), load(c.add(4))]);
            (x0, x1, x2, x3, c) = (x0.add(4), x1.add(4), x2.add(4), x3.add(4), c.add(8));
        }
        if whole < depth {
            // The last dimensions, filled up with zeros as in the panel.
            let padded = rows.map(|row| {
                let mut padded = [0.0f32; 4];
                padded[..d % 4].copy_from_slice(&row[d / 4 * 4..]);
                load(padded.as_ptr())
            });
            add(padded, [load(c), load(c.add(4))]);
        }
    }
    *sums = acc;
}

/// Rows in lanes: 8 rows against others, by f64 distance; see `pairs.rs`.
#[inline(never)]
pub fn pairs(fold: Fold, lanes: &[f64], d: usize, rows: &[f64], kept: &mut Kept) {
    assert!(lanes.len() >= (d + 1) * WIDTH && rows.len().is_multiple_of(d));
    let (x, y, count) = (lanes.as_ptr(), rows.as_ptr(), rows.len() / d);
    // SAFETY: the lanes hold d + 1 times 8 values, the rows count × d, `kept` four vectors.
    unsafe {
        let at: *mut v128 = kept.as_mut_ptr().cast();
        let mut acc: [v128; 4] = core::array::from_fn(|v| v128_load(at.add(v)));
        match fold {
            Fold::Sum => each_row(x, y, d, count, |_, squared| {
                for v in 0..4 {
                    acc[v] = i64x2_add(acc[v], fixed(f64x2_sqrt(squared[v]), lane(x, d, v)));
                }
            }),
            Fold::Least => each_row(x, y, d, count, |_, squared| {
                for v in 0..4 {
                    acc[v] = f64x2_pmin(acc[v], squared[v]);
                }
            }),
            Fold::Most => each_row(x, y, d, count, |_, squared| {
                for v in 0..4 {
                    acc[v] = f64x2_pmax(acc[v], squared[v]);
                }
            }),
        }
        for (v, acc) in acc.into_iter().enumerate() {
            v128_store(at.add(v), acc);
        }
    }
}

/// The sums of both: of the lanes, and of each row.
#[inline(never)]
pub fn mutual(lanes: &[f64], d: usize, rows: &[f64], kept: &mut Kept, units: &[f64], theirs: &mut [u64]) {
    let count = rows.len() / d;
    assert!(lanes.len() >= (d + 2) * WIDTH && rows.len() == count * d && units.len() >= count && theirs.len() >= count);
    let (x, y) = (lanes.as_ptr(), rows.as_ptr());
    // SAFETY: the lanes hold d + 2 times 8 values, the rows count × d, `units` and `theirs` one for each row, `kept` four vectors.
    unsafe {
        let at: *mut v128 = kept.as_mut_ptr().cast();
        let mut acc: [v128; 4] = core::array::from_fn(|v| v128_load(at.add(v)));
        each_row(x, y, d, count, |i, squared| {
            let unit = v128_load64_splat(units.as_ptr().add(i).cast());
            let mut sum = i64x2_splat(0);
            for v in 0..4 {
                let root = f64x2_sqrt(squared[v]);
                acc[v] = i64x2_add(acc[v], fixed(root, lane(x, d, v)));
                sum = i64x2_add(sum, fixed(f64x2_mul(root, lane(x, d + 1, v)), unit));
            }
            let sum = i64x2_add(sum, i64x2_shuffle::<1, 0>(sum, sum));
            let to = theirs.as_mut_ptr().add(i);
            *to = (*to).wrapping_add(i64x2_extract_lane::<0>(sum) as u64);
        });
        for (v, acc) in acc.into_iter().enumerate() {
            v128_store(at.add(v), acc);
        }
    }
}

/// Vector `v` of value `t` of the rows in lanes.
#[inline(always)]
unsafe fn lane(x: *const f64, t: usize, v: usize) -> v128 {
    unsafe { v128_load(x.add(t * WIDTH + v * 2).cast()) }
}

#[inline(always)]
fn fixed(v: v128, magic: v128) -> v128 {
    i64x2_sub(f64x2_add(v, magic), magic)
}

/// Tells `use_row` a row's number and its squared distances to the rows in lanes.
#[inline(always)]
unsafe fn each_row(x: *const f64, y: *const f64, d: usize, count: usize, mut use_row: impl FnMut(usize, [v128; 4])) {
    let mut y = y;
    for i in 0..count {
        let mut sum = [f64x2_splat(0.0); 4];
        let mut x = x;
        for _ in 0..d {
            unsafe {
                let ys = v128_load64_splat(y.cast());
                for (v, sum) in sum.iter_mut().enumerate() {
                    let apart = f64x2_sub(v128_load(x.add(v * 2).cast()), ys);
                    *sum = f64x2_add(*sum, f64x2_mul(apart, apart));
                }
                (x, y) = (x.add(WIDTH), y.add(1));
            }
        }
        use_row(i, sum);
    }
}

/// Numbers that are loaded in pairs.
pub trait Lanes: Copy + Into<f64> {
    /// Two values from `at` on, in f64.
    ///
    /// # Safety
    /// Both can be read.
    unsafe fn two(at: *const Self) -> v128;
    /// As `scalar::extremes`, of as many values as fill whole vectors; how many.
    ///
    /// # Safety
    /// There are as many behind each pointer as in x.
    unsafe fn extremes(x: &[Self], min: *mut Self, max: *mut Self, finite: *mut Self) -> usize;
}

macro_rules! extremes {
    ($number:ty, $width:literal, $pmin:ident, $pmax:ident, $add:ident, $sub:ident) => {
        #[inline(always)]
        unsafe fn extremes(x: &[$number], min: *mut $number, max: *mut $number, finite: *mut $number) -> usize {
            let whole = x.len() / $width * $width;
            for i in (0..whole).step_by($width) {
                unsafe {
                    let (x, min, max, finite) = (
                        v128_load(x.as_ptr().add(i).cast()),
                        min.add(i).cast(),
                        max.add(i).cast(),
                        finite.add(i).cast(),
                    );
                    v128_store(min, $pmin(v128_load(min), x));
                    v128_store(max, $pmax(v128_load(max), x));
                    v128_store(finite, $add(v128_load(finite), $sub(x, x)));
                }
            }
            whole
        }
    };
}

impl Lanes for f32 {
    #[inline(always)]
    unsafe fn two(at: *const f32) -> v128 {
        unsafe { f64x2_promote_low_f32x4(v128_load64_zero(at.cast())) }
    }
    extremes!(f32, 4, f32x4_pmin, f32x4_pmax, f32x4_add, f32x4_sub);
}

impl Lanes for f64 {
    #[inline(always)]
    unsafe fn two(at: *const f64) -> v128 {
        unsafe { v128_load(at.cast()) }
    }
    extremes!(f64, 2, f64x2_pmin, f64x2_pmax, f64x2_add, f64x2_sub);
}

pub fn extremes<T: super::Number>(x: &[T], min: &mut [T], max: &mut [T], finite: &mut [T]) {
    assert!(min.len() >= x.len() && max.len() >= x.len() && finite.len() >= x.len());
    // SAFETY: all four hold as many values as there are in x.
    let at = unsafe { T::extremes(x, min.as_mut_ptr(), max.as_mut_ptr(), finite.as_mut_ptr()) };
    super::scalar::extremes(&x[at..], &mut min[at..], &mut max[at..], &mut finite[at..]);
}

/// Σ of `d` terms in f64, in four sums by number modulo 4. `two`: terms i and i + 1; `one`: term i.
#[inline(always)]
fn in_four(d: usize, two: impl Fn(usize) -> v128, one: impl Fn(usize) -> f64) -> f64 {
    let (mut low, mut high) = (f64x2_splat(0.0), f64x2_splat(0.0));
    let whole = d / 4 * 4;
    for i in (0..whole).step_by(4) {
        low = f64x2_add(low, two(i));
        high = f64x2_add(high, two(i + 2));
    }
    let mut sum = [
        f64x2_extract_lane::<0>(low),
        f64x2_extract_lane::<1>(low),
        f64x2_extract_lane::<0>(high),
        f64x2_extract_lane::<1>(high),
    ];
    for i in whole..d {
        sum[i - whole] += one(i);
    }
    (sum[0] + sum[1]) + (sum[2] + sum[3])
}

#[inline(always)]
pub fn distance<T: super::Number>(x: &[T], c: &[f64]) -> f64 {
    let d = x.len();
    assert!(c.len() >= d);
    // SAFETY: both hold d values.
    let apart = |i: usize| unsafe { f64x2_sub(T::two(x.as_ptr().add(i)), f64::two(c.as_ptr().add(i))) };
    in_four(
        d,
        |i| f64x2_mul(apart(i), apart(i)),
        |i| {
            let t = x[i].into() - c[i];
            t * t
        },
    )
}

#[inline(never)]
pub fn dot<T: super::Number>(x: &[T], y: &[T]) -> f64 {
    let d = x.len();
    assert!(y.len() >= d);
    // SAFETY: both hold d values.
    let product = |i: usize| unsafe { f64x2_mul(T::two(x.as_ptr().add(i)), T::two(y.as_ptr().add(i))) };
    in_four(d, product, |i| x[i].into() * y[i].into())
}

pub fn score_one(x: &[f32], c: &[f32], bias: f32) -> f32 {
    let (d, c) = (x.len(), &c[..x.len()]);
    let mut acc = [f32x4_splat(0.0); 4];
    let whole = d / 4 * 4;
    let (mut i, mut v) = (0, 0);
    while i + 16 <= d {
        for (v, acc) in acc.iter_mut().enumerate() {
            *acc = f32x4_add(*acc, products(x, c, i + 4 * v));
        }
        i += 16;
    }
    while i < whole {
        acc[v] = f32x4_add(acc[v], products(x, c, i));
        (i, v) = (i + 4, v + 1);
    }
    if i < d {
        let at = |t: usize| if t < d { x[t] * c[t] } else { 0.0 };
        acc[v] = f32x4_add(acc[v], f32x4(at(i), at(i + 1), at(i + 2), 0.0));
    }
    let four = f32x4_add(f32x4_add(acc[0], acc[1]), f32x4_add(acc[2], acc[3]));
    let (low, high) = (
        f32x4_extract_lane::<0>(four) + f32x4_extract_lane::<1>(four),
        f32x4_extract_lane::<2>(four) + f32x4_extract_lane::<3>(four),
    );
    bias + (low + high)
}

/// x·c, dimension by dimension, of the four from `i` on.
#[inline(always)]
fn products(x: &[f32], c: &[f32], i: usize) -> v128 {
    debug_assert!(i + 4 <= x.len() && i + 4 <= c.len());
    // SAFETY: as asserted; `score_one` asks for no others.
    unsafe { f32x4_mul(load(x.as_ptr().add(i)), load(c.as_ptr().add(i))) }
}

#[inline(never)]
pub fn closer(lanes: &[f32], c: &[f32], near: &mut [f32; BLOCK]) {
    assert!(lanes.len() >= c.len() * BLOCK);
    let mut acc = [f32x4_splat(0.0); 4];
    let (mut x, to) = (lanes.as_ptr(), near.as_mut_ptr());
    // SAFETY: `lanes` holds 16 values for each of c, `near` 16.
    unsafe {
        for &c in c {
            let c = f32x4_splat(c);
            for (v, acc) in acc.iter_mut().enumerate() {
                let apart = f32x4_sub(load(x.add(4 * v)), c);
                *acc = f32x4_add(*acc, f32x4_mul(apart, apart));
            }
            x = x.add(BLOCK);
        }
        for (v, acc) in acc.into_iter().enumerate() {
            store(to.add(4 * v), f32x4_pmin(load(to.add(4 * v)), acc));
        }
    }
}

pub fn place<T: super::Number>(from: &[T], origin: &[f64], scale: f64, magic: &[f64], to: &mut [f32]) {
    let count = from.len();
    assert!(origin.len() >= count && magic.len() >= count && to.len() >= count);
    let factor = f64x2_splat(scale);
    let whole = count / 4 * 4;
    for i in (0..whole).step_by(4) {
        // SAFETY: all four hold `count` values, of which 4 follow i.
        unsafe {
            let two = |i: usize| {
                let m = f64::two(magic.as_ptr().add(i));
                let y = f64x2_mul(f64x2_sub(T::two(from.as_ptr().add(i)), f64::two(origin.as_ptr().add(i))), factor);
                f32x4_demote_f64x2_zero(f64x2_sub(f64x2_add(y, m), m))
            };
            store(to.as_mut_ptr().add(i), i64x2_shuffle::<0, 2>(two(i), two(i + 2)));
        }
    }
    super::scalar::place(&from[whole..], &origin[whole..], scale, &magic[whole..], &mut to[whole..]);
}

pub fn all_clear(best: &[f32], second: &[f32], norms: &[f32], a: f32, b: f32) -> bool {
    let count = norms.len();
    assert!(best.len() >= count && second.len() >= count);
    let whole = count / 4 * 4;
    let mut all = i32x4_splat(-1);
    for i in (0..whole).step_by(4) {
        // SAFETY: all three hold `count` values, of which 4 follow i.
        let (best, second, norm) =
            unsafe { (load(best.as_ptr().add(i)), load(second.as_ptr().add(i)), load(norms.as_ptr().add(i))) };
        let margin = f32x4_mul(f32x4_splat(MARGIN), f32x4_add(f32x4_mul(f32x4_splat(a), norm), f32x4_splat(b)));
        all = v128_and(all, f32x4_gt(f32x4_sub(best, second), margin));
    }
    i32x4_all_true(all) && super::scalar::all_clear(&best[whole..], &second[whole..], &norms[whole..], a, b)
}

pub fn same(a: &[u32], b: &[u32]) -> bool {
    assert!(a.len() == b.len());
    let whole = a.len() / 4 * 4;
    let mut any = i32x4_splat(0);
    for i in (0..whole).step_by(4) {
        // SAFETY: both hold as many values, of which 4 follow i.
        any =
            unsafe { v128_or(any, v128_xor(v128_load(a.as_ptr().add(i).cast()), v128_load(b.as_ptr().add(i).cast()))) };
    }
    !v128_any_true(any) && a[whole..] == b[whole..]
}

#[inline(always)]
pub fn roots([a, b]: [f64; 2]) -> [f64; 2] {
    let roots = f64x2_sqrt(f64x2(a, b));
    [f64x2_extract_lane::<0>(roots), f64x2_extract_lane::<1>(roots)]
}

pub fn add(sums: &mut [f64], row: &[f32], sign: f64) {
    assert!(sums.len() >= row.len());
    let whole = row.len() / 2 * 2;
    let factor = f64x2_splat(sign);
    for i in (0..whole).step_by(2) {
        // SAFETY: both hold as many values as the row, of which 2 follow i.
        unsafe {
            let to: *mut v128 = sums.as_mut_ptr().add(i).cast();
            v128_store(to, f64x2_add(v128_load(to), f64x2_mul(factor, f32::two(row.as_ptr().add(i)))));
        }
    }
    super::scalar::add(&mut sums[whole..], &row[whole..], sign);
}

#[inline(never)]
pub fn add_scaled(to: &mut [f32], row: &[f32], by: f32) {
    assert!(to.len() >= row.len());
    let whole = row.len() / 4 * 4;
    let factor = f32x4_splat(by);
    for i in (0..whole).step_by(4) {
        // SAFETY: both hold as many values as the row, of which 4 follow i.
        unsafe {
            let to = to.as_mut_ptr().add(i);
            store(to, f32x4_add(load(to), f32x4_mul(factor, load(row.as_ptr().add(i)))));
        }
    }
    super::scalar::add_scaled(&mut to[whole..], &row[whole..], by);
}

pub fn add_parts(sums: &mut [f64], size: usize, row: &[f64], weight: f64, magic: &[f64; BINS]) {
    assert!(sums.len() >= (BINS - 1) * size + row.len());
    let whole = row.len() / 2 * 2;
    for i in (0..whole).step_by(2) {
        // SAFETY: the row and each plane hold as many values, of which 2 follow i.
        unsafe {
            let mut rest = f64x2_mul(f64x2_splat(weight), f64::two(row.as_ptr().add(i)));
            for (b, &m) in magic.iter().enumerate() {
                let m = f64x2_splat(m);
                let part = f64x2_sub(f64x2_add(rest, m), m);
                rest = f64x2_sub(rest, part);
                let to: *mut v128 = sums.as_mut_ptr().add(b * size + i).cast();
                v128_store(to, f64x2_add(v128_load(to), part));
            }
        }
    }
    super::scalar::add_parts(&mut sums[whole..], size, &row[whole..], weight, magic);
}
