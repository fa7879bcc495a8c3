import type { Algorithm } from "../algorithm.js";
import type { Assigned } from "../questions.js";
import type { Step, Stopped } from "../model.js";
import { ask, pause, type Driver } from "./driver.js";
import { valueAt } from "./moments.js";

/** One turn of the loop: rows were assigned to `from`, whose clusters' means are `to`. */
export interface Move {
  /** From 1. */
  readonly made: number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** The clusters as rows found them, and after `fill`. */
  readonly found: Assigned;
  readonly assigned: Assigned;
}

/** What a kind of k-means decides for itself. */
export interface Rules<S = Step> {
  /** How rows find their centroids; it changes the time, never the answer. */
  readonly algorithm?: Algorithm;
  /** What becomes of clusters without rows; without it, each keeps its centroid. */
  fill?(centroids: Float64Array, found: Assigned): Driver<Assigned, S>;
  /** Told of each move; says why it was the last, or null. */
  moved(move: Move): Driver<Stopped | null, S>;
}

/**
 * The loop of k-means (Lloyd 1982), the only one there is.
 *
 *     repeat
 *       assign each row to its nearest centroid
 *       fill empty clusters
 *       move each centroid to the mean of its rows
 *     until the rules say why that was the last time
 *
 * @returns the last move
 */
export function* loop<S = Step>(k: number, start: Float64Array, rules: Rules<S>): Driver<Move & { readonly stopped: Stopped }, S> {
  let centroids = start;
  let previous: Float64Array | null = null;
  for (let made = 1; ; made++) {
    const found: Assigned = yield* ask({ ask: "assign", k, centroids, previous, algorithm: rules.algorithm });
    const assigned = rules.fill ? yield* rules.fill(centroids, found) : found;
    // With many centroids of many columns each of these takes milliseconds.
    yield* pause();
    const move: Move = { made, from: centroids, to: means(assigned, centroids, k), found, assigned };
    yield* pause();
    const stopped = yield* rules.moved(move);
    if (stopped) return { ...move, stopped };
    previous = centroids;
    centroids = move.to;
  }
}

/** The means of the clusters; one without weight keeps its centroid. */
export function means({ sums, weights }: Assigned, centroids: Float64Array, k: number): Float64Array {
  const size = centroids.length;
  const columns = size / k;
  const next = centroids.slice();
  for (let j = 0; j < k; j++) {
    const weight = valueAt(weights, j, k);
    if (weight <= 0) continue;
    for (let at = j * columns; at < (j + 1) * columns; at++) next[at] = valueAt(sums, at, size) / weight;
  }
  return next;
}
