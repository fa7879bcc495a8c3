import type { Pairs } from "../questions.js";
import { readRow, type Clustering } from "./clustering.js";
import { ask, type Driver } from "./driver.js";
import { exponentAbove } from "./frame.js";

/** Values of the rows that go out with one question: 4 MB. */
const BATCH = 2 ** 19;

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
  const { columns, count } = rows;
  const answers = new Float64Array(asks.rows.length);
  const unit = unitFor(columns, count);
  const step = Math.max(1, Math.floor(BATCH / columns));
  for (let from = 0; from < answers.length; from += step) {
    const to = Math.min(answers.length, from + step);
    const counts = new Uint32Array(k);
    for (let i = from; i < to; i++) counts[asks.clusters[i]] += 1;
    const next = new Uint32Array(k);
    for (let j = 1; j < k; j++) next[j] = next[j - 1] + counts[j - 1];
    const places = new Uint32Array(to - from);
    const askers = new Float64Array((to - from) * columns);
    for (let i = from; i < to; i++) {
      const at = (places[i - from] = next[asks.clusters[i]]++);
      readRow(clusters, asks.rows[i], askers, at * columns);
    }
    const found = yield* ask({ ask: "pairs", fold, labels, k, exponent, askers, counts, unit });
    const asked = to - from;
    for (let i = from; i < to; i++) {
      const at = places[i - from];
      answers[i] = fold === "sum" ? (found[at + asked] + found[at]) * 2 ** unit : found[at];
    }
    watch?.(to);
  }
  return answers;
}

/**
 * log2 of the unit of sums: no distance, at most 2√d, is 2^51 units or more, and no sum of `count`
 * of them leaves 62 bits.
 */
function unitFor(columns: number, count: number): number {
  const top = 1 + Math.ceil(exponentAbove(columns) / 2);
  return Math.max(top - 51, top + exponentAbove(count) - 62);
}
