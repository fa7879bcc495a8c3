//! Whole cells of rows find their centroid at once, for few dimensions (the filtering algorithm of Kanungo
//! et al. 2002).
//!
//! ```text
//! filter(cell, candidates):
//!     z = the candidate nearest to the cell's middle
//!     drop each candidate to which no point of the cell is nearer than to z
//!     one is left:      all rows of the cell have its label
//!     a smallest cell:  each row measures the candidates that are left
//!     else:             filter(each part of the cell, the candidates that are left)
//! ```
//! No point of a box is nearer to c than to z where the corner farthest in the direction c - z is not.
//!
//! Departures:
//! 1. Cells are those of one grid, every column halved alike, numbered so that the parts of a cell follow
//!    each other (Morton order). The grid depends on the rows alone: it is made once.
//! 2. Rows stand in the order of their cells. A cell whose rows had one label, and have it again, is not
//!    looked at: 100,000 × 2 rows, k = 16, take 0.2 ms instead of 1.
//! 3. A cell with few rows is not parted: they measure what its parts would test.
//!
//! Slack: a candidate is dropped only where the difference of the squared distances at that corner exceeds
//! [`SLACK`] times the square of the space's size: more than f64 can be wrong about the corner, about the
//! cell's edges and about the two distances that decide a label.

use super::clusters::{Clusters, NONE};
use crate::kernel::distance_here;
use crate::rows::Rows;
use crate::{Allocate, OutOfMemory};

/// Columns up to which cells are few enough.
pub const COLUMNS: usize = 3;
/// Rows that a call takes at most.
pub const RUN: usize = 1024;

/// Rows for each cell at least, on average, and cells at most.
const ROWS: usize = 8;
const CELLS: usize = 1 << 16;
/// Rows up to which a cell is not parted.
const FEW: u32 = 4;
const SLACK: f64 = 1.0 / (1u64 << 44) as f64;
/// Rows × centroids for each cell × centroid that may be tested.
const PARTED: usize = 64;
/// Marks a place in the lists among labels.
const LIST: u32 = 1 << 31;

/// A point, or a number for each column.
type Corner = [f64; COLUMNS];

/// Rows by cell: what is remembered between questions.
pub struct Cells {
    levels: u32,
    low: Corner,
    /// Of a smallest cell.
    size: Corner,
    /// Rows in the order of their cells, and where each cell's begin and the last one's end.
    order: Vec<u32>,
    starts: Vec<u32>,
    /// The label that all rows of a cell have; NONE where they differ or that is not known.
    labels: Vec<u32>,
}

impl Cells {
    #[inline(never)]
    pub fn new(rows: &Rows) -> Result<Self, OutOfMemory> {
        let d = rows.columns;
        let levels = ((rows.count / ROWS).clamp(2, CELLS).ilog2() / d as u32).max(1);
        let (mut low, mut high) = ([f64::INFINITY; COLUMNS], [f64::NEG_INFINITY; COLUMNS]);
        for row in rows.values.chunks_exact(d) {
            for (c, &x) in row.iter().enumerate() {
                let x = x as f64;
                low[c] = if x < low[c] { x } else { low[c] };
                high[c] = if x > high[c] { x } else { high[c] };
            }
        }
        let parts = 1usize << levels;
        let size: Corner = core::array::from_fn(|c| (high[c] - low[c]) / parts as f64);
        let mut cells = Self {
            levels,
            low,
            size,
            order: Vec::filled(rows.count, 0)?,
            starts: Vec::filled((1 << (levels as usize * d)) + 2, 0)?,
            labels: Vec::filled(1 << (levels as usize * d), NONE)?,
        };
        let spread: Vec<u32> = (0..parts as u32).map(|part| spread(part, d as u32)).collect();
        let inverse = size.map(|size| 1.0 / size);
        let found = Vec::collected(rows.count, rows.values.chunks_exact(d).map(|row| cells.of(row, inverse, &spread)))?;
        // Counted two places on, so that each start, moved while rows are placed, ends up where it belongs.
        found.iter().for_each(|&cell| cells.starts[cell as usize + 2] += 1);
        cells.starts.iter_mut().fold(0, |sum, start| {
            *start += sum;
            *start
        });
        for (row, &cell) in (0..).zip(&found) {
            let start = &mut cells.starts[cell as usize + 1];
            cells.order[*start as usize] = row;
            *start += 1;
        }
        cells.starts.pop();
        Ok(cells)
    }

    /// The number of a row's cell.
    fn of(&self, row: &[f32], inverse: Corner, spread: &[u32]) -> u32 {
        row.iter().enumerate().fold(0, |cell, (c, &x)| {
            // A column of one value has cells without size: NaN becomes 0.
            let part = ((x as f64 - self.low[c]) * inverse[c]) as usize;
            cell | spread[part.min(spread.len() - 1)] << c
        })
    }
}

/// The bits of a part's number with d - 1 bits of room between them.
fn spread(part: u32, d: u32) -> u32 {
    (0..32 / d).fold(0, |all, bit| all | (part >> bit & 1) << (bit * d))
}

/// One pass over the rows.
pub struct Filtering {
    d: usize,
    centroids: Vec<f64>,
    slack: f64,
    /// Of each smallest cell: a label, or a place in the lists.
    found: Vec<u32>,
    /// Candidates, ascending, after their number.
    lists: Vec<u32>,
    /// Where the last one begins.
    last: usize,
    /// Candidates of the cells that are being parted, one list after the other.
    stack: Vec<u32>,
    /// Pairs to filter before cells are not parted any more.
    budget: usize,
    /// The next cell whose rows are relabelled.
    cell: usize,
    /// Row × centroid pairs and cell × centroid pairs that were measured.
    scored: usize,
    filtered: usize,
}

impl Filtering {
    #[inline(never)]
    pub fn new(cells: &Cells, centroids: &[f64], k: usize, d: usize) -> Self {
        let farthest =
            |points: &[f64]| points.iter().fold(0.0f64, |most, &x| if x.abs() > most { x.abs() } else { most });
        let edge: Corner = core::array::from_fn(|c| cells.low[c].abs() + cells.size[c] * (1u64 << cells.levels) as f64);
        let reach = farthest(centroids) + farthest(&edge[..d]);
        let mut pass = Self {
            d,
            centroids: centroids.to_vec(),
            slack: SLACK * reach * reach * d as f64,
            found: vec![0; cells.labels.len()],
            lists: Vec::new(),
            last: 0,
            budget: cells.order.len() / PARTED * k,
            stack: (0..k as u32).collect(),
            cell: 0,
            scored: 0,
            filtered: 0,
        };
        pass.filter(cells, 0, 0, [0; COLUMNS], 0);
        pass
    }

    /// The part of a pass over every distance that this pass over `count` rows has saved; as in
    /// `hamerly.rs`.
    pub fn saved(&self, count: usize) -> f64 {
        let plain = count as f64 * (6.0 + 0.065 * self.centroids.len() as f64);
        1.0 - (2.0 * count as f64 + 5.0 * self.scored as f64 + 8.0 * self.filtered as f64) / plain
    }

    /// Row × centroid distances of this pass.
    pub fn computed(&self) -> usize {
        self.scored
    }

    fn centroid(&self, j: u32) -> &[f64] {
        &self.centroids[j as usize * self.d..][..self.d]
    }

    /// Filters the candidates from `from` on in the stack, for one cell of a level: the number of its
    /// first smallest cell, and its place in each column.
    fn filter(&mut self, cells: &Cells, level: u32, first: usize, place: [u32; COLUMNS], from: usize) {
        let d = self.d;
        let below = cells.levels - level;
        let inside = first..first + (1 << (below as usize * d));
        let rows = cells.starts[inside.end] - cells.starts[inside.start];
        if rows == 0 {
            return;
        }
        let size: Corner = core::array::from_fn(|c| cells.size[c] * (1u64 << below) as f64);
        let low: Corner = core::array::from_fn(|c| cells.low[c] + place[c] as f64 * size[c]);
        let end = self.stack.len();
        self.narrow(low, size, from);
        let left = self.stack.len() - end;
        if left == 1 {
            self.found[inside].fill(self.stack[end]);
        } else if below == 0 || rows <= FEW || self.filtered > self.budget {
            let list = self.list(end);
            self.found[inside].fill(list);
        } else {
            for part in 0..1 << d {
                let place = core::array::from_fn(|c| 2 * place[c] + (part >> c & 1));
                self.filter(cells, level + 1, first + ((part as usize) << ((below as usize - 1) * d)), place, end);
            }
        }
        self.stack.truncate(end);
    }

    /// Notes the candidates from `from` on; cells beside each other often have the same.
    fn list(&mut self, from: usize) -> u32 {
        let some = &self.stack[from..];
        if self.lists.get(self.last + 1..) != Some(some) {
            self.last = self.lists.len();
            self.lists.push(some.len() as u32);
            self.lists.extend_from_slice(some);
        }
        LIST | self.last as u32
    }

    /// Pushes those of the last candidates, from `from` on, that a point of the box may be nearest to.
    fn narrow(&mut self, low: Corner, size: Corner, from: usize) {
        let d = self.d;
        let end = self.stack.len();
        self.filtered += end - from;
        let middle: Corner = core::array::from_fn(|c| low[c] + 0.5 * size[c]);
        let mut nearest = (f64::INFINITY, self.stack[from]);
        for &j in &self.stack[from..end] {
            let squared = self.centroid(j).iter().zip(middle).map(|(c, x)| (x - c) * (x - c)).sum();
            if squared < nearest.0 {
                nearest = (squared, j);
            }
        }
        for at in from..end {
            let j = self.stack[at];
            let (z, c) = (self.centroid(nearest.1), self.centroid(j));
            // ‖x - c‖² - ‖x - z‖² at the corner where it is least.
            let mut gap = 0.0;
            for i in 0..d {
                let x = if c[i] > z[i] { low[i] + size[i] } else { low[i] };
                gap += (z[i] - c[i]) * (2.0 * x - z[i] - c[i]);
            }
            // A gap that overflowed to NaN drops nobody.
            let dropped = j != nearest.1 && gap > self.slack;
            if !dropped {
                self.stack.push(j);
            }
        }
    }

    /// Relabels the rows at the places `at` to `end` in the order of cells; how many changed.
    pub fn run(&mut self, rows: &Rows, cells: &mut Cells, clusters: &mut Clusters, at: usize, end: usize) -> u32 {
        let mut changed = 0;
        let mut at = at;
        while at < end {
            let whole = cells.starts[self.cell + 1] as usize;
            let stop = whole.min(end);
            let found = self.found[self.cell];
            if at < stop && cells.labels[self.cell] != found {
                // Not known until the last of its rows has it.
                cells.labels[self.cell] = NONE;
                let some = &cells.order[at..stop];
                changed += match self.d {
                    1 => self.settle::<1>(rows, clusters, some, found),
                    2 => self.settle::<2>(rows, clusters, some, found),
                    _ => self.settle::<3>(rows, clusters, some, found),
                };
                if stop == whole && found & LIST == 0 {
                    cells.labels[self.cell] = found;
                }
            }
            at = stop;
            self.cell += (stop == whole) as usize;
        }
        changed
    }

    /// Labels of some rows of a cell; how many changed.
    #[inline(never)]
    fn settle<const D: usize>(&mut self, rows: &Rows, clusters: &mut Clusters, some: &[u32], found: u32) -> u32 {
        if found & LIST == 0 {
            return some.iter().map(|&i| change(rows, clusters, i as usize, found)).sum();
        }
        let list = (found & !LIST) as usize;
        let candidates = &self.lists[list + 1..][..self.lists[list] as usize];
        self.scored += some.len() * candidates.len();
        let (values, _) = rows.values.as_chunks::<D>();
        let (centroids, _) = self.centroids.as_chunks::<D>();
        let mut changed = 0;
        for &i in some {
            let mut nearest = (f64::INFINITY, candidates[0]);
            for &j in candidates {
                let squared = distance_here(&values[i as usize], &centroids[j as usize]);
                if squared < nearest.0 {
                    nearest = (squared, j);
                }
            }
            changed += change(rows, clusters, i as usize, nearest.1);
        }
        changed
    }
}

/// 1 if the row had another label.
#[inline(always)]
fn change(rows: &Rows, clusters: &mut Clusters, i: usize, label: u32) -> u32 {
    if clusters.labels[i] == label { 0 } else { clusters.relabel(rows, i, &[label]) }
}
