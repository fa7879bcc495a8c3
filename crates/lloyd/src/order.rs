//! Things in the order of a key, the lower number first on ties.
//!
//! One heap serves all who keep the first few or sort: sorts of the standard library would be a good
//! part of the binary.

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    pub key: f64,
    pub row: u64,
}

impl Ranked {
    pub fn before(&self, other: &Ranked) -> bool {
        (self.key, self.row) < (other.key, other.row)
    }
}

/// Sorts by key, then by number (heapsort, Williams 1964).
pub fn in_order(ranked: &mut [Ranked]) {
    (0..ranked.len() / 2).rev().for_each(|at| sink(ranked, at));
    for end in (1..ranked.len()).rev() {
        ranked.swap(0, end);
        sink(&mut ranked[..end], 0);
    }
}

/// Adds one to a heap whose first is the last in order.
pub fn push(heap: &mut Vec<Ranked>, one: Ranked) {
    heap.push(one);
    let mut at = heap.len() - 1;
    while at > 0 && heap[(at - 1) / 2].before(&heap[at]) {
        heap.swap(at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

/// Puts the one at `at` where it belongs among those below it.
#[inline(never)]
pub fn sink(heap: &mut [Ranked], mut at: usize) {
    loop {
        let below = 2 * at + 1;
        if below >= heap.len() {
            return;
        }
        let last = below + (below + 1 < heap.len() && heap[below].before(&heap[below + 1])) as usize;
        if !heap[at].before(&heap[last]) {
            return;
        }
        heap.swap(at, last);
        at = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[cfg_attr(not(target_arch = "wasm32"), test)]
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        fn sorted_as_the_standard_library_does(keys in prop::collection::vec(0u8..20, 0..200)) {
            let mut ranked: Vec<Ranked> =
                (0..keys.len()).rev().map(|row| Ranked { key: keys[row] as f64, row: row as u64 }).collect();
            let mut expected = ranked.clone();
            expected.sort_by(|a, b| a.key.total_cmp(&b.key).then(a.row.cmp(&b.row)));
            in_order(&mut ranked);
            prop_assert_eq!(ranked, expected);
        }
    }
}
