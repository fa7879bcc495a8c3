/**
 * `lloyd/skmeans`: the interface of skmeans 0.11, over this library's loop and kernels.
 *
 * From given centroids the answer is the same, bit for bit: ties go to the last centroid, an empty
 * cluster's centroid becomes zeros, and the array of initial centroids is overwritten and returned.
 *
 * @module lloyd/skmeans
 */
import type { Driver } from "../driver/driver.js";
import { LloydError, show } from "../errors.js";
import { Custom, rowsOf } from "../executor/finders.js";
import { floats } from "../executor/slab.js";
import { isNumbers, type Numbers } from "../points.js";
import type { Assigned } from "../questions.js";
import { parseTable } from "./rows.js";
import { begin, type Draw } from "./skmeans/seeds.js";
import { finderFor, listed, trajectory, type Table, type Turn } from "./trajectory.js";

export type { Draw } from "./skmeans/seeds.js";

/** A number, or an array of d of them. */
export type Point = number | Numbers;

/** How far a point lies from a centroid. */
export type Distance<P extends Point> = (point: P, centroid: P) => number;

/** A point's nearest centroid. */
export interface Nearest<P extends Point> {
  /** Index of the centroid. */
  idx: number;
  centroid: P extends number ? number : number[];
}

export interface Result<P extends Point> {
  /** Iterations that moved a centroid; `maxit` where none was without movement. */
  it: number;
  k: number;
  /** Index of the centroid of each point. */
  idxs: number[];
  /** The array of initial centroids where one was given, overwritten. */
  centroids: (P extends number ? number : number[])[];
  /** The nearest centroid of another point, the last one on ties; by squared Euclidean distance unless another is given. */
  test(point: P, fndist?: Distance<P>): Nearest<P>;
}

/** Iterations where no limit is given. */
const MAX = 10_000;

/**
 * Clusters n points into k.
 *
 * @param data n numbers, or n rows of d numbers
 * @param initial k centroids; `"kmrand"` for k points of different values at random, `"kmpp"` for
 *   k-means++; by default k points at random
 * @param maxit most iterations; by default 10,000
 * @param fndist distance of a point and a centroid; by default squared Euclidean
 * @throws LloydError naming what is wrong, with a stable `code`
 */
function skmeans(data: readonly number[], k: number, initial?: Draw | number[] | null, maxit?: number | null, fndist?: Distance<number> | null): Result<number>;
function skmeans<P extends Numbers>(data: readonly P[], k: number, initial?: Draw | P[] | null, maxit?: number | null, fndist?: Distance<P> | null): Result<P>;
function skmeans<P extends Point>(data: readonly P[], k: number, initial?: Draw | P[] | null, maxit?: number | null, fndist?: Distance<P> | null): Result<P> {
  const flat = typeof data[0] === "number";
  const table = parseTable(flat ? data.map((value) => [value]) : data, true);
  if (!Number.isInteger(k) || k < 1 || k > table.count) {
    throw new LloydError("bad-k", `k is ${show(k)}; expected an integer from 1 to the number of points, ${table.count}`);
  }
  const given = Array.isArray(initial) || isNumbers(initial) ? initial : null;
  const { start, whole } = given ? parseCentroids(given, k, table.columns, flat) : { start: begin(table, k, initial, fndist && ((i, j) => fndist(data[i], data[j]))), whole: true };
  const limit = maxit || MAX;
  let last: Turn | undefined;
  for (last of turns(table, data, k, start, whole, limit, flat, fndist));
  const { made, labels, to, stopped } = last!;
  const centroids = (given ?? []) as unknown[];
  const rows = flat ? to : rowsOf(to, k);
  for (let j = 0; j < k; j++) centroids[j] = rows[j];
  return { it: made - Number(stopped === "stable"), k, idxs: listed(labels), centroids: centroids as Result<P>["centroids"], test };
}

export default skmeans;

/** `whole`: whether the first centroids had all coordinates, so that they may be the last ones too. */
function turns<P extends Point>(table: Table, data: readonly P[], k: number, start: Float64Array, whole: boolean, limit: number, flat: boolean, fndist?: Distance<P> | null): Iterable<Turn> {
  const custom = fndist && new Custom(data, (point, centroid) => fndist(point, (flat ? centroid[0] : centroid) as P), "last");
  return trajectory(table, k, start, custom ?? finderFor(table, k, { by: flat ? "absolute" : "squares", ties: "last" }), {
    fill: zeros,
    stops: (made, from, to) => ((whole || made > 1) && same(from, to) ? "stable" : made < limit ? null : "max-iterations"),
  });
}

/** A cluster without points gets the mean of one point of zeros. */
function* zeros(_: Float64Array, found: Assigned): Driver<Assigned, Turn> {
  const { changed, counts, sums } = found;
  return counts.includes(0) ? { changed, counts, sums, weights: counts.map((count) => count || 1) } : found;
}

function same(a: Float64Array, b: Float64Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Coordinates that are missing count as 0, those beyond the points' are left out. */
function parseCentroids(given: ArrayLike<unknown>, k: number, columns: number, flat: boolean): { start: Float64Array; whole: boolean } {
  if (given.length < k) throw new LloydError("bad-init", `initial has ${given.length} centroids; expected ${k}`);
  const start = floats(k * columns);
  let whole = true;
  for (let j = 0; j < k; j++) {
    const centroid = flat ? [given[j]] : given[j];
    if (!isNumbers(centroid)) throw new LloydError("bad-init", `initial: centroid ${j} is ${show(centroid)}; expected an array of numbers`);
    for (let c = 0; c < columns; c++) {
      const value: unknown = centroid[c];
      if (value !== undefined && !Number.isFinite(value)) throw new LloydError("bad-init", `initial: coordinate ${c} of centroid ${j} is ${show(value)}; expected a finite number`);
      whole &&= value !== undefined;
      start[j * columns + c] = (value as number | undefined) ?? 0;
    }
  }
  return { start, whole };
}

function test<P extends Point>(this: Result<P>, point: P, fndist?: Distance<P>): Nearest<P> {
  const measure = (fndist ?? (typeof point === "number" ? apart : squares)) as (point: P, centroid: unknown) => number;
  let [best, idx] = [Infinity, 0];
  this.centroids.forEach((centroid, j) => {
    const far = measure(point, centroid);
    if (far <= best) [best, idx] = [far, j];
  });
  return { idx, centroid: this.centroids[idx] };
}

const apart = (point: number, centroid: number) => Math.abs(point - centroid);

/** Coordinates that are missing count as 0. */
function squares(point: ArrayLike<number>, centroid: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < point.length; c++) {
    const t = (point[c] || 0) - (centroid[c] || 0);
    sum += t * t;
  }
  return sum;
}
