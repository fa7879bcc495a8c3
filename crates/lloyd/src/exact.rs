//! Sums that do not depend on order.
//!
//! ```text
//! snap(v)   = (v + M) - M,  M = 1.5 · 2^52 · unit      v rounded to a multiple of `unit`
//! sum      += snap(v)                                  exact while |sum| ≤ 2^53 · unit
//! ```
//! Multiples of one unit, bounded so that no sum of them leaves f64's 53 bits, add and subtract
//! without rounding: they form a commutative group. Any order, any sharding, adding a value and
//! taking it away again give the same bits.
//!
//! Departures:
//! 1. What `snap` cuts off is snapped again to a finer unit and added to a second sum, and so on
//!    ([`BINS`] times): the digits of sums of values far below the bound survive.

/// log2 of the smallest power of two that is at least `n`.
pub fn log2_ceil(n: usize) -> i32 {
    n.max(1).next_power_of_two().trailing_zeros() as i32
}

/// 2^e, exact, for -1022 ≤ e ≤ 1023.
pub fn exp2(e: i32) -> f64 {
    f64::from_bits(((e.clamp(-1022, 1023) + 1023) as u64) << 52)
}

/// The constant that rounds to multiples of 2^e when it is added and taken away again.
pub fn magic(e: i32) -> f64 {
    1.5 * exp2(52 + e)
}

/// `v` rounded to the nearest multiple of the unit whose [`magic`] is `m`; ties to even.
/// Right for |v| ≤ 2^51 units; beyond that it returns `v` with its own f64 rounding.
#[inline(always)]
pub fn snap(v: f64, m: f64) -> f64 {
    (v + m) - m
}

/// How many sums of ever finer units stand for one number.
pub const BINS: usize = 3;

/// The units of an exact sum of at most `count` values below 2^top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Units {
    magic: [f64; BINS],
}

impl Units {
    /// `count`: how many values all holders together will add. `top`: |value| ≤ 2^top.
    pub fn new(count: usize, top: i32) -> Self {
        let bits = 51 - log2_ceil(count);
        Self { magic: core::array::from_fn(|b| magic((top - bits * (b as i32 + 1)).max(-1000))) }
    }

    /// What rounds to each, the coarsest first.
    pub fn magic(&self) -> &[f64; BINS] {
        &self.magic
    }

    /// The multiples of each unit that together are `v` (up to half the last unit).
    #[inline(always)]
    pub fn split(&self, v: f64) -> [f64; BINS] {
        let mut rest = v;
        self.magic.map(|m| {
            let part = snap(rest, m);
            rest -= part;
            part
        })
    }
}

/// `len` exact sums side by side: `BINS` planes of `len` values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    pub planes: Vec<f64>,
    len: usize,
}

impl Sums {
    pub fn zero(len: usize) -> Self {
        Self { planes: vec![0.0; len * BINS], len }
    }

    #[inline(always)]
    pub fn add(&mut self, at: usize, parts: [f64; BINS]) {
        for (b, part) in parts.into_iter().enumerate() {
            self.planes[b * self.len + at] += part;
        }
    }

    /// The sum as one f64: the finest plane first, so that at most the last bit is rounded.
    pub fn value(&self, at: usize) -> f64 {
        (0..BINS).rev().map(|b| self.planes[b * self.len + at]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[cfg_attr(not(target_arch = "wasm32"), test)]
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        fn any_order_and_any_split_give_the_same_bits(
            values in prop::collection::vec((-1.0f64..1.0, -30i32..0), 1..300),
            cut in 0usize..300,
        ) {
            let values: Vec<f64> = values.iter().map(|&(v, e)| v * exp2(e)).collect();
            let units = Units::new(values.len(), 0);
            let mut forward = Sums::zero(1);
            values.iter().for_each(|&v| forward.add(0, units.split(v)));
            let cut = cut.min(values.len());
            let mut parts = [Sums::zero(1), Sums::zero(1)];
            values.iter().enumerate().rev().for_each(|(i, &v)| parts[(i < cut) as usize].add(0, units.split(v)));
            let merged: Vec<u64> = (0..BINS).map(|b| (parts[0].planes[b] + parts[1].planes[b]).to_bits()).collect();
            prop_assert_eq!(forward.planes.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), merged);
            let plain: f64 = values.iter().sum();
            prop_assert!((forward.value(0) - plain).abs() <= 1e-15 * values.iter().map(|v| v.abs()).sum::<f64>());
        }

        #[cfg_attr(not(target_arch = "wasm32"), test)]
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        fn taking_away_undoes_adding(values in prop::collection::vec(-1.0f64..1.0, 1..100)) {
            let units = Units::new(values.len(), 0);
            let mut sum = Sums::zero(1);
            values.iter().for_each(|&v| sum.add(0, units.split(v)));
            values.iter().rev().for_each(|&v| sum.add(0, units.split(v).map(|p| -p)));
            prop_assert!(sum.planes.iter().all(|&p| p == 0.0));
        }
    }
}
