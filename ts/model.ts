import { predict } from "./driver/predict.js";
import { inertiasOf, joined, type Solution } from "./driver/solve.js";
import { unframed } from "./driver/fit.js";
import { LloydError, show } from "./errors.js";
import { Inline } from "./executor/inline.js";
import { columnNames, parsePoints, type NumberArray, type Points } from "./points.js";
import { pumpSync } from "./pump.js";
import type { Finished, Frame } from "./questions.js";

/**
 * Why a fit ended.
 *
 * - `stable`: no centroid moved; no further iteration would change anything.
 * - `converged`: the centroids moved less than `tolerance`.
 * - `max-iterations`, `time-limit`: a budget ended; the fit so far is returned.
 */
export type Stopped = "stable" | "converged" | "max-iterations" | "time-limit";

/** What one iteration did. */
export interface Iteration {
  /** Σ w‖x - c‖² about the means after the iteration; it never rises. */
  readonly inertia: number;
  /** Distance that the centroid went which went farthest. */
  readonly shift: number;
  /** Rows that changed cluster; all of them in the first iteration. */
  readonly changed: number;
  readonly milliseconds: number;
}

/** An iteration as it is watched. */
export interface Step extends Iteration {
  /** From 1. */
  readonly iteration: number;
  /** From 0. */
  readonly restart: number;
  /** After the iteration: k rows of d. */
  readonly centroids: number[][];
}

/** What a restart reached. */
export interface RestartReport {
  readonly seed: number;
  readonly inertia: number;
  readonly iterations: number;
  readonly stopped: Stopped;
}

/** How the initial centroids were made. */
export interface InitReport {
  readonly method: "auto" | "k-means++" | "random" | "random-partition" | "farthest" | "given" | "function";
  /** The same in words. */
  readonly description: string;
  /** `"auto"`: rows that were searched, and swaps that were made. */
  readonly rows?: number;
  readonly swaps?: number;
}

/** Something a caller should know about a fit that succeeded. */
export interface Warning {
  readonly code: "empty-clusters";
  readonly message: string;
}

interface Fields {
  readonly centroids: number[][];
  readonly labels: Int32Array<ArrayBuffer>;
  readonly inertia: number;
  readonly distortion: number;
  readonly sizes: number[];
  readonly inertias: number[];
  readonly iterations: number;
  readonly stopped: Stopped;
  readonly history: readonly Iteration[];
  readonly restarts: readonly RestartReport[];
  readonly seed: number;
  readonly init: InitReport;
}

/** The rows' frame and the centroids in it, from which every prediction is made. */
interface Inner {
  readonly frame: Frame;
  readonly centroids: Float64Array;
}

const FORMAT = "lloyd/kmeans";
const VERSION = 1;

/** A fitted clustering: plain data, and what can be asked of new points. */
export class KMeansModel {
  /** k rows of d, in the points' units. */
  readonly centroids: number[][];
  /** One per row: the index of its nearest centroid, the lowest on ties. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Σ w‖x - c‖² over all rows, c the row's centroid. */
  readonly inertia: number;
  /** inertia / Σ w */
  readonly distortion: number;
  /** Rows of each cluster. */
  readonly sizes: number[];
  /** Inertia of each cluster. */
  readonly inertias: number[];
  /** Of the restart that was kept. */
  readonly iterations: number;
  readonly stopped: Stopped;
  /** Iterations of the restart that was kept. */
  readonly history: readonly Iteration[];
  /** What each restart reached. */
  readonly restarts: readonly RestartReport[];
  /** The seed given or drawn: with it and the same input the fit repeats bit for bit. */
  readonly seed: number;
  readonly init: InitReport;
  readonly #inner: Inner;

  /** Models come from {@link kmeans} and {@link KMeansModel.fromJSON}. @internal */
  constructor(fields: Fields, inner: Inner) {
    this.centroids = fields.centroids;
    this.labels = fields.labels;
    this.inertia = fields.inertia;
    this.distortion = fields.distortion;
    this.sizes = fields.sizes;
    this.inertias = fields.inertias;
    this.iterations = fields.iterations;
    this.stopped = fields.stopped;
    this.history = fields.history;
    this.restarts = fields.restarts;
    this.seed = fields.seed;
    this.init = fields.init;
    this.#inner = inner;
  }

  get k(): number {
    return this.centroids.length;
  }

  /** Columns that points must have. */
  get columns(): number {
    return this.#inner.frame.origin.length;
  }

  /** Whether the fit ended by itself, `stable` or `converged`, not by a budget. */
  get converged(): boolean {
    return this.stopped === "stable" || this.stopped === "converged";
  }

  /** What is unusual about the fit: empty where nothing is. */
  get warnings(): Warning[] {
    const empty = this.sizes.filter((size) => size === 0).length;
    if (empty === 0) return [];
    const found = this.k - empty;
    return [{ code: "empty-clusters", message: `${found} of ${this.k} clusters have rows: there are no more distinct points than that` }];
  }

  /**
   * The nearest centroid of each point, the lowest index on ties.
   *
   * @throws LloydError as for the points of a fit; `bad-points` where they have other columns
   */
  predict(points: Points): Int32Array<ArrayBuffer> {
    return this.#place(points).labels;
  }

  /** {@link predict} into an array of the caller's, which is returned. */
  predictInto<T extends NumberArray | number[]>(points: Points, labels: T): T {
    const found = this.predict(points);
    if (labels.length < found.length) {
      throw new LloydError("bad-option", `labels have room for ${labels.length}; expected at least ${found.length}, one per point`);
    }
    for (let i = 0; i < found.length; i++) labels[i] = found[i];
    return labels;
  }

  /** Distances of each point to every centroid: n rows of k, Euclidean, in the points' units. */
  transform(points: Points): Float64Array[] {
    const rows: Float64Array[] = [];
    const scale = 2 ** this.#inner.frame.exponent;
    this.#place(points, (executor, about) =>
      executor.distances(about, (squared) => {
        const distances = squared.map((s) => Math.sqrt(s) * scale);
        for (let at = 0; at < distances.length; at += this.k) rows.push(distances.subarray(at, at + this.k));
      }),
    );
    return rows;
  }

  /** -Σ‖x - c‖² of the points to their nearest centroids: higher is better, as in scikit-learn. */
  score(points: Points): number {
    return -this.#place(points).inertia;
  }

  /** All of the model as JSON; {@link KMeansModel.fromJSON} gives it back bit for bit. */
  toJSON(): object {
    const { frame, centroids } = this.#inner;
    return {
      format: FORMAT,
      version: VERSION,
      centroids: this.centroids,
      labels: Array.from(this.labels),
      inertia: this.inertia,
      distortion: this.distortion,
      sizes: this.sizes,
      inertias: this.inertias,
      iterations: this.iterations,
      stopped: this.stopped,
      history: this.history,
      restarts: this.restarts,
      seed: this.seed,
      init: this.init,
      frame: { origin: Array.from(frame.origin), exponent: frame.exponent, grid: Array.from(frame.grid), centroids: Array.from(centroids) },
    };
  }

  /**
   * A model from {@link toJSON}'s object or its text.
   *
   * @throws LloydError `bad-model`, naming what is missing or contradicts itself
   */
  static fromJSON(json: unknown): KMeansModel {
    return restore(typeof json === "string" ? parseText(json) : json);
  }

  #place(points: Points, also?: (executor: Inline, about: Float64Array) => void): { labels: Int32Array<ArrayBuffer>; inertia: number } {
    const rows = parsePoints(points);
    if (rows.columns !== this.columns) {
      throw new LloydError("bad-points", `points have ${rows.columns} columns; the model has ${this.columns}`);
    }
    const { frame, centroids } = this.#inner;
    const about = framed(frame, this.centroids);
    const executor = new Inline(rows);
    try {
      const found: Finished = pumpSync(predict(frame, this.k, centroids, about, columnNames(rows)), executor);
      also?.(executor, about);
      return { labels: joined(found, rows.count), inertia: inertiasOf(found, this.k, { frame }).inertia };
    } finally {
      executor.dispose();
    }
  }
}

function framed({ origin, exponent }: Frame, centroids: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(centroids.flatMap((row) => row.map((value, c) => (value - origin[c]) * 2 ** -exponent)));
}

/** @internal */
export function modelOf(solution: Solution, weightExponent: number, weightSum: number): KMeansModel {
  const { frame, centroids, refined, labels, counts, iterations, stopped, seed, init } = solution;
  const scale = 2 ** weightExponent;
  const inertia = solution.inertia * scale;
  return new KMeansModel(
    {
      centroids: unframed({ frame, columns: frame.origin.length }, refined),
      labels,
      inertia,
      distortion: inertia / weightSum,
      sizes: Array.from(counts),
      inertias: solution.inertias.map((v) => v * scale),
      iterations,
      stopped,
      history: solution.history.map((h) => ({ ...h, inertia: h.inertia * scale })),
      restarts: solution.restarts.map((r) => ({ ...r, inertia: r.inertia * scale })),
      seed,
      init,
    },
    { frame, centroids },
  );
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LloydError("bad-model", `not JSON: ${(cause as Error).message}`, { cause });
  }
}

function restore(json: unknown): KMeansModel {
  const model = object("the model", json);
  if (model.format !== FORMAT) throw damaged("format", model.format, show(FORMAT));
  if (model.version !== VERSION) throw damaged("version", model.version, `${VERSION}; a newer lloyd may have written it`);
  const framed = object("frame", model.frame);
  const origin = Float64Array.from(numbers("frame.origin", framed.origin));
  const columns = origin.length;
  if (columns === 0) throw damaged("frame.origin", framed.origin, "at least one column");
  const grid = Int32Array.from(numbers("frame.grid", framed.grid, columns, Number.isInteger));
  const exponent = number("frame.exponent", framed.exponent, Number.isInteger);
  const inner = Float64Array.from(numbers("frame.centroids", framed.centroids));
  const k = inner.length / columns;
  if (!Number.isInteger(k) || k < 1) throw damaged("frame.centroids", framed.centroids, `a multiple of ${columns} numbers`);
  const frame: Frame = { origin, exponent, grid, span: 0 };
  const centroids = list("centroids", model.centroids, k).map((row, j) => numbers(`centroids[${j}]`, row, columns));
  const again = unframed({ frame, columns }, inner);
  centroids.forEach((row, j) =>
    row.forEach((value, c) => {
      const apart = Math.abs(value - again[j][c]);
      if (!(apart <= 2 ** (exponent - 20))) throw damaged(`centroids[${j}][${c}]`, value, `about ${again[j][c]}, as frame.centroids say`);
    }),
  );
  const isLabel = (v: unknown) => Number.isInteger(v) && (v as number) >= 0 && (v as number) < k;
  const isCount = (v: unknown) => Number.isInteger(v) && (v as number) >= 0;
  const labels = Int32Array.from(numbers("labels", model.labels, undefined, isLabel));
  const sizes = numbers("sizes", model.sizes, k, isCount);
  const counted = new Array<number>(k).fill(0);
  labels.forEach((label) => (counted[label] += 1));
  counted.forEach((count, j) => {
    if (sizes[j] !== count) throw damaged(`sizes[${j}]`, sizes[j], `${count}, as labels say`);
  });
  return new KMeansModel(
    {
      centroids,
      labels,
      sizes,
      inertia: number("inertia", model.inertia),
      distortion: number("distortion", model.distortion),
      inertias: numbers("inertias", model.inertias, k),
      iterations: number("iterations", model.iterations, isCount),
      stopped: oneOf("stopped", model.stopped, ["stable", "converged", "max-iterations", "time-limit"]),
      history: list("history", model.history).map((item, i) => iterationFrom(`history[${i}]`, item)),
      restarts: list("restarts", model.restarts).map((item, i) => restartFrom(`restarts[${i}]`, item)),
      seed: number("seed", model.seed, isCount),
      init: initFrom(model.init),
    },
    { frame, centroids: inner },
  );
}

function iterationFrom(name: string, item: unknown): Iteration {
  const { inertia, shift, changed, milliseconds } = object(name, item);
  return {
    inertia: number(`${name}.inertia`, inertia),
    shift: number(`${name}.shift`, shift),
    changed: number(`${name}.changed`, changed),
    milliseconds: number(`${name}.milliseconds`, milliseconds),
  };
}

function restartFrom(name: string, item: unknown): RestartReport {
  const { seed, inertia, iterations, stopped } = object(name, item);
  return {
    seed: number(`${name}.seed`, seed),
    inertia: number(`${name}.inertia`, inertia),
    iterations: number(`${name}.iterations`, iterations),
    stopped: oneOf(`${name}.stopped`, stopped, ["stable", "converged", "max-iterations", "time-limit"]),
  };
}

function initFrom(item: unknown): InitReport {
  const { method, description, rows, swaps } = object("init", item);
  if (typeof description !== "string") throw damaged("init.description", description, "a string");
  const methods = ["auto", "k-means++", "random", "random-partition", "farthest", "given", "function"] as const;
  return {
    method: oneOf("init.method", method, methods),
    description,
    ...(rows === undefined ? {} : { rows: number("init.rows", rows) }),
    ...(swaps === undefined ? {} : { swaps: number("init.swaps", swaps) }),
  };
}

function damaged(name: string, value: unknown, expected: string): LloydError {
  return new LloydError("bad-model", `not a saved model, or a damaged one: ${name} is ${show(value)}; expected ${expected}`);
}

function object(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged(name, value, "an object");
  return value as Record<string, unknown>;
}

function number(name: string, value: unknown, holds: (value: unknown) => boolean = Number.isFinite): number {
  if (!holds(value)) throw damaged(name, value, "a number that fits");
  return value as number;
}

function list(name: string, value: unknown, length?: number): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw damaged(name, value, length === undefined ? "an array" : `an array of ${length}`);
  }
  return value;
}

function numbers(name: string, value: unknown, length?: number, holds?: (value: unknown) => boolean): number[] {
  return list(name, value, length).map((item, i) => number(`${name}[${i}]`, item, holds));
}

function oneOf<T extends string>(name: string, value: unknown, options: readonly T[]): T {
  if (!options.includes(value as T)) throw damaged(name, value, `one of ${options.join(", ")}`);
  return value as T;
}
