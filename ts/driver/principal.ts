import type { Rows } from "../points.js";
import { random } from "../random.js";
import { ExactSums } from "./exact.js";
import { scaled } from "./clustering.js";

/** The axes along which rows spread, widest first. */
export interface Principal {
  /** d */
  readonly mean: Float64Array;
  /** Unit vectors of d, row-major; of each, the coordinate largest in size is positive. */
  readonly axes: Float64Array;
  /** Variance along each axis, over n, in the rows' units squared. */
  readonly variances: Float64Array;
  /** Variance along all axes together. */
  readonly all: number;
}

/** Sweeps after which off-diagonal elements have long vanished. */
const SWEEPS = 60;
/** Above so many columns the first two axes are found alone. */
const WIDE = 96;
/** Multiply-adds that the covariances of wide rows may cost: where it takes more, evenly spaced rows stand for all. */
const COST = 2 ** 31;

/**
 * Principal components (Pearson 1901): the eigenvectors of the covariance matrix, by Jacobi rotations.
 * O(n·d² + d³).
 *
 * @throws LloydError `not-finite`, `out-of-range`
 */
export function principal(rows: Rows): Principal {
  const { columns: d } = rows;
  const { mean, matrix, all, scale } = covariances(rows, 1);
  const { values, vectors } = eigen(matrix, d);
  const order = Array.from(values, (_, j) => j).sort((a, b) => values[b] - values[a] || a - b);
  const axes = new Float64Array(d * d);
  order.forEach((from, to) => axes.set(turned(Float64Array.from({ length: d }, (_, c) => vectors[c * d + from])), to * d));
  return { mean, axes, variances: Float64Array.from(order, (j) => Math.max(0, values[j]) / scale ** 2), all };
}

/** The first two of them, in little time for thousands of columns too. */
export function firstTwo(rows: Rows): Principal {
  const { count, columns: d } = rows;
  if (d <= WIDE) {
    const { mean, axes, variances, all } = principal(rows);
    return { mean, axes: axes.subarray(0, 2 * d), variances: variances.subarray(0, 2), all };
  }
  const { mean, matrix, all, scale } = covariances(rows, Math.ceil((count * d * d) / COST));
  const { axes, values } = iterated(matrix, d);
  return { mean, axes, variances: values.map((value) => value / scale ** 2), all };
}

/** Means and covariances of every `step`-th row; the matrix in units of which a row's is 1 / scale. */
function covariances(rows: Rows, step: number): { mean: Float64Array; matrix: Float64Array; all: number; scale: number } {
  const { data, count, columns: d } = rows;
  const { exponent, reach } = scaled(rows);
  const scale = 2 ** -exponent;
  const sums = new ExactSums(d, count, reach);
  for (let at = 0; at < count * d; at++) sums.add(at % d, data[at] * scale);
  const mean = sums.values().map((sum) => sum / count);
  const matrix = new Float64Array(d * d);
  const y = new Float64Array(d);
  let used = 0;
  for (let i = 0; i < count; i += step, used++) {
    for (let j = 0; j < d; j++) y[j] = data[i * d + j] * scale - mean[j];
    for (let a = 0; a < d; a++) {
      const [ya, at] = [y[a], a * d];
      for (let b = a; b < d; b++) matrix[at + b] += ya * y[b];
    }
  }
  let all = 0;
  for (let a = 0; a < d; a++) {
    for (let b = a; b < d; b++) matrix[a * d + b] = matrix[b * d + a] = matrix[a * d + b] / used;
    all += matrix[a * d + a] / scale ** 2;
  }
  return { mean: mean.map((v) => v / scale), matrix, all, scale };
}

/** The two widest axes by orthogonal iteration (Bauer 1957), on a few more so that it soon ends. */
function iterated(matrix: Float64Array, d: number): { axes: Float64Array; values: Float64Array } {
  const next = random(1);
  let vectors: Float64Array[] = Array.from({ length: 6 }, () => Float64Array.from({ length: d }, () => next() - 0.5));
  const times = (v: Float64Array) => v.map((_, a) => dot(matrix.subarray(a * d, (a + 1) * d), v));
  let last = 0;
  for (let round = 0; round < 500; round++) {
    vectors = orthonormal(vectors.map(times));
    const sum = dot(vectors[0], times(vectors[0])) + dot(vectors[1], times(vectors[1]));
    if (Math.abs(sum - last) <= 1e-13 * sum) break;
    last = sum;
  }
  const [first, second] = vectors.map(turned);
  return { axes: Float64Array.of(...first, ...second), values: Float64Array.of(dot(first, times(first)), dot(second, times(second))) };
}

/** Gram and Schmidt's, each vector cleared twice of those before it. */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  const made: Float64Array[] = [];
  for (let v of vectors) {
    for (const before of [...made, ...made]) {
      const along = dot(before, v);
      v = v.map((x, c) => x - along * before[c]);
    }
    const norm = Math.sqrt(dot(v, v));
    made.push(norm > 0 ? v.map((x) => x / norm) : v);
  }
  return made;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c] * b[c];
  return sum;
}

/** The vector or its negative: of the two the one whose largest coordinate is positive. */
function turned(v: Float64Array): Float64Array {
  let largest = 0;
  for (let c = 0; c < v.length; c++) if (Math.abs(v[c]) > Math.abs(v[largest]) * (1 + 1e-9)) largest = c;
  return v[largest] < 0 ? v.map((x) => -x) : v;
}

/** Eigenvalues of a symmetric matrix, and the eigenvectors as columns (Jacobi 1846, in cyclic order). */
function eigen(matrix: Float64Array, d: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(d * d);
  for (let j = 0; j < d; j++) vectors[j * d + j] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < d; p++) {
      for (let q = p + 1; q < d; q++) {
        const off = a[p * d + q];
        if (Math.abs(off) <= 2 ** -54 * Math.sqrt(Math.abs(a[p * d + p] * a[q * d + q])) || Math.abs(off) < 1e-300) continue;
        rotated = true;
        const theta = (a[q * d + q] - a[p * d + p]) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotate(a, d, p, q, c, t * c);
        for (let i = 0; i < d; i++) {
          const [x, y] = [vectors[i * d + p], vectors[i * d + q]];
          vectors[i * d + p] = c * x - t * c * y;
          vectors[i * d + q] = t * c * x + c * y;
        }
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: d }, (_, j) => a[j * d + j]), vectors };
}

/** Rows and columns p and q of a symmetric matrix, turned so that their common element vanishes. */
function rotate(a: Float64Array, d: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < d; i++) {
    const [x, y] = [a[i * d + p], a[i * d + q]];
    a[i * d + p] = c * x - s * y;
    a[i * d + q] = s * x + c * y;
  }
  for (let i = 0; i < d; i++) {
    const [x, y] = [a[p * d + i], a[q * d + i]];
    a[p * d + i] = c * x - s * y;
    a[q * d + i] = s * x + c * y;
  }
  a[p * d + q] = a[q * d + p] = 0;
}
