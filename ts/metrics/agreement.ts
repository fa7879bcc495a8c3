// Two labelings of the same rows, compared by the pairs of rows that they put together.

import { total } from "../driver/exact.js";
import { overlap, type Overlap } from "./contingency.js";
import type { Labels } from "./labels.js";

/** Unordered pairs of rows. */
export interface PairCounts {
  /** Together in both labelings. */
  readonly both: number;
  /** Together in the first only, in the second only. */
  readonly first: number;
  readonly second: number;
  /** Together in neither. */
  readonly neither: number;
}

/** How many pairs of rows each labeling puts together. @throws LloydError `bad-labels` */
export function pairCounts(first: Labels, second: Labels): PairCounts {
  const { both, one, two, all } = countsOf(overlap(first, second));
  return { both: Number(both), first: Number(one - both), second: Number(two - both), neither: Number(all - one - two + both) };
}

/**
 * The Rand index (Rand 1971): the part of the pairs of rows on which two labelings agree, together or
 * apart. 1 for a single row.
 *
 * @throws LloydError `bad-labels`
 */
export function rand(first: Labels, second: Labels): number {
  const { both, one, two, all } = countsOf(overlap(first, second));
  return all === 0n ? 1 : ratio(all - one - two + 2n * both, all);
}

/**
 * The Rand index adjusted for chance (Hubert & Arabie 1985): 1 for the same partition, 0 on average for
 * independent ones, negative below that.
 *
 * @throws LloydError `bad-labels`
 */
export function adjustedRand(first: Labels, second: Labels): number {
  return adjustedRandOf(overlap(first, second));
}

/** @internal */
export function adjustedRandOf(met: Overlap): number {
  const { both, one, two, all } = countsOf(met);
  if (both === one && both === two) return 1;
  // (both - one·two / all) / ((one + two) / 2 - one·two / all), in integers up to the division.
  return ratio(2n * (both * all - one * two), (one + two) * all - 2n * one * two);
}

/**
 * The geometric mean of precision and recall over pairs of rows (Fowlkes & Mallows 1983). 0 where no
 * pair is together in both.
 *
 * @throws LloydError `bad-labels`
 */
export function fowlkesMallows(first: Labels, second: Labels): number {
  const { both, one, two } = countsOf(overlap(first, second));
  return both === 0n ? 0 : Math.sqrt(ratio(both, one)) * Math.sqrt(ratio(both, two));
}

/**
 * The part of the rows that carry the commonest true label of their cluster. Not symmetric; it rises
 * with the number of clusters and is 1 where each row is one.
 *
 * @param truth the labels that count as right
 * @throws LloydError `bad-labels`
 */
export function purity(truth: Labels, found: Labels): number {
  const { b, pairs, count } = overlap(truth, found);
  const most = new Float64Array(b.length);
  for (const pair of pairs) most[pair.b] = Math.max(most[pair.b], pair.shared);
  return total(most) / count;
}

/** Pairs together in both, in the first, in the second, and all; beyond 2^53 too. */
function countsOf({ a, b, pairs, count }: Overlap): { both: bigint; one: bigint; two: bigint; all: bigint } {
  const choose = (n: number) => (BigInt(n) * BigInt(n - 1)) / 2n;
  const sum = (sizes: Iterable<number>) => {
    let all = 0n;
    for (const size of sizes) all += choose(size);
    return all;
  };
  return { both: sum(pairs.map(({ shared }) => shared)), one: sum(a), two: sum(b), all: choose(count) };
}

/** a / b of integers of any size, to f64's last bit or nearly. */
function ratio(a: bigint, b: bigint): number {
  return Number(a) / Number(b);
}
