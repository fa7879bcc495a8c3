import type { InitMethod } from "./driver/seed.js";
import { predict } from "./driver/predict.js";
import { inertiasOf, joined, type Solution } from "./driver/solve.js";
import { unframed } from "./driver/fit.js";
import { LloydError } from "./errors.js";
import type { ExecutorReport } from "./executor/executor.js";
import { Inline } from "./executor/inline.js";
import { columnNames, parsePoints, type NumberArray, type Points } from "./points.js";
import { pumpSync } from "./pump.js";
import type { Finished, Frame } from "./questions.js";
import { restored, saved } from "./saved.js";

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
  /**
   * Distances between rows and centroids that were looked at, and those that bounds spared of the
   * n·k there are (below 0 where they cost more than they spared). A cost, as `milliseconds` are: it
   * may differ between engines and numbers of workers.
   */
  readonly computed: number;
  readonly saved: number;
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

/** What a fit is doing. */
export interface Phase {
  /** In this order; all but `loading` again for each restart. */
  readonly phase: "loading" | "seeding" | "iterating" | "finishing";
  /** From 0. Restarts may run side by side. */
  readonly restart: number;
  /** Part of the phase that is over, from 0 to 1; 0 while it is not known. */
  readonly done: number;
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
  readonly method: InitMethod | "given" | "function";
  /** The same in words. */
  readonly description: string;
  /** `"auto"` and `"k-means||"`: rows that were searched, and swaps that were made. */
  readonly rows?: number;
  readonly swaps?: number;
}

/** Something a caller should know about a fit that succeeded. */
export interface Warning {
  readonly code: "empty-clusters";
  readonly message: string;
}

/** The data of a model. @internal */
export interface Fields {
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

/** The rows' frame and the centroids in it, from which every prediction is made. @internal */
export interface Inner {
  readonly frame: Frame;
  readonly centroids: Float64Array;
}

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
  /** Where the fit was computed; it has no part in the result, and is not saved. */
  readonly executor?: ExecutorReport;
  readonly #inner: Inner;

  /** Models come from {@link kmeans} and {@link KMeansModel.fromJSON}. @internal */
  constructor(fields: Fields, inner: Inner, executor?: ExecutorReport) {
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
    this.executor = executor;
    this.#inner = inner;
  }

  /** What predictions are made from. @internal */
  static innerOf(model: KMeansModel): Inner {
    return model.#inner;
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
    return saved(this, this.#inner);
  }

  /**
   * A model from {@link toJSON}'s object or its text.
   *
   * @throws LloydError `bad-model`, naming what is missing or contradicts itself
   */
  static fromJSON(json: unknown): KMeansModel {
    const { fields, inner } = restored(json);
    return new KMeansModel(fields, inner);
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

/** The caller's units to a frame's. @internal */
export function framed({ origin, exponent }: Frame, centroids: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(centroids.flatMap((row) => row.map((value, c) => (value - origin[c]) * 2 ** -exponent)));
}

/** @internal */
export function modelOf(solution: Solution, weightExponent: number, weightSum: number, executor: ExecutorReport): KMeansModel {
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
    executor,
  );
}
