/**
 * `lloyd/ml-kmeans`: the interface of ml-kmeans 7, over this library's loop and kernels.
 *
 * The same call gives the same answer, bit for bit: labels, centroids, iterations; with a seed, from
 * the same initial rows. A `distanceFunction` runs in plain JavaScript.
 *
 * @module lloyd/ml-kmeans
 */
import { LloydError, show } from "../errors.js";
import { Custom, rowsOf } from "../executor/finders.js";
import { floats } from "../executor/slab.js";
import { between, mostDistant, plusPlus, random, uniformFrom } from "./ml-kmeans/seeds.js";
import { KMeansResult, squaredEuclidean, type DistanceFunction } from "./ml-kmeans/result.js";
import { parseTable } from "./rows.js";
import { copied, finderFor, listed, squaresWithin, trajectory, type Table, type Turn } from "./trajectory.js";

export { KMeansResult } from "./ml-kmeans/result.js";
export type { CentroidWithInformation, DistanceFunction } from "./ml-kmeans/result.js";

export type InitializationMethod = "kmeans++" | "random" | "mostDistant";

export interface OptionsWithDefault {
  /** Default: squared Euclidean. Used for everything but `"kmeans++"` and the means. */
  distanceFunction?: DistanceFunction;
  /** Most that any centroid may move, by the distance function, in a last iteration. Default 1e-6. */
  tolerance?: number;
  /** Default `"kmeans++"`; or K centroids. */
  initialization?: InitializationMethod | number[][];
  /** Default 100; 0 for no limit. */
  maxIterations?: number;
}

export interface OptionsWithoutDefault {
  /** An integer. Default: drawn from `Math.random`. */
  seed?: number;
}

export type Options = OptionsWithDefault & OptionsWithoutDefault;

/**
 * Clusters n points of d coordinates into K.
 *
 * @param data n rows of d numbers, arrays or typed arrays
 * @throws LloydError with ml-kmeans' message and a `code`; TypeError for a seed that is no integer
 */
export function kmeans(data: number[][], K: number, options?: Options | null): KMeansResult {
  const problem = parse(data, K, options);
  const limit = problem.maxIterations === 0 ? Infinity : problem.maxIterations;
  let last: Turn | undefined;
  for (last of turns(problem, limit));
  if (!last) throw new LloydError("bad-option", `unreachable: no kmeans step executed: maxIterations is ${show(problem.maxIterations)}; expected a positive number, or 0 for no limit`);
  return resultOf(last, problem);
}

/** {@link kmeans} one iteration at a time; nothing is checked or computed before the first. */
export function* kmeansGenerator(data: number[][], K: number, options?: Options | null): Generator<KMeansResult, void, unknown> {
  const problem = parse(data, K, options);
  for (const turn of turns(problem, problem.maxIterations)) yield resultOf(turn, problem);
}

/** A call, parsed. */
interface Problem {
  readonly rows: readonly number[][];
  readonly table: Table;
  readonly K: number;
  readonly distance: DistanceFunction;
  readonly tolerance: number;
  readonly maxIterations: number;
  /** K × d. */
  readonly start: Float64Array;
}

function parse(rows: readonly number[][], K: number, options: Options | null | undefined): Problem {
  const { distanceFunction: distance = squaredEuclidean, tolerance = 1e-6, initialization = "kmeans++", maxIterations = 100, seed } = options ?? {};
  if (K <= 0 || K > rows.length || !Number.isInteger(K)) {
    throw new LloydError("bad-k", `K should be a positive integer smaller than the number of points: K is ${show(K)}, for ${rows.length} points`);
  }
  const own = distance !== squaredEuclidean;
  const table = parseTable(rows, !own || initialization === "kmeans++");
  return { rows, table, K, distance, tolerance, maxIterations, start: begin(rows, table, K, initialization, distance, seed) };
}

function begin(rows: readonly number[][], table: Table, K: number, initialization: unknown, distance: DistanceFunction, seed: unknown): Float64Array {
  if (Array.isArray(initialization)) return given(initialization, K, table.columns);
  switch (initialization) {
    case "kmeans++":
      return copied(table, plusPlus(table, K, uniformFrom(seed)));
    case "random":
      return copied(table, random(table, K, uniformFrom(seed)));
    case "mostDistant":
      return copied(table, mostDistant(table, K, uniformFrom(seed), between(rows, distance)));
    default:
      throw new LloydError("bad-init", `Unknown initialization method: "${String(initialization)}"`);
  }
}

/** Columns beyond the rows' are left out. */
function given(centroids: readonly unknown[], K: number, columns: number): Float64Array {
  if (centroids.length !== K) throw new LloydError("bad-init", `The initial centers should have the same length as K: there are ${centroids.length}, K is ${K}`);
  const flat = floats(K * columns);
  for (let j = 0, at = 0; j < K; j++) {
    const centroid = centroids[j] as ArrayLike<number> | null | undefined;
    for (let c = 0; c < columns; c++, at++) {
      const value = centroid?.[c];
      if (!Number.isFinite(value)) throw new LloydError("bad-init", `initialization: coordinate ${c} of center ${j} is ${show(value)}; expected ${columns} finite numbers`);
      flat[at] = value!;
    }
  }
  return flat;
}

function turns({ rows, table, K, distance, tolerance, start }: Problem, limit: number): Iterable<Turn> {
  if (!(0 < limit)) return [];
  const own = distance !== squaredEuclidean;
  const finder = own ? new Custom(rows, distance, "first", Number.MAX_VALUE) : finderFor(table, K, { by: "squares", ties: "first" });
  return trajectory(table, K, start, finder, {
    stops(made, from, to) {
      const stays = own ? within(tolerance, from, to, K, distance) : squaresWithin(tolerance, from, to, K);
      return stays ? "converged" : made < limit ? null : "max-iterations";
    },
  });
}

/** Whether no centroid moved farther than the tolerance, as the caller measures it. */
function within(tolerance: number, from: Float64Array, to: Float64Array, K: number, distance: DistanceFunction): boolean {
  const before = rowsOf(from, K);
  return !rowsOf(to, K).some((centroid, j) => distance(centroid, before[j]) > tolerance);
}

function resultOf({ labels, to, made, stopped }: Turn, { K, distance }: Problem): KMeansResult {
  return new KMeansResult(listed(labels), rowsOf(to, K), stopped === "converged", made, distance);
}
