import { LloydError } from "../errors.js";
import { columnNames, type Rows } from "../points.js";
import { ExactSums } from "./exact.js";
import { exponentAbove, REACH } from "./frame.js";

/** Where the rows lie: y = (x - origin) · 2^-exponent, |y| ≤ 1. */
export interface Place {
  readonly rows: Rows;
  /** The middle of each column, whatever the order of the rows. */
  readonly origin: Float64Array;
  readonly exponent: number;
}

/** Rows in clusters, and the first moments that every index starts from, in the place's units. */
export interface Clustering extends Place {
  /** Of each row, from 0 to k - 1; every cluster has rows. */
  readonly labels: Int32Array;
  readonly k: number;
  readonly counts: Float64Array;
  /** k × d */
  readonly means: Float64Array;
  /** Of each row to the mean of its cluster. */
  readonly squares: Float64Array;
  /** Σ of them by cluster. */
  readonly inertias: Float64Array;
}

/** @throws LloydError `not-finite`, `out-of-range` */
export function place(rows: Rows): Place {
  const { data, count, columns } = rows;
  const name = columnNames(rows);
  const [min, max] = [new Float64Array(columns).fill(Infinity), new Float64Array(columns).fill(-Infinity)];
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const x = data[at];
      if (!Number.isFinite(x)) throw new LloydError("not-finite", `row ${i}, ${name(j)} is ${x}; expected a finite number`);
      if (x < min[j]) min[j] = x;
      if (x > max[j]) max[j] = x;
    }
  }
  let widest = 0;
  const origin = min.map((low, j) => {
    const half = max[j] / 2 - low / 2;
    if (!(half < 2 ** (REACH - 1))) {
      throw new LloydError("out-of-range", `${name(j)} spans ${low} to ${max[j]}; squared distances would overflow, so divide it by a constant first`);
    }
    widest = Math.max(widest, half);
    return low + half;
  });
  if (widest > 0 && widest < 2 ** -REACH) {
    throw new LloydError("out-of-range", `no column spans more than ${2 * widest}; squared distances would vanish, so multiply the points by a constant first`);
  }
  // A little more than the half, because rounding the origin may leave one side longer.
  return { rows, origin, exponent: widest > 0 ? exponentAbove(widest * (1 + 2 ** -40)) : 0 };
}

/** `labels`: from 0 to k - 1, each at least once. */
export function clustering(where: Place, labels: Int32Array, k: number): Clustering {
  const { count, columns } = where.rows;
  const counts = new Float64Array(k);
  const sums = new ExactSums(k * columns, count);
  const y = new Float64Array(columns);
  for (let i = 0; i < count; i++) {
    readRow(where, i, y);
    const at = labels[i] * columns;
    counts[labels[i]] += 1;
    for (let j = 0; j < columns; j++) sums.add(at + j, y[j]);
  }
  const means = sums.values().map((sum, at) => sum / counts[Math.floor(at / columns)]);
  const squares = new Float64Array(count);
  const inertias = new ExactSums(k, count, topOf(columns));
  for (let i = 0; i < count; i++) {
    readRow(where, i, y);
    squares[i] = squaredApart(y, means, labels[i]);
    inertias.add(labels[i], squares[i]);
  }
  return { ...where, labels, k, counts, means, squares, inertias: inertias.values() };
}

/** Puts row `i` into `y`, in the place's units: the very numbers that holders of rows compare it with. */
export function readRow({ rows: { data, columns }, origin, exponent }: Place, i: number, y: Float64Array, at = 0): void {
  const scale = 2 ** -exponent;
  for (let j = 0, from = i * columns; j < columns; j++, from++) y[at + j] = (data[from] - origin[j]) * scale;
}

/** Σ (y - mean)² for the mean of cluster `j`. */
export function squaredApart(y: Float64Array, means: Float64Array, j: number): number {
  let sum = 0;
  for (let c = 0, at = j * y.length; c < y.length; c++, at++) sum += (y[c] - means[at]) ** 2;
  return sum;
}

/** An exponent above every squared distance of rows of so many columns. */
export function topOf(columns: number): number {
  return 2 + exponentAbove(columns);
}

/** Distances between the means: k × k. */
export function meansApart({ means, k }: Clustering): Float64Array {
  const columns = means.length / k;
  const apart = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < a; b++) {
      apart[a * k + b] = apart[b * k + a] = Math.sqrt(squaredApart(means.subarray(b * columns, (b + 1) * columns), means, a));
    }
  }
  return apart;
}
