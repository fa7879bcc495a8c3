import { LloydError } from "../errors.js";
import { columnNames, type Rows } from "../points.js";
import { ExactSums, total } from "./exact.js";
import { atOnce, pause, type Pause } from "./driver.js";
import { exponentAbove, REACH } from "./frame.js";

/** Rows and their scale: y = x · 2^-exponent, and no column spans more than 2 units. */
export interface Scaled {
  readonly rows: Rows;
  readonly exponent: number;
  /** |y| ≤ 2^reach */
  readonly reach: number;
}

/** Rows in clusters, and the first moments that every index starts from, in scaled units. */
export interface Clustering extends Scaled {
  /** Of each row, from 0 to k - 1; every cluster has rows. */
  readonly labels: Int32Array;
  readonly k: number;
  readonly counts: Float64Array;
  /** k × d; what f64 cannot hold of a mean far from zero is in `rest`. */
  readonly means: Float64Array;
  readonly rest: Float64Array;
  /** Of each row to the mean of its cluster. */
  readonly squares: Float64Array;
  /** By cluster Σ of them, and the root of the largest. */
  readonly inertias: Float64Array;
  readonly radii: Float64Array;
}

/** Work that asks nothing, with pauses. */
export type Steps<T> = Generator<Pause, T, unknown>;

/** Values that are looked at between two pauses, and coordinates that exact sums take. */
const PIECE = 2 ** 20;
const SUMMED = 2 ** 17;

/** @throws LloydError `not-finite`, `out-of-range` */
export function scaled(rows: Rows): Scaled {
  return atOnce(scaling(rows));
}

/** {@link scaled} in pieces. */
export function* scaling(rows: Rows): Steps<Scaled> {
  const { data, count, columns } = rows;
  const name = columnNames(rows);
  const [min, max] = [new Float64Array(columns).fill(Infinity), new Float64Array(columns).fill(-Infinity)];
  const pieces = Math.ceil(PIECE / columns);
  for (let i = 0, at = 0; i < count; i++) {
    if (i % pieces === pieces - 1) yield* pause();
    for (let j = 0; j < columns; j++, at++) {
      const x = data[at];
      if (!Number.isFinite(x)) throw new LloydError("not-finite", `row ${i}, ${name(j)} is ${x}; expected a finite number`);
      if (x < min[j]) min[j] = x;
      if (x > max[j]) max[j] = x;
    }
  }
  const farthest = min.reduce((most, low, j) => Math.max(most, -low, max[j]), 0);
  const spans = max.map((high, j) => high / 2 - min[j] / 2);
  const widest = spans.reduce((a, b) => Math.max(a, b));
  if (widest === 0) return { rows, exponent: farthest > 0 ? exponentAbove(farthest) : 0, reach: 0 };
  const column = spans.indexOf(widest);
  if (!(widest < 2 ** (REACH - 1)) || farthest > widest * 2 ** REACH) {
    throw new LloydError("out-of-range", `${name(column)} spans ${min[column]} to ${max[column]}, and the largest number is ${farthest}; squared distances would overflow, so divide by a constant first`);
  }
  if (widest < 2 ** -REACH) {
    throw new LloydError("out-of-range", `no column spans more than ${2 * widest}; squared distances would vanish, so multiply the points by a constant first`);
  }
  const exponent = exponentAbove(widest);
  return { rows, exponent, reach: exponentAbove(farthest) - exponent };
}

/** `labels`: from 0 to k - 1, each at least once. In pieces. */
export function* clusteringOf(from: Scaled, labels: Int32Array, k: number): Steps<Clustering> {
  const { count, columns } = from.rows;
  const counts = new Float64Array(k);
  labels.forEach((label) => (counts[label] += 1));
  const y = new Float64Array(columns);
  const pieces = Math.ceil(SUMMED / columns);
  /** The mean of the rows about some points, one a cluster. */
  const meansAbout = function* (points: Float64Array, top: number): Steps<Float64Array> {
    const sums = new ExactSums(k * columns, count, top);
    for (let i = 0; i < count; i++) {
      if (i % pieces === pieces - 1) yield* pause();
      readRow(from, i, y);
      for (let j = 0, at = labels[i] * columns; j < columns; j++, at++) sums.add(at, y[j] - points[at]);
    }
    return sums.values().map((sum, at) => sum / counts[Math.floor(at / columns)]);
  };
  const means = yield* meansAbout(new Float64Array(k * columns), from.reach);
  const rest = yield* meansAbout(means, 2);
  const squares = new Float64Array(count);
  const inertias = new ExactSums(k, count, topOf(columns));
  const radii = new Float64Array(k);
  for (let i = 0; i < count; i++) {
    if (i % pieces === pieces - 1) yield* pause();
    readRow(from, i, y);
    squares[i] = squaredTo(y, { means, rest }, labels[i]);
    inertias.add(labels[i], squares[i]);
    radii[labels[i]] = Math.max(radii[labels[i]], Math.sqrt(squares[i]));
  }
  return { ...from, labels, k, counts, means, rest, squares, inertias: inertias.values(), radii };
}

/** Puts row `i` into `y`, from `at` on: the very numbers that holders of rows compare it with. */
export function readRow({ rows: { data, columns }, exponent }: Scaled, i: number, y: Float64Array, at = 0): void {
  const scale = 2 ** -exponent;
  for (let j = 0, from = i * columns; j < columns; j++, from++) y[at + j] = data[from] * scale;
}

/** The squared distance of a row to the mean of cluster `j`. */
export function squaredTo(y: Float64Array, { means, rest }: Pick<Clustering, "means" | "rest">, j: number): number {
  let sum = 0;
  for (let c = 0, at = j * y.length; c < y.length; c++, at++) sum += (y[c] - means[at] - rest[at]) ** 2;
  return sum;
}

/** Part of two clusters' radii within which rounding leaves the distance of equal means. */
const SAME = 2 ** -50;

/** Distances between the means: k × k; 0 where only rounding tells them apart. */
export function meansApart({ means, rest, k, radii }: Clustering): Float64Array {
  const columns = means.length / k;
  const apart = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        const [i, j] = [a * columns + c, b * columns + c];
        sum += (means[i] - means[j] + (rest[i] - rest[j])) ** 2;
      }
      const distance = Math.sqrt(sum);
      apart[a * k + b] = apart[b * k + a] = distance > SAME * (radii[a] + radii[b]) ? distance : 0;
    }
  }
  return apart;
}

/** Each mean less the mean of all rows: k × d. */
export function meansAboutAll({ means, rest, counts, k, rows: { columns, count } }: Clustering): Float64Array {
  const about = new Float64Array(k * columns);
  for (let c = 0; c < columns; c++) {
    const middle = total(counts.map((n, j) => n * means[j * columns + c])) / count;
    const centred = counts.map((_, j) => means[j * columns + c] - middle + rest[j * columns + c]);
    const off = total(counts.map((n, j) => n * centred[j])) / count;
    centred.forEach((v, j) => (about[j * columns + c] = v - off));
  }
  return about;
}

/** An exponent above every squared distance of rows of so many columns. */
export function topOf(columns: number): number {
  return 2 + exponentAbove(columns);
}
