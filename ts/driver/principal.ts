import type { Rows } from "../points.js";
import { ExactSums } from "./exact.js";
import { scaled } from "./clustering.js";

/** The axes along which rows spread, widest first. */
export interface Principal {
  /** d */
  readonly mean: Float64Array;
  /** d unit vectors of d, row-major; of each, the coordinate largest in size is positive. */
  readonly axes: Float64Array;
  /** Variance along each axis, over n, in the rows' units squared. */
  readonly variances: Float64Array;
}

/** Sweeps after which off-diagonal elements have long vanished. */
const SWEEPS = 60;

/**
 * Principal components (Pearson 1901): the eigenvectors of the covariance matrix, by Jacobi rotations.
 * The order of the rows does not matter. O(n·d² + d³).
 *
 * @throws LloydError `not-finite`, `out-of-range`
 */
export function principal(rows: Rows): Principal {
  const { data, count, columns: d } = rows;
  const { exponent, reach } = scaled(rows);
  const scale = 2 ** -exponent;
  const sums = new ExactSums(d, count, reach);
  for (let at = 0; at < data.length; at++) sums.add(at % d, data[at] * scale);
  const mean = sums.values().map((sum) => sum / count);
  const products = new ExactSums(d * d, count, 3);
  const y = new Float64Array(d);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < d; j++) y[j] = data[i * d + j] * scale - mean[j];
    for (let a = 0; a < d; a++) for (let b = a; b < d; b++) products.add(a * d + b, y[a] * y[b]);
  }
  const covariance = new Float64Array(d * d);
  for (let a = 0; a < d; a++) for (let b = a; b < d; b++) covariance[a * d + b] = covariance[b * d + a] = products.value(a * d + b) / count;
  const { values, vectors } = eigen(covariance, d);
  const order = Array.from(values, (_, j) => j).sort((a, b) => values[b] - values[a] || a - b);
  const axes = new Float64Array(d * d);
  order.forEach((from, to) => {
    let largest = 0;
    for (let c = 0; c < d; c++) if (Math.abs(vectors[c * d + from]) > Math.abs(vectors[largest * d + from]) * (1 + 1e-9)) largest = c;
    const sign = vectors[largest * d + from] < 0 ? -1 : 1;
    for (let c = 0; c < d; c++) axes[to * d + c] = sign * vectors[c * d + from];
  });
  return {
    mean: mean.map((v) => v / scale),
    axes,
    variances: Float64Array.from(order, (j) => Math.max(0, values[j]) / scale ** 2),
  };
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
