import type { Pairs } from "../questions.js";
import { readRow, squaredTo, type Clustering } from "./clustering.js";
import { ask, type Driver } from "./driver.js";
import { exponentAbove } from "./frame.js";

/** Values of the rows that go out with one question: 4 MB. */
const BATCH = 2 ** 19;

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
    const next = new Uint32Array(k);
    for (let j = 1; j < k; j++) next[j] = next[j - 1] + counts[j - 1];
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
 * log2 of the unit of a row's distances to a cluster: none of them, by the triangle inequality, is 2^51
 * units or more, and their sum leaves no 62 bits. Of row and cluster alone, so that no order of rows matters.
 */
function unitFor(clusters: Clustering, y: Float64Array, j: number): number {
  const most = Math.sqrt(squaredTo(y, clusters, j)) + clusters.radii[j];
  const top = most > 0 ? exponentAbove(most * SLACK) : 0;
  return Math.max(top - 51, top + exponentAbove(clusters.counts[j]) - 62, LEAST);
}
