import type { Pairs } from "../questions.js";
import { readRow, squaredTo, type Clustering } from "./clustering.js";
import { ask, pause, type Driver } from "./driver.js";
import { exponentAbove } from "./frame.js";

/** Values of the rows that go out with one question: 4 MB. */
const BATCH = 2 ** 19;
/** Distances that a question about mutual sums takes: about a second, so that one hears how it goes. */
const PAIRS = 2 ** 28;
/** Rows that ask at least, as each reply is about all rows. */
const LEAST_ASKING = 1024;

/** What rounding may add to a bound. */
const SLACK = 1 + 2 ** -20;
/** Units below this would leave f64. */
const LEAST = -960;

/** Which rows ask about which clusters. */
export interface Asks {
  readonly rows: ArrayLike<number>;
  readonly clusters: ArrayLike<number>;
}

/**
 * The distances of rows to whole clusters, in the order of `asks`: Σ of them, or their least or
 * largest square; in the clustering's units.
 *
 * @param watch told how many asks have been answered
 */
export function* folded(clusters: Clustering, fold: Pairs["fold"], asks: Asks, watch?: (done: number) => void): Driver<Float64Array> {
  const { rows, labels, k, exponent } = clusters;
  const { columns } = rows;
  const answers = new Float64Array(asks.rows.length);
  const sums = fold === "sum";
  const step = Math.max(1, Math.floor(BATCH / columns));
  for (let from = 0; from < answers.length; from += step) {
    const to = Math.min(answers.length, from + step);
    const counts = new Uint32Array(k);
    for (let i = from; i < to; i++) counts[asks.clusters[i]] += 1;
    const next = startsOf(counts);
    const places = new Uint32Array(to - from);
    const askers = new Float64Array((to - from) * columns);
    const units = new Int32Array(sums ? to - from : 0);
    for (let i = from; i < to; i++) {
      const at = (places[i - from] = next[asks.clusters[i]]++);
      readRow(clusters, asks.rows[i], askers, at * columns);
      if (sums) units[at] = unitFor(clusters, askers.subarray(at * columns, (at + 1) * columns), asks.clusters[i]);
    }
    const found = yield* ask({ ask: "pairs", fold, labels, k, exponent, askers, counts, units });
    const asked = to - from;
    for (let i = from; i < to; i++) {
      const at = places[i - from];
      answers[i] = sums ? (found[at + asked] + found[at]) * 2 ** units[at] : found[at];
    }
    watch?.(to);
  }
  return answers;
}

/**
 * Of every row the sum of its distances to the cluster that is its own cluster's partner, each pair of rows looked at
 * once; 0 where that has none.
 *
 * @param partners of each cluster itself, or another one whose partner it is; -1: none
 * @param watch told how many rows have asked
 */
export function* mutualSums(clusters: Clustering, partners: Int32Array, watch?: (done: number) => void): Driver<Float64Array> {
  const { rows, labels, k, exponent } = clusters;
  const { columns, count } = rows;
  const heldUnits = new Int32Array(count);
  const y = new Float64Array(columns);
  for (let i = 0; i < count; i++) {
    if (i % 4096 === 4095) yield* pause();
    if (partners[labels[i]] < 0) continue;
    readRow(clusters, i, y);
    heldUnits[i] = unitFor(clusters, y, partners[labels[i]]);
  }
  const step = Math.max(1, Math.min(Math.floor(BATCH / columns), Math.max(LEAST_ASKING, Math.ceil((PAIRS * k) / count))));
  const [high, low] = [new Float64Array(count), new Float64Array(count)];
  const met = new Int32Array(k);
  for (let from = 0; from < count; from += step) {
    const to = Math.min(count, from + step);
    const counts = new Uint32Array(k);
    for (let i = from; i < to; i++) if (partners[labels[i]] >= 0) counts[partners[labels[i]]] += 1;
    const next = startsOf(counts);
    const asked = counts.reduce((a, b) => a + b, 0);
    const askers = new Float64Array(asked * columns);
    const [asking, units, ranks] = [new Int32Array(asked), new Int32Array(asked), new Int32Array(asked)];
    for (let i = from; i < to; i++) {
      const partner = partners[labels[i]];
      if (partner < 0) continue;
      const at = next[partner]++;
      readRow(clusters, i, askers, at * columns);
      asking[at] = i;
      units[at] = heldUnits[i];
      ranks[at] = met[labels[i]]++;
    }
    const found = yield* ask({ ask: "pairs", fold: "sum", labels, k, exponent, askers, counts, units, mutual: { partners, ranks, heldUnits } });
    const plane = asked + count;
    for (let at = 0; at < asked; at++) {
      high[asking[at]] += found[at];
      low[asking[at]] += found[plane + at];
    }
    for (let i = 0; i < count; i++) {
      high[i] += found[asked + i];
      low[i] += found[plane + asked + i];
    }
    watch?.(to);
  }
  return high.map((sum, i) => (low[i] + sum) * 2 ** heldUnits[i]);
}

/** Where the askers about each cluster begin. */
function startsOf(counts: Uint32Array): Uint32Array {
  const starts = new Uint32Array(counts.length);
  for (let j = 1; j < counts.length; j++) starts[j] = starts[j - 1] + counts[j - 1];
  return starts;
}

/**
 * log2 of the unit of a row's distances to a cluster: none of them, by the triangle inequality, is 2^51
 * units or more, and their sum leaves no 62 bits. Of row and cluster alone, so that no order of rows matters.
 */
function unitFor(clusters: Clustering, y: Float64Array, j: number): number {
  const most = Math.sqrt(squaredTo(y, clusters, j)) + clusters.radii[j];
  const top = most > 0 ? exponentAbove(most * SLACK) : 0;
  return Math.max(top - 51, top + exponentAbove(clusters.counts[j]) - 62, LEAST);
}
