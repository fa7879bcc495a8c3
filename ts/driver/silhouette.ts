import { readRow, squaredTo, type Clustering, type Steps } from "./clustering.js";
import { pause, type Driver } from "./driver.js";
import { nearestOf, type NearestOf } from "./mean-distance.js";
import { folded } from "./pairs.js";

/** Rows whose clusters are looked for between two questions. */
const STRETCH = 16_384;
/** Multiply-adds between two pauses. */
const PIECE = 2 ** 21;

/**
 * Silhouettes (Rousseeuw 1987) of the rows in `wanted`:
 *
 *     a = mean distance to the other rows of the own cluster
 *     b = the least mean distance to the rows of another cluster
 *     s = (b - a) / max(a, b);  0 for the only row of a cluster, and where a and b are 0
 *
 * Departure: only clusters that bounds on mean distances leave are asked about. Nothing is approximated.
 */
export function* silhouettes(clusters: Clustering, wanted: ArrayLike<number>, watch?: (done: number) => void): Driver<Float64Array> {
  const { labels, counts } = clusters;
  const values = new Float64Array(wanted.length);
  const nearest = yield* nearestOf(clusters, wanted.length);
  for (let from = 0; from < wanted.length; from += STRETCH) {
    const to = Math.min(wanted.length, from + STRETCH);
    const asks = yield* asksOf(clusters, nearest, wanted, from, to);
    const sums = yield* folded(clusters, "sum", asks);
    let at = 0;
    for (let i = from; i < to; i++) {
      const [row, own] = [wanted[i], labels[wanted[i]]];
      if (counts[own] === 1) continue;
      const a = sums[at++] / (counts[own] - 1);
      let b = Infinity;
      for (; at < sums.length && asks.rows[at] === row && asks.clusters[at] !== own; at++) b = Math.min(b, sums[at] / counts[asks.clusters[at]]);
      values[i] = b === a ? 0 : (b - a) / Math.max(a, b);
    }
    watch?.(to);
  }
  return values;
}

/** For each row that is not alone: its own cluster first, then those that can be nearest. */
function* asksOf({ labels, k, counts, rows }: Clustering, nearest: NearestOf, wanted: ArrayLike<number>, from: number, to: number): Steps<{ rows: number[]; clusters: number[] }> {
  const asks = { rows: [] as number[], clusters: [] as number[] };
  const pieces = Math.ceil(PIECE / (k * rows.columns * rows.columns));
  for (let i = from; i < to; i++) {
    if ((i - from) % pieces === pieces - 1) yield* pause();
    const row = wanted[i];
    if (counts[labels[row]] === 1) continue;
    const about = (cluster: number) => {
      asks.rows.push(row);
      asks.clusters.push(cluster);
    };
    about(labels[row]);
    nearest(row, Infinity, about);
  }
  return asks;
}

/** The same with a and b the distances to the own and to the nearest other mean: O(n·k·d). */
export function simplifiedSilhouettes(clusters: Clustering): Float64Array {
  const { labels, k, counts, squares, rows } = clusters;
  const y = new Float64Array(rows.columns);
  return squares.map((square, i) => {
    if (counts[labels[i]] === 1) return 0;
    readRow(clusters, i, y);
    let nearest = Infinity;
    for (let j = 0; j < k; j++) {
      if (j !== labels[i]) nearest = Math.min(nearest, squaredTo(y, clusters, j));
    }
    const [a, b] = [Math.sqrt(square), Math.sqrt(nearest)];
    return a === b ? 0 : (b - a) / Math.max(a, b);
  });
}
