import { predict } from "./driver/predict.js";
import { joined } from "./driver/solve.js";
import { load, type Space } from "./driver/space.js";
import { LloydError, show } from "./errors.js";
import { framed, KMeansModel } from "./model.js";
import { parsePlacement, placeFor, put, taken, type Place, type Placement, type PlacementOptions } from "./placement.js";
import { columnNames, parsePoints, type Numbers, type Points, type Rows } from "./points.js";
import { pump } from "./pump.js";
import { sameFrame, type Finished } from "./questions.js";
import type { Executor } from "./executor/executor.js";
import { parseWeights, type Weights } from "./weights.js";

export interface DatasetOptions extends PlacementOptions {
  /** One weight per row, for all fits; as for `kmeans`. */
  weights?: Numbers;
  /** Aborting it rejects with its reason. */
  signal?: AbortSignal;
}

/** A number of clusters as may be asked for, to choose a place before it is known. */
const SOME = 32;
const NAMES = ["workers", "pool", "transfer", "weights", "signal"];

/**
 * Loads points once, for many fits: `kmeans(dataset, { k })` sends nothing again. The points must
 * not be written to until the data set is disposed of.
 *
 * @example
 * using dataset = await loadDataset(points, { pool });
 * for (const k of [4, 8, 16]) console.log(k, (await kmeans(dataset, { k })).inertia);
 *
 * @throws LloydError (as a rejection) as for the points and weights of a fit; `signal.reason` after an abort
 */
export async function loadDataset(points: Points, options: DatasetOptions = {}): Promise<Dataset> {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown) throw new LloydError("unknown-option", `unknown option ${show(unknown)}; expected one of ${NAMES.join(", ")}`);
  const { signal } = options;
  const parsed = parsePoints(points);
  const weights = parseWeights(options.weights, parsed.count);
  const placement = parsePlacement(options);
  signal?.throwIfAborted();
  const rows = taken(parsed, placement);
  const place = await placeFor(rows, placement, { k: SOME, restarts: 1 });
  const leave = await place.home?.enter(signal);
  let executor: Executor | undefined;
  try {
    executor = await put(rows, place, placement, weights.weights);
    const space = await pump(load(rows.count, rows.columns, weights.weights !== null, columnNames(rows)), executor, undefined, signal);
    const here = placement.transfer ? undefined : { points, rows };
    return new Dataset({ shape: { count: rows.count, columns: rows.columns, names: rows.names }, here, weights, place, executor, space });
  } catch (error) {
    executor?.dispose();
    throw error;
  } finally {
    leave?.();
  }
}

interface Loaded {
  readonly shape: Omit<Rows, "data">;
  /** What was given to load, and its numbers; none where they were given away. */
  readonly here: { readonly points: Points; readonly rows: Rows } | undefined;
  readonly weights: Weights;
  readonly place: Place;
  readonly executor: Executor;
  readonly space: Space;
}

/** Loaded rows; see {@link loadDataset}. Holds memory until it is disposed of, by `using` or `dispose()`. */
export class Dataset {
  /** @internal */
  readonly rows: Omit<Rows, "data">;
  readonly #loaded: Loaded;
  #disposed = false;

  /** @internal */
  constructor(loaded: Loaded) {
    this.rows = loaded.shape;
    this.#loaded = loaded;
  }

  /** n */
  get count(): number {
    return this.rows.count;
  }

  /** d */
  get columns(): number {
    return this.rows.columns;
  }

  /**
   * The nearest of a model's centroids to each row, the lowest index on ties.
   *
   * @throws LloydError (as a rejection) `bad-points` where the model has other columns
   */
  async predict(model: KMeansModel, { signal }: { signal?: AbortSignal } = {}): Promise<Int32Array<ArrayBuffer>> {
    const { here, space, place } = this.#loaded;
    const { frame, centroids } = KMeansModel.innerOf(model);
    const { k } = model;
    if (model.columns !== this.columns) throw new LloydError("bad-points", `the data set has ${this.columns} columns; the model has ${model.columns}`);
    const about = framed(frame, model.centroids);
    const leave = await this.enter(signal);
    try {
      if (sameFrame(frame, space.frame)) {
        const found = await this.executor.answer({ ask: "finish", k, centroids, about, labels: true }, signal ?? new AbortController().signal);
        return joined(found, this.count);
      }
      // The rows as another fit would load them.
      if (!here) throw new LloydError("bad-points", "the model was fitted to other points, for which rows are loaded anew; but these were passed with transfer: true");
      const executor = await put(here.rows, place, this.placement, null);
      try {
        const found: Finished = await pump(predict(frame, k, centroids, about, columnNames(here.rows)), executor, undefined, signal);
        return joined(found, this.count);
      } finally {
        executor.dispose();
      }
    } finally {
      leave?.();
    }
  }

  /** Frees the rows; may be repeated. Fits that still run fail with code `disposed`. */
  dispose(): void {
    if (!this.#disposed) this.#loaded.executor.dispose();
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** What was given to load, for functions that make initial centroids. @internal */
  get points(): Points | undefined {
    return this.#loaded.here?.points;
  }

  /** The rows' own numbers, for what is made of them on this thread. @internal */
  get numbers(): Rows | undefined {
    void this.executor;
    return this.#loaded.here?.rows;
  }

  /** Where others are held that belong to these rows. @internal */
  get placement(): Placement {
    const { count, home } = this.#loaded.place;
    return { workers: count, pool: home, transfer: false, dataset: this };
  }

  /** @internal */
  get executor(): Executor {
    if (this.#disposed) throw new LloydError("disposed", "this data set has been disposed of; load it again with loadDataset");
    return this.#loaded.executor;
  }

  /** Waits for a fit's turn in the pool. @internal */
  enter(signal?: AbortSignal): Promise<() => void> | undefined {
    void this.executor;
    return this.#loaded.place.home?.enter(signal);
  }

  /** @internal */
  weightsFor({ weights }: { weights?: unknown }): Weights {
    if (weights !== undefined) throw new LloydError("bad-option", "weights belong to loadDataset: those of a loaded data set are fixed");
    return this.#loaded.weights;
  }
}
