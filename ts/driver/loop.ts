import type { Algorithm } from "../algorithm.js";
import type { Assigned } from "../questions.js";
import type { Step, Stopped } from "../model.js";
import { pause, type Driver } from "./driver.js";
import { valueAt } from "./moments.js";

/** Numbers from which on each piece of the loop's own arithmetic takes about a millisecond. */
const LARGE = 2 ** 16;

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
  /** Memory for the next centroids, where the rules' owner has some to give. */
  room?(length: number): Float64Array<ArrayBuffer>;
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
  const large = start.length > LARGE;
  let centroids = start;
  let previous: Float64Array | null = null;
  for (let made = 1; ; made++) {
    const found = (yield { ask: "assign", k, centroids, previous, algorithm: rules.algorithm }) as Assigned;
    const assigned = rules.fill ? yield* rules.fill(centroids, found) : found;
    if (large) yield* pause();
    const to = means(assigned, centroids, k, rules.room?.(start.length));
    if (large) yield* pause();
    const stopped = yield* rules.moved({ made, from: centroids, to, found, assigned });
    if (stopped) return { made, from: centroids, to, found, assigned, stopped };
    previous = centroids;
    centroids = to;
  }
}

/** The means of the clusters; one without weight keeps its centroid. */
export function means({ sums, weights }: Assigned, centroids: Float64Array, k: number, next = new Float64Array(centroids.length)): Float64Array {
  const size = centroids.length;
  const columns = size / k;
  for (let j = 0; j < k; j++) {
    const weight = valueAt(weights, j, k);
    for (let at = j * columns; at < (j + 1) * columns; at++) next[at] = weight > 0 ? valueAt(sums, at, size) / weight : centroids[at];
  }
  return next;
}
