/**
 * `lloyd/simple-statistics`: k-means as simple-statistics 7 has it, over this library's loop and kernels.
 *
 * From the same source of random numbers the answer is the same, bit for bit.
 *
 * @module lloyd/simple-statistics
 */
import { LloydError, plural, show } from "../errors.js";
import { rowsOf } from "../executor/finders.js";
import { integers } from "../executor/slab.js";
import type { Assigned } from "../questions.js";
import type { Driver } from "../driver/driver.js";
import { parseTable } from "./rows.js";
import { copied, finderFor, listed, squaresWithin, trajectory, type Turn } from "./trajectory.js";

export interface KMeansReturn {
  /** Index of the centroid of each point. */
  labels: number[];
  /** numCluster rows of d. */
  centroids: number[][];
}

/**
 * Clusters n points of d coordinates, from points drawn at random, until no centroid moves.
 *
 * @param points n rows of d numbers
 * @param numCluster from 1 to n
 * @param randomSource gives numbers in [0, 1), n of which are drawn; by default `Math.random`
 * @throws LloydError naming what is wrong, with a stable `code`: `bad-init`, in simple-statistics' words, where a
 *   centroid is left without points
 */
export function kMeansCluster(points: readonly number[][], numCluster: number, randomSource?: () => number): KMeansReturn {
  const table = parseTable(points, true);
  if (!Number.isInteger(numCluster) || numCluster < 1) throw new LloydError("bad-k", `numCluster is ${show(numCluster)}; expected an integer from 1 to the number of points, ${table.count}`);
  if (numCluster > table.count) throw new LloydError("bad-k", `Centroid ${table.count} has no friends: numCluster is ${numCluster}, for ${plural(table.count, "point")}`);
  const start = copied(table, sample(table.count, numCluster, randomSource || Math.random));
  let last: Turn | undefined;
  for (last of trajectory(table, numCluster, start, finderFor(table, numCluster, { by: "roots", ties: "first" }), { fill: friends, stops })) continue;
  const { labels, to } = last!;
  return { labels: listed(labels), centroids: rowsOf(to, numCluster) };
}

/** Some of n rows: the first of all in random order (Fisher & Yates). */
function sample(count: number, size: number, uniform: () => number): number[] {
  const rows = integers(count);
  for (let i = 0; i < count; i++) rows[i] = i;
  for (let left = count; left > 0; ) {
    const at = Math.floor(uniform() * left--);
    const row = rows[left];
    rows[left] = rows[at];
    rows[at] = row;
  }
  return listed(rows.subarray(0, size));
}

function* friends(_: Float64Array, found: Assigned): Driver<Assigned, Turn> {
  const alone = found.counts.indexOf(0);
  if (alone < 0) return found;
  throw new LloydError("bad-init", `Centroid ${alone} has no friends: no point is nearest to it, as happens with points drawn at random`);
}

function stops(_: number, from: Float64Array, to: Float64Array, k: number): "stable" | null {
  return squaresWithin(0, from, to, k) ? "stable" : null;
}
