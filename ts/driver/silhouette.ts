import { readRow, squaredTo, type Clustering, type Steps } from "./clustering.js";
import { pause, type Driver } from "./driver.js";
import { nearestOf, type NearestOf } from "./mean-distance.js";
import { folded, mutualSums } from "./pairs.js";

/** Rows whose clusters are looked for between two questions. */
const STRETCH = 16_384;
/** Rows at most by which is found out how most rows ask. */
const SAMPLE = 1024;
/** Multiply-adds between two pauses. */
const PIECE = 2 ** 21;

/**
 * Silhouettes (Rousseeuw 1987) of the rows in `wanted`, which ascend:
 *
 *     a = mean distance to the other rows of the own cluster
 *     b = the least mean distance to the rows of another cluster
 *     s = (b - a) / max(a, b);  0 for the only row of a cluster, and where a and b are 0
 *
 * Departures; nothing is approximated:
 * 1. Only clusters that bounds on mean distances leave are asked about.
 * 2. Where every row is wanted, sums within a cluster, and between two clusters most of whose rows ask about the other
 *    one, look at each pair once for both of its rows.
 *
 * @param watch told which part is done, from 0 to 1
 */
export function* silhouettes(clusters: Clustering, wanted: ArrayLike<number>, watch?: (part: number) => void): Driver<Float64Array> {
  const { labels, counts, k } = clusters;
  const every = wanted.length === labels.length;
  const nearest = yield* nearestOf(clusters, wanted.length);
  const { rounds, part } = every ? yield* roundsOf(clusters, nearest) : { rounds: [], part: 0 };
  /** Means, of those distances that have been looked at. */
  const a = new Float64Array(wanted.length).fill(Infinity);
  const b = a.slice();
  const together = new Set<number>();
  for (const [round, partners] of rounds.entries()) {
    const sums = yield* mutualSums(clusters, partners, (done) => watch?.((part * (round + done / labels.length)) / rounds.length));
    partners.forEach((partner, own) => partner >= 0 && together.add(own * k + partner));
    for (let i = 0; i < sums.length; i++) {
      const [own, partner] = [labels[i], partners[labels[i]]];
      if (partner === own) a[i] = sums[i] / (counts[own] - 1);
      else if (partner >= 0) b[i] = Math.min(b[i], sums[i] / counts[partner]);
    }
  }
  for (let from = 0; from < wanted.length; from += STRETCH) {
    const to = Math.min(wanted.length, from + STRETCH);
    const asks = { rows: [] as number[], clusters: [] as number[], at: [] as number[] };
    const pieces = rowsAtOnce(clusters);
    for (let i = from; i < to; i++) {
      if ((i - from) % pieces === pieces - 1) yield* pause();
      const row = wanted[i];
      const own = labels[row];
      if (counts[own] === 1) continue;
      const about = (cluster: number) => {
        if (together.has(own * k + cluster)) return;
        asks.rows.push(row);
        asks.clusters.push(cluster);
        asks.at.push(i);
      };
      about(own);
      nearest(row, b[i], about);
    }
    const sums = yield* folded(clusters, "sum", asks);
    sums.forEach((sum, at) => {
      const [i, cluster] = [asks.at[at], asks.clusters[at]];
      if (cluster === labels[asks.rows[at]]) a[i] = sum / (counts[cluster] - 1);
      else b[i] = Math.min(b[i], sum / counts[cluster]);
    });
    watch?.(part + (1 - part) * (to / wanted.length));
  }
  return a.map((own, i) => (counts[labels[wanted[i]]] === 1 || own === b[i] ? 0 : (b[i] - own) / Math.max(own, b[i])));
}

/** Rows whose nearest clusters are looked for between two pauses. */
function rowsAtOnce({ k, rows }: Clustering): number {
  return Math.ceil(PIECE / (k * rows.columns ** 2));
}

/**
 * Partners for mutual sums, round by round: first each cluster is its own; then those two by two of which more rows ask
 * than one of them has, by a sample of rows. `part`: which part of all pairs these rounds look at.
 */
function* roundsOf(clusters: Clustering, nearest: NearestOf): Steps<{ rounds: Int32Array[]; part: number }> {
  const { labels, k, counts } = clusters;
  const sampled = new Float64Array(k);
  const asked = new Map<number, number>();
  const step = Math.ceil(labels.length / SAMPLE);
  const pieces = rowsAtOnce(clusters);
  for (let i = 0, seen = 0; i < labels.length; i += step) {
    if (++seen % pieces === 0) yield* pause();
    sampled[labels[i]] += 1;
    nearest(i, Infinity, (cluster) => asked.set(labels[i] * k + cluster, (asked.get(labels[i] * k + cluster) ?? 0) + 1));
  }
  const rounds = [Int32Array.from(counts, (_, j) => j)];
  let [mutual, alone] = [counts.reduce((sum, count) => sum + (count * count) / 2, 0), 0];
  for (const [pair, times] of asked) {
    const [i, j] = [Math.floor(pair / k), pair % k];
    const back = asked.get(j * k + i) ?? 0;
    const all = counts[i] * counts[j];
    if (times / sampled[i] + back / Math.max(1, sampled[j]) <= 1) {
      alone += (times / sampled[i]) * all;
      continue;
    }
    // The pair is met again from the other side.
    if (i > j) continue;
    mutual += all;
    let round = rounds.find((partners, r) => r > 0 && partners[i] < 0 && partners[j] < 0);
    if (!round) rounds.push((round = new Int32Array(k).fill(-1)));
    [round[i], round[j]] = [j, i];
  }
  return { rounds, part: mutual / (mutual + alone) };
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
