import { boundsOf, PIECE } from "./bounds.js";
import { meansApart, readRow, squaredTo, topOf, type Clustering } from "./clustering.js";
import { pause, type Driver, type Pause } from "./driver.js";
import { ExactSums } from "./exact.js";
import { exponentAbove } from "./frame.js";
import { folded } from "./pairs.js";

/**
 * How far apart two clusters S and T are (δ1 to δ6 of Bezdek & Pal 1998):
 *
 * - `single`: the least distance between a row of S and one of T; `complete`: the largest;
 *   `average`: the mean of all. Every pair of rows has to be looked at.
 * - `centroid`: between the means. `average-to-centroid`: the mean distance of the rows of each to
 *   the mean of the other. O(n·k).
 * - `hausdorff`: the largest distance from a row of either to the nearest row of the other.
 */
export const SEPARATIONS = ["single", "complete", "average", "centroid", "average-to-centroid", "hausdorff"] as const;
export type Separation = (typeof SEPARATIONS)[number];

/**
 * How wide a cluster is (Δ1 to Δ3 of Bezdek & Pal 1998): `maximum`, the largest distance between two of
 * its rows; `average`, the mean of these distances; `centroid`, twice the mean distance to its mean, O(n).
 */
export const DIAMETERS = ["maximum", "average", "centroid"] as const;
export type Diameter = (typeof DIAMETERS)[number];

/** Rows that ask between two looks at how far the answer has come. */
const BATCH = 4096;
/** What rounding may do to a bound, far above what it does; it can only cost work. */
const SLACK = 1e-9;

/** The least separation of two clusters, in the clustering's units. */
export function* separation(clusters: Clustering, kind: Separation): Driver<number> {
  switch (kind) {
    case "single":
      return Math.sqrt(yield* nearestPair(clusters));
    case "complete":
      return Math.sqrt(least(clusters, yield* betweenClusters(clusters, "most", false, Math.max)));
    case "average":
      return least(clusters, yield* betweenClusters(clusters, "sum", false), (a, b) => clusters.counts[a] * clusters.counts[b]);
    case "hausdorff":
      return Math.sqrt(least(clusters, yield* betweenClusters(clusters, "least", true, Math.max)));
    case "centroid":
      return least(clusters, meansApart(clusters));
    case "average-to-centroid":
      return least(clusters, yield* toOtherMeans(clusters), (a, b) => clusters.counts[a] + clusters.counts[b]);
  }
}

/** The width of each cluster, in the clustering's units. */
export function* diameters(clusters: Clustering, kind: Diameter): Driver<Float64Array> {
  const { rows, labels, k, counts, squares } = clusters;
  switch (kind) {
    case "maximum":
      return yield* widest(clusters, true);
    case "average": {
      const sums = yield* folded(clusters, "sum", { rows: labels.map((_, i) => i), clusters: labels });
      const all = new ExactSums(k, rows.count, sumTop(clusters));
      sums.forEach((sum, i) => all.add(labels[i], sum));
      return all.values().map((sum, j) => (counts[j] > 1 ? sum / (counts[j] * (counts[j] - 1)) : 0));
    }
    case "centroid": {
      const sums = new ExactSums(k, rows.count, topOf(rows.columns));
      squares.forEach((square, i) => sums.add(labels[i], Math.sqrt(square)));
      return sums.values().map((sum, j) => (2 * sum) / counts[j]);
    }
  }
}

/** The largest width of any cluster: less is asked than for each. */
export function* largestDiameter(clusters: Clustering, kind: Diameter): Driver<number> {
  const all = kind === "maximum" ? yield* widest(clusters, false) : yield* diameters(clusters, kind);
  return all.reduce((most, width) => Math.max(most, width), 0);
}

/**
 * The largest distance between two rows of each cluster.
 *
 *     D = from the row farthest from the mean to the row farthest from that one
 *     rows whose distance to the mean, and that of the farthest row, together are more than D ask
 *
 * By the triangle inequality no other row can be an end of a longer distance. `every`: D is of each
 * cluster; else of all, and smaller clusters stay unasked.
 */
function* widest(clusters: Clustering, every: boolean): Driver<Float64Array> {
  const { labels, k, squares, radii } = clusters;
  const farthest = new Int32Array(k).fill(-1);
  squares.forEach((square, i) => {
    const j = labels[i];
    if (farthest[j] < 0 || square > squares[farthest[j]]) farthest[j] = i;
  });
  const own = Int32Array.from(farthest, (_, j) => j);
  const found = (yield* folded(clusters, "most", { rows: farthest, clusters: own })).map(Math.sqrt);
  let largest = found.reduce((most, width) => Math.max(most, width), 0);
  for (let i = 0; i < labels.length; ) {
    const rows: number[] = [];
    for (; i < labels.length && rows.length < BATCH; i++) {
      const j = labels[i];
      if ((Math.sqrt(squares[i]) + radii[j]) * (1 + SLACK) > (every ? found[j] : largest)) rows.push(i);
    }
    const asked = rows.map((row) => labels[row]);
    const squared = yield* folded(clusters, "most", { rows, clusters: asked });
    squared.forEach((square, at) => {
      const width = Math.sqrt(square);
      found[asked[at]] = Math.max(found[asked[at]], width);
      largest = Math.max(largest, width);
    });
  }
  return found;
}

/**
 * The least squared distance between rows of different clusters.
 *
 *     for each row x and cluster B above its own A: p = how far x lies, along the line from the mean of A
 *       to that of B, before the first row of B;  q = its distance to the mean of B less B's radius
 *     only rows with max(p, q) below the least distance found so far ask B
 *
 * Projections and the triangle inequality: nothing nearer can be missed.
 */
function* nearestPair(clusters: Clustering): Driver<number> {
  const { labels, k, rows } = clusters;
  const bounds = yield* boundsOf(clusters);
  const pieces = Math.ceil(PIECE / (k * rows.columns));
  let best = Infinity;
  // The most promising row of each pair of clusters first: after them few others are left.
  const first = new Map<number, { row: number; bound: number }>();
  for (let i = 0; i < rows.count; i++) {
    if (i % pieces === pieces - 1) yield* pause();
    bounds(i, (j, bound) => {
      const pair = labels[i] * k + j;
      if (bound < (first.get(pair)?.bound ?? Infinity)) first.set(pair, { row: i, bound });
    });
  }
  const promising = [...first].map(([pair, { row, bound }]) => ({ row, bound, cluster: pair % k })).sort((a, b) => a.bound - b.bound);
  const asked = { rows: promising.map(({ row }) => row), clusters: promising.map(({ cluster }) => cluster) };
  for (const square of yield* folded(clusters, "least", asked)) best = Math.min(best, square);
  for (let i = 0; i < rows.count; ) {
    const asks = { rows: [] as number[], clusters: [] as number[] };
    const near = Math.sqrt(best) * (1 + SLACK);
    for (; i < rows.count && asks.rows.length < BATCH; i++) {
      if (i % pieces === pieces - 1) yield* pause();
      bounds(i, (j, bound) => {
        if (bound >= near) return;
        asks.rows.push(i);
        asks.clusters.push(j);
      });
    }
    for (const square of yield* folded(clusters, "least", asks)) best = Math.min(best, square);
  }
  return best;
}

/**
 * For each pair of clusters, what `merge` makes (or else the sum) of the answers of the one's rows about the
 * other: k × k, the upper triangle; `both`: of the rows of either.
 */
function* betweenClusters(clusters: Clustering, fold: "sum" | "least" | "most", both: boolean, merge?: (a: number, b: number) => number): Driver<Float64Array> {
  const { labels, k, rows } = clusters;
  const found = new Float64Array(k * k);
  const sums = new ExactSums(k * k, rows.count, sumTop(clusters));
  const rank = ranksOf(clusters);
  for (let i = 0; i < rows.count; ) {
    const asks = { rows: [] as number[], clusters: [] as number[] };
    for (; i < rows.count && asks.rows.length < BATCH; i++) {
      for (let j = 0; j < k; j++) {
        if (j === labels[i] || (!both && rank[j] < rank[labels[i]])) continue;
        asks.rows.push(i);
        asks.clusters.push(j);
      }
    }
    const answers = yield* folded(clusters, fold, asks);
    answers.forEach((answer, at) => {
      const [a, b] = [labels[asks.rows[at]], asks.clusters[at]];
      const pair = Math.min(a, b) * k + Math.max(a, b);
      if (merge) found[pair] = merge(found[pair], answer);
      else sums.add(pair, answer);
    });
  }
  return merge ? found : sums.values();
}

/** The clusters in an order that does not depend on their labels: who asks whom shows in the last bit of sums. */
function ranksOf({ k, counts, inertias, means }: Clustering): Float64Array {
  const columns = means.length / k;
  const keys = Array.from(counts, (count, j) => [count, inertias[j], ...means.subarray(j * columns, (j + 1) * columns)]);
  const order = keys.map((_, j) => j).sort((a, b) => keys[a].map((v, i) => v - keys[b][i]).find((apart) => apart !== 0) ?? 0);
  const rank = new Float64Array(k);
  order.forEach((j, at) => (rank[j] = at));
  return rank;
}

/** Σ of the distances of each cluster's rows to the mean of another, of both ways together. */
function* toOtherMeans(clusters: Clustering): Generator<Pause, Float64Array, unknown> {
  const { labels, k, rows } = clusters;
  const sums = new ExactSums(k * k, rows.count, topOf(rows.columns));
  const y = new Float64Array(rows.columns);
  const pieces = Math.ceil(PIECE / (k * rows.columns));
  for (let i = 0; i < rows.count; i++) {
    if (i % pieces === pieces - 1) yield* pause();
    readRow(clusters, i, y);
    const a = labels[i];
    for (let b = 0; b < k; b++) {
      if (b !== a) sums.add(Math.min(a, b) * k + Math.max(a, b), Math.sqrt(squaredTo(y, clusters, b)));
    }
  }
  return sums.values();
}

/** The least of the upper triangle, each divided by what belongs to the pair. */
function least({ k }: Clustering, values: Float64Array, by: (a: number, b: number) => number = () => 1): number {
  let found = Infinity;
  for (let a = 0; a < k; a++) for (let b = a + 1; b < k; b++) found = Math.min(found, values[a * k + b] / by(a, b));
  return found;
}

/** An exponent above every sum of a row's distances. */
function sumTop({ rows }: Clustering): number {
  return topOf(rows.columns) + exponentAbove(rows.count);
}
