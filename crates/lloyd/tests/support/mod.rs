//! Rows that are hard to cluster, and the plainest way to label them.
#![allow(dead_code)]

use lloyd::exact::{Sums, exp2, magic, snap};
use lloyd::frame::Frame;
use lloyd::kernel::distance;
use lloyd::race::uniform;
use lloyd::rows::Rows;
use lloyd::shard::Shard;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Uniform,
    /// Small integers: most distances tie.
    Integers,
    /// Few distinct rows.
    Duplicates,
    /// Coordinates over 40 binary orders of magnitude.
    HeavyTails,
    /// Two tight groups far apart: f32 scores cancel.
    FarGroups,
    Zeros,
}

pub fn kinds() -> impl Strategy<Value = Kind> {
    use Kind::*;
    prop_oneof![4 => Just(Uniform), 2 => Just(Integers), 2 => Just(Duplicates), 2 => Just(HeavyTails), 2 => Just(FarGroups), 1 => Just(Zeros)]
}

/// n × d values in [-1, 1], on the grid that exact sums need.
pub fn values(kind: Kind, n: usize, d: usize, seed: u64) -> Vec<f32> {
    let m = magic(Frame::grid_for(0, n));
    let u = |i: usize, j: usize| 2.0 * uniform(seed, j as u64, i as u64) - 1.0;
    let value = |i: usize, j: usize| match kind {
        Kind::Uniform => u(i, j),
        Kind::Integers => (3.0 * u(i, j)).round() / 4.0,
        Kind::Duplicates => u(i % 5, j),
        Kind::HeavyTails => u(i, j) * exp2(-(40.0 * uniform(seed, 1 << 20, (i * d + j) as u64)) as i32),
        Kind::FarGroups => 0.9 * if i.is_multiple_of(2) { 1.0 } else { -1.0 } + 1e-4 * u(i, j),
        Kind::Zeros => 0.0,
    };
    (0..n * d).map(|at| snap(value(at / d, at % d), m) as f32).collect()
}

/// k of the rows, some of them twice, some moved a little.
pub fn centroids(rows: &[f32], d: usize, k: usize, seed: u64) -> Vec<f64> {
    let n = rows.len() / d;
    (0..k)
        .flat_map(|j| {
            let i = (uniform(seed, 7, j as u64) * n as f64) as usize % n;
            let away = if j % 3 == 0 { 0.0 } else { 0.01 * uniform(seed, 8, j as u64) };
            rows[i * d..][..d].iter().map(move |&x| x as f64 * (1.0 - away)).collect::<Vec<_>>()
        })
        .collect()
}

/// The label of a row as it is defined.
pub fn nearest(row: &[f32], centroids: &[f64]) -> u32 {
    let d = row.len();
    let mut best = (f64::INFINITY, 0);
    for (j, c) in centroids.chunks_exact(d).enumerate() {
        let squared = distance(row, c);
        if squared < best.0 {
            best = (squared, j as u32);
        }
    }
    best.1
}

/// Rows from `from` to `to` of all, loaded as they are.
pub fn shard(values: &[f32], d: usize, from: usize, to: usize, weights: Option<&[f64]>) -> Shard {
    let n = values.len() / d;
    let mut rows = Rows::new(to - from, d, from as u64, n).unwrap();
    rows.weights = weights.map(|w| w[from..to].to_vec());
    let frame = Frame::new(&vec![0.0; d], 0, &vec![Frame::grid_for(0, n); d]);
    let mut squares = Sums::zero(1);
    rows.load(&values[from * d..to * d], &frame, &mut squares);
    Shard::new(rows)
}

pub fn run(shard: &mut Shard) {
    while shard.work(usize::MAX / 2) {}
}
