import { XSadd } from "ml-xsadd";
import { LloydError, show } from "../../errors.js";
import { floats, integers } from "../../executor/slab.js";
import { draws, type Uniform } from "../draws.js";
import type { Table } from "../trajectory.js";
import type { DistanceFunction } from "./result.js";

/** Squares up to this may have lost their digits. */
const TINY = 1e-300;

/** The generator that a seed stands for: XSadd; `Math.random` without a seed. */
export function uniformFrom(seed: unknown): Uniform {
  if (seed === undefined) return Math.random;
  if (typeof seed === "function") return seed as Uniform;
  if (typeof seed !== "number" || !Number.isInteger(seed)) throw new TypeError(`seed must be an integer; it is ${show(seed)}`);
  return new XSadd(seed).random;
}

/** K rows at random, each at most once. */
export function random({ count }: Table, K: number, uniform: Uniform): number[] {
  const left = integers(count);
  for (let i = 0; i < count; i++) left[i] = i;
  const chosen: number[] = [];
  for (let size = count; chosen.length < K; size--) {
    const at = Math.floor(uniform() * size);
    chosen.push(left[at]);
    left.copyWithin(at, at + 1, size);
  }
  return chosen;
}

/**
 * Each next row the one farthest from those before, from a row at random (Gonzalez 1985).
 * O(n·K) distances where ml-kmeans keeps all n².
 *
 * @param distance of rows i ≤ j
 */
export function mostDistant({ count }: Table, K: number, uniform: Uniform, distance: (i: number, j: number) => number): number[] {
  const chosen = [Math.floor(uniform() * count)];
  const nearest = floats(count).fill(Number.MAX_VALUE);
  while (chosen.length < K) {
    const last = chosen[chosen.length - 1];
    let [farthest, most] = [-1, -1];
    for (let i = 0; i < count; i++) {
      const far = distance(Math.min(i, last), Math.max(i, last));
      if (far < nearest[i]) nearest[i] = far;
      // The second row may be the first again, where all rows are equal; later ones are new.
      const free = chosen.length === 1 || !chosen.includes(i);
      if (free && nearest[i] !== Number.MAX_VALUE && nearest[i] > most) [farthest, most] = [i, nearest[i]];
    }
    if (farthest < 0) throw new LloydError("out-of-range", `no row is most distant from row ${last}: all distances are NaN, or too large for a number`);
    chosen.push(farthest);
  }
  return chosen;
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007): of 2 + ⌊ln K⌋ rows drawn in proportion to D², the one
 * that lowers Σ D² most. The same sums in the same order as ml-kmeans, so the same draws.
 *
 *     D²(x) = squared distance of x to the nearest chosen row
 *     repeat K - 1 times
 *       draw candidates by D²; for each, Σ min(D²(x), ‖x - candidate‖²); choose the least
 *
 * Departures:
 * 1. A candidate at least twice as far from x's chosen row as x is cannot be nearer to x (triangle
 *    inequality, with room for rounding): D²(x) stays, unmeasured.
 */
export function plusPlus({ data, count, columns }: Table, K: number, uniform: Uniform): number[] {
  const trials = 2 + Math.floor(Math.log(K));
  const squared = (a: number, b: number) => {
    let sum = 0;
    for (let at = a * columns, to = b * columns, end = at + columns; at < end; at++, to++) {
      const t = data[at] - data[to];
      sum += t * t;
    }
    return sum;
  };
  const chosen = [Math.floor(uniform() * count)];
  let near = floats(count);
  for (let i = 0; i < count; i++) near[i] = squared(i, chosen[0]);
  const apart = floats(K);
  const owner = integers(count);
  const cumulated = floats(count);
  const [tried, best] = [floats(count), floats(count)].map((of) => ({ of }));
  while (chosen.length < K) {
    const candidates = draws(near, cumulated, trials, uniform);
    let [winner, least] = [candidates[0], Infinity];
    for (const candidate of candidates) {
      for (let j = 0; j < chosen.length; j++) apart[j] = squared(candidate, chosen[j]) / (4 + 1e-9) - TINY;
      let potential = 0;
      const to = tried.of;
      for (let i = 0; i < count; i++) {
        const known = near[i];
        if (known > apart[owner[i]]) {
          const far = squared(candidate, i);
          to[i] = far < known ? far : known;
        } else {
          to[i] = known;
        }
        potential += to[i];
      }
      if (potential < least) {
        [winner, least] = [candidate, potential];
        [tried.of, best.of] = [best.of, tried.of];
      }
    }
    if (least === Infinity) best.of.set(near);
    for (let i = 0; i < count; i++) if (best.of[i] < near[i]) owner[i] = chosen.length;
    chosen.push(winner);
    [near, best.of] = [best.of, near];
  }
  return chosen;
}

/** {@link mostDistant}'s distance by a function of two rows. */
export function between(rows: readonly number[][], distance: DistanceFunction): (i: number, j: number) => number {
  return (i, j) => distance(rows[i], rows[j]);
}
