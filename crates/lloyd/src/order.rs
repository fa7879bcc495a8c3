//! Things in the order of a key, the lower number first on ties.

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

/// Sorts by key, then by number. One function for all who sort: sorting is a good part of the binary.
#[inline(never)]
pub fn in_order(ranked: &mut [Ranked]) {
    ranked.sort_unstable_by(|a, b| a.key.total_cmp(&b.key).then(a.row.cmp(&b.row)));
}
