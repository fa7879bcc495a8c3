import { LloydError, show } from "./errors.js";
import { Dataset } from "./dataset.js";
import { isNumbers, parsePoints, type Numbers, type Points, type Rows } from "./points.js";
import { METHODS, type Init, type InitMethod } from "./driver/seed.js";
import type { Phase, Step } from "./model.js";
import { nearest } from "./nearest.js";
import { drawnSeed, random } from "./random.js";
import { ALGORITHMS, type Algorithm } from "./algorithm.js";
import { parsePlacement, type Placement, type PlacementOptions } from "./placement.js";
import { parseWeights, type Weights } from "./weights.js";

export { METHODS, type InitMethod };

/** Makes initial centroids: k rows of d, in the points' units. `random` gives numbers in [0, 1). */
export type InitFunction = (points: Points, k: number, random: () => number) => readonly Numbers[];

/** Options of {@link kmeans}, {@link kmeansSync} and {@link kmeansSteps}. */
export interface KMeansOptions extends PlacementOptions {
  /** Number of clusters: an integer from 1 to the number of rows. Required. */
  k: number;
  /**
   * Initial centroids. Default `"auto"`.
   *
   * - `"auto"`: k-means++ on a seeded sample, then local-search swaps on it (Lattanzi & Sohler
   *   2019). The default because it costs less than greedy k-means++ on all rows and ends lower.
   * - `"k-means++"`: greedy k-means++ on all rows, 2 + ⌊ln k⌋ candidates a step (Arthur &
   *   Vassilvitskii 2007), as in scikit-learn.
   * - `"k-means||"`: five rounds of 2k draws over all rows, then a search among those drawn (Bahmani
   *   et al. 2012): ends as low as k-means++, sooner, and asks all rows only a handful of questions.
   * - `"random"`: k distinct rows. `"random-partition"`: the means of a random partition.
   * - `"farthest"`: each next centroid is the row farthest from those before (Gonzalez 1985).
   * - k rows of d numbers, in the points' units; or a function that makes them.
   */
  init?: InitMethod | readonly Numbers[] | InitFunction;
  /**
   * How rows find their nearest centroid: it changes the time, never a bit of the result. Default
   * `"auto"`: every distance at first, then one of the others for as long as it saves time.
   * `"lloyd"`: every distance, always. `"hamerly"`: two bounds a row, 8 bytes (Hamerly 2010).
   * `"elkan"`: a bound for each centroid, for long rows (Elkan 2003). `"yinyang"`: one for each 16 to
   * 32 centroids, for large k (Ding et al. 2015). `"projected"`: short copies of rows of more than 16
   * columns, whose distances are never too long; others get every distance. `"filtering"`: whole
   * cells of rows with up to 3 columns (Kanungo et al. 2002); others get every distance.
   */
  algorithm?: Algorithm;
  /**
   * Fits from how many different seeds; the one with the least inertia is kept. Default 1, because
   * `"auto"` already searches.
   */
  restarts?: number;
  /** Most iterations of a fit. Default 300; most fits need fewer than 50. */
  maxIterations?: number;
  /**
   * A fit has converged when the squared movement of all centroids together is at most `tolerance`
   * times the mean variance of the columns. Default 1e-4, as in scikit-learn; 0 goes on until
   * nothing moves.
   */
  tolerance?: number;
  /** An integer from 0 to 2^53 - 1; the same seed gives the same bits. Default: drawn, and reported. */
  seed?: number;
  /** One weight per row, at least 0, not all 0: a row of weight 2 counts as two rows. Default: all 1. */
  weights?: Numbers;
  /**
   * Milliseconds after which no further iteration begins; the fit so far is returned, after one
   * more pass for its labels. While rows are loaded or initial centroids sought there is none:
   * then it fails with code `time-limit`, within about 50 ms. Default: none.
   */
  timeLimit?: number;
  /** Aborting it rejects with its reason, within about 50 ms. */
  signal?: AbortSignal;
  /**
   * Called after an iteration: at most about 30 times a second, and for the last one always; by
   * {@link kmeansSync} after every one.
   */
  onStep?: (step: Step) => void;
  /** Called when a phase begins, and at most about 30 times a second as it goes on. */
  onPhase?: (phase: Phase) => void;
}

/** Options and points, parsed: nothing further in is checked again. */
export interface Parsed extends Weights, Placement {
  /** Without their numbers where these are loaded already. */
  readonly rows: Omit<Rows, "data"> & Partial<Rows>;
  readonly k: number;
  readonly init: Init;
  readonly algorithm: Algorithm;
  readonly restarts: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly timeLimit: number;
  readonly signal: AbortSignal | undefined;
  readonly onStep: ((step: Step) => void) | undefined;
  readonly onPhase: ((phase: Phase) => void) | undefined;
}

const NAMES = ["k", "init", "algorithm", "restarts", "maxIterations", "tolerance", "seed", "weights", "timeLimit", "signal", "onStep", "onPhase", "workers", "pool", "transfer"];

/** @throws LloydError every code that names points or options */
export function parse(points: Points | Dataset, options: KMeansOptions): Parsed {
  if (typeof options !== "object" || options === null) {
    throw new LloydError("bad-option", `options are ${show(options)}; expected an object with at least k`);
  }
  refuseUnknown(options);
  const dataset = points instanceof Dataset ? points : undefined;
  const rows = dataset?.rows ?? parsePoints(points as Points);
  const { signal, onStep, onPhase } = options;
  if (signal !== undefined && !(typeof signal === "object" && signal !== null && "aborted" in signal)) {
    throw new LloydError("bad-option", `signal is ${show(signal)}; expected an AbortSignal`);
  }
  for (const [name, call] of Object.entries({ onStep, onPhase })) {
    if (call !== undefined && typeof call !== "function") throw new LloydError("bad-option", `${name} is ${show(call)}; expected a function`);
  }
  const k = parseK(options.k, rows.count);
  return {
    rows,
    k,
    init: parseInit(options.init, dataset ? dataset.points : (points as Points), k, rows.columns),
    algorithm: parseAlgorithm(options.algorithm),
    restarts: integer("restarts", options.restarts, 1, 1, 1e6),
    maxIterations: integer("maxIterations", options.maxIterations, 300, 1, Number.MAX_SAFE_INTEGER),
    tolerance: atLeastZero("tolerance", options.tolerance, 1e-4),
    seed: integer("seed", options.seed, undefined, 0, Number.MAX_SAFE_INTEGER) ?? drawnSeed(),
    ...(dataset ? dataset.weightsFor(options) : parseWeights(options.weights, rows.count)),
    timeLimit: options.timeLimit === Infinity ? Infinity : atLeastZero("timeLimit", options.timeLimit, Infinity),
    signal,
    onStep,
    onPhase,
    ...parsePlacement(options, dataset),
  };
}

/** k rows of `columns` finite numbers as one array. */
export function parseCentroids(name: string, centroids: unknown, k: number, columns: number): Float64Array {
  if (!isNumbers(centroids) || centroids.length !== k) {
    throw new LloydError("bad-init", `${name} is ${show(centroids)}; expected ${k} rows, one per cluster`);
  }
  const flat = new Float64Array(k * columns);
  for (let j = 0; j < k; j++) {
    const row: unknown = centroids[j];
    if (!isNumbers(row) || row.length !== columns) {
      throw new LloydError("bad-init", `${name}: centroid ${j} is ${show(row)}; expected ${columns} numbers, one per column`);
    }
    for (let c = 0; c < columns; c++) {
      const value = row[c];
      if (!Number.isFinite(value)) {
        throw new LloydError("bad-init", `${name}: centroid ${j}, column ${c} is ${show(value)}; expected a finite number`);
      }
      flat[j * columns + c] = value;
    }
  }
  return flat;
}

/** @throws LloydError `unknown-option`, with the name that was probably meant */
export function refuseUnknown(options: object, names: readonly string[] = NAMES): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const synonym = names.includes(SYNONYMS[name]) ? SYNONYMS[name] : undefined;
    const hint = synonym ?? nearest(name, names);
    throw new LloydError("unknown-option", `unknown option ${show(name)}; ${hint ? `did you mean ${show(hint)}?` : `expected one of ${names.join(", ")}`}`);
  }
}

/** What other libraries call our options. */
const SYNONYMS: Record<string, string> = {
  n_clusters: "k",
  nClusters: "k",
  clusters: "k",
  K: "k",
  n_init: "restarts",
  nInit: "restarts",
  initialization: "init",
  max_iter: "maxIterations",
  maxIter: "maxIterations",
  iterations: "maxIterations",
  tol: "tolerance",
  random_state: "seed",
  randomState: "seed",
  sample_weight: "weights",
  sampleWeight: "weights",
  timeout: "timeLimit",
  abortSignal: "signal",
  onIteration: "onStep",
  onProgress: "onStep",
  progress: "onPhase",
  threads: "workers",
  n_jobs: "workers",
  concurrency: "workers",
};

function parseK(k: unknown, count: number): number {
  if (!Number.isInteger(k) || (k as number) < 1 || (k as number) > count) {
    const rows = count === 1 ? "the only row" : `the number of rows, ${count}`;
    throw new LloydError("bad-k", `k is ${show(k)}; expected an integer from 1 to ${rows}`);
  }
  return k as number;
}

function parseInit(init: unknown, points: Points | undefined, k: number, columns: number): Init {
  if (init === undefined) return { method: "auto" };
  if (typeof init === "function") {
    const make = init as InitFunction;
    if (!points) throw new LloydError("bad-init", "init is a function, but the points were passed with transfer: true and are no longer here for it");
    return { method: "function", make: (seed) => parseCentroids("the result of init", make(points, k, random(seed)), k, columns) };
  }
  if (typeof init === "string") {
    if ((METHODS as readonly string[]).includes(init)) return { method: init as InitMethod };
    throw new LloydError("bad-init", `init is ${show(init)}; expected one of ${METHODS.map(show).join(", ")}, ${k} centroids, or a function`);
  }
  return { method: "given", centroids: parseCentroids("init", init, k, columns) };
}

function parseAlgorithm(algorithm: unknown): Algorithm {
  if (algorithm === undefined) return "auto";
  if ((ALGORITHMS as readonly unknown[]).includes(algorithm)) return algorithm as Algorithm;
  throw new LloydError("bad-option", `algorithm is ${show(algorithm)}; expected one of ${ALGORITHMS.map(show).join(", ")}`);
}

/** @throws LloydError `bad-option` */
export function integer<T extends number | undefined>(name: string, value: unknown, fallback: T, least: number, most: number): number | T {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    const top = most === Number.MAX_SAFE_INTEGER ? "2^53 - 1" : most;
    throw new LloydError("bad-option", `${name} is ${show(value)}; expected an integer from ${least} to ${top}`);
  }
  return value as number;
}

function atLeastZero(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (!Number.isFinite(value) || (value as number) < 0) {
    throw new LloydError("bad-option", `${name} is ${show(value)}; expected a finite number of at least 0`);
  }
  return value as number;
}
