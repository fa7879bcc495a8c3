import { Dataset } from "../dataset.js";
import { clusteringOf, scaling, type Clustering, type Steps } from "../driver/clustering.js";
import type { Driver } from "../driver/driver.js";
import { LloydError, show } from "../errors.js";
import { Inline } from "../executor/inline.js";
import { refuseUnknown } from "../options.js";
import { parsePlacement, placeFor, put, type PlacementOptions } from "../placement.js";
import { parsePoints, type Points, type Rows } from "../points.js";
import { pump, pumpSync } from "../pump.js";
import { parseLabels, type Labels } from "./labels.js";

/** The labels of rows: a label each, or what has such labels, like a model. */
export type Labeled = Labels | { readonly labels: Labels };

/** Options of what may take long; `workers` and `pool` are as for `kmeans`. */
export interface JudgeOptions extends Pick<PlacementOptions, "workers" | "pool"> {
  /** Aborting it rejects with its reason. */
  signal?: AbortSignal;
  /** Called as work goes on, with the part of the rows that is done, 0 to 1. */
  onProgress?: (part: number) => void;
}

/** Points and labels, parsed. */
export interface Judged {
  readonly rows: Rows;
  /** Where the rows are loaded already. */
  readonly dataset: Dataset | undefined;
  /** Of each row, from 0 to k - 1. */
  readonly codes: Int32Array;
  readonly k: number;
  /** The caller's label of each cluster, ascending. */
  readonly names: readonly (number | string)[];
}

/** @throws LloydError for points as `kmeans` does; `bad-points` where a data set lacks what judging needs; `bad-labels` */
export function judged(points: Points | Dataset, labels: Labeled): Judged {
  const dataset = points instanceof Dataset ? points : undefined;
  const rows = rowsToJudge(points, "indices of clusters");
  const given = typeof labels === "object" && labels !== null && "labels" in labels ? labels.labels : (labels as Labels);
  const { codes, names } = parseLabels(given, rows.count);
  return { rows, dataset, codes, k: names.length, names };
}

/**
 * Rows whose own numbers are on this thread, each of which counts as one.
 *
 * @throws LloydError for points as `kmeans` does; `bad-points` where a data set has other ones; `disposed`
 */
export function rowsToJudge(points: Points | Dataset, what: string): Rows {
  if (!(points instanceof Dataset)) return parsePoints(points);
  const { numbers } = points;
  if (!numbers) throw new LloydError("bad-points", `the points were passed to loadDataset with transfer: true and are no longer here; ${what} need them, so load them without it`);
  if (points.weightsFor({}).weights) throw new LloydError("bad-points", `the points were loaded with weights, but ${what} count all rows alike; load them without weights`);
  return numbers;
}

/** The clusters, in pieces. @throws LloydError `not-finite`, `out-of-range` */
export function* clustersOf({ rows, codes, k }: Judged): Steps<Clustering> {
  return yield* clusteringOf(yield* scaling(rows), codes, k);
}

/** @throws LloydError `bad-option`, `unknown-option` */
export function checkOptions(options: JudgeOptions, ...names: string[]): void {
  if (typeof options !== "object" || options === null) throw new LloydError("bad-option", `options are ${show(options)}; expected an object`);
  refuseUnknown(options, ["workers", "pool", "signal", "onProgress", ...names]);
  parsePlacement(options);
  const { onProgress, signal } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") throw new LloydError("bad-option", `onProgress is ${show(onProgress)}; expected a function`);
  if (signal !== undefined && !(typeof signal === "object" && signal !== null && "aborted" in signal)) {
    throw new LloydError("bad-option", `signal is ${show(signal)}; expected an AbortSignal`);
  }
}

/** What a driver finds about these rows, by workers where the work is large. */
export async function answered<T>(driver: Driver<T>, { rows, dataset, k }: Judged, options: JudgeOptions): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const placement = parsePlacement(options, dataset);
  // As much as one pass over the rows by so many centroids.
  const place = await placeFor(rows, dataset?.placement ?? placement, { k: Math.max(1, Math.ceil((2 * rows.count) / k)), restarts: 1 });
  const leave = await place.home?.enter(signal);
  try {
    const executor = await put(rows, place, placement, null);
    try {
      return await pump(driver, executor, undefined, signal);
    } finally {
      executor.dispose();
    }
  } finally {
    leave?.();
  }
}

/** The same at once, on this thread. */
export function answeredSync<T>(driver: Driver<T>, { rows }: Judged, { signal }: JudgeOptions): T {
  signal?.throwIfAborted();
  const executor = new Inline(rows);
  try {
    return pumpSync(driver, executor, undefined, signal);
  } finally {
    executor.dispose();
  }
}
