//! A weighted draw as a race.
//!
//! ```text
//! u = hash(seed, stage, row) in (0, 1];   key = -ln(u) / weight;   the smallest keys win
//! ```
//! An exponential variate divided by a weight: the first to finish is drawn with probability
//! proportional to its weight, the first m are a draw without replacement (Efraimidis & Spirakis
//! 2006). Randomness is a function of (seed, stage, row) alone and the winners of two parts are
//! among the winners of each, so a draw does not depend on who holds which rows.
//!
//! Departures:
//! 1. -ln(u) ≥ 1 - u: most rows lose without a logarithm.
//! 2. The logarithm is `libm`'s, the same in wasm and natively.

pub use crate::order::Ranked as Runner;
use crate::order::{in_order, push, sink};

/// Uniform in (0, 1], 53 bits.
#[inline(always)]
pub fn uniform(seed: u64, stage: u64, row: u64) -> f64 {
    let z = mix(seed ^ mix(stage.wrapping_add(0x9e37_79b9_7f4a_7c15)));
    let z = mix(z ^ row.wrapping_mul(0xd134_2543_de82_ef95));
    ((z >> 11) + 1) as f64 * (0.5f64).powi(53)
}

/// A 64-bit finalizer: two rounds of xor-shift and multiply.
#[inline(always)]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The `places` runners with the smallest (key, row).
#[derive(Clone, Debug)]
pub struct Race {
    seed: u64,
    stage: u64,
    places: usize,
    /// A heap: the one that must go next is the first.
    runners: Vec<Runner>,
    /// No runner with a larger key can still win.
    limit: f64,
}

impl Race {
    pub fn new(seed: u64, stage: u64, places: usize) -> Self {
        Self { seed, stage, places, runners: Vec::new(), limit: f64::INFINITY }
    }

    /// A row that is drawn in proportion to `weight`; one of weight 0 never wins.
    #[inline(always)]
    pub fn run(&mut self, row: u64, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        let u = uniform(self.seed, self.stage, row);
        if (1.0 - u) <= self.limit * weight * (1.0 + 1e-9) {
            self.enter(Runner { key: -libm::log(u) / weight, row });
        }
    }

    /// A row with a key of its own.
    #[inline(never)]
    pub fn enter(&mut self, runner: Runner) {
        if self.runners.len() < self.places {
            push(&mut self.runners, runner);
        } else if self.runners.first().is_some_and(|last| runner.before(last)) {
            self.runners[0] = runner;
            sink(&mut self.runners, 0);
        }
        if self.runners.len() == self.places {
            self.limit = self.runners.first().map_or(f64::NEG_INFINITY, |last| last.key);
        }
    }

    /// The winners, first one first.
    pub fn winners(mut self) -> Vec<Runner> {
        in_order(&mut self.runners);
        self.runners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn winners_are_the_smallest_keys_for_any_split() {
        for (places, n) in [(1, 1), (1, 500), (7, 500), (100, 130), (300, 130)] {
            let weight = |row: u64| {
                if row.is_multiple_of(5) { 0.0 } else { 1.0 + (row % 7) as f64 }
            };
            let mut all: Vec<Runner> = (0..n)
                .filter(|&r| weight(r) > 0.0)
                .map(|row| Runner { key: -libm::log(uniform(3, 9, row)) / weight(row), row })
                .collect();
            all.sort_by(|a, b| a.key.total_cmp(&b.key));
            all.truncate(places);
            let mut race = Race::new(3, 9, places);
            (0..n).for_each(|row| race.run(row, weight(row)));
            assert_eq!(race.winners(), all);
            let mut parts = [Race::new(3, 9, places), Race::new(3, 9, places)];
            (0..n).rev().for_each(|row| parts[(row % 3 == 1) as usize].run(row, weight(row)));
            let mut merged = Race::new(3, 9, places);
            parts.into_iter().flat_map(Race::winners).for_each(|r| merged.enter(r));
            assert_eq!(merged.winners(), all);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn rows_win_in_proportion_to_their_weight() {
        let mut wins = [0u32; 4];
        for stage in 0..20_000 {
            let mut race = Race::new(1, stage, 1);
            (0..4).for_each(|row| race.run(row, (row + 1) as f64));
            wins[race.winners()[0].row as usize] += 1;
        }
        // χ² with 3 degrees of freedom: 16.3 is its 0.1 % point.
        let chi: f64 = wins
            .iter()
            .enumerate()
            .map(|(i, &w)| (w as f64 - 2000.0 * (i + 1) as f64).powi(2) / (2000.0 * (i + 1) as f64))
            .sum();
        assert!(chi < 16.3, "{wins:?} {chi}");
    }
}
