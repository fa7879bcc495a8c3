import type { Algorithm } from "../algorithm.js";
import type { Assigned } from "../questions.js";
import type { Iteration, Step, Stopped } from "../model.js";
import { ask, cost, pause, type Driver } from "./driver.js";
import { loop, means } from "./loop.js";
import { inertiaFromMoments, valueAt } from "./moments.js";
import type { Space } from "./space.js";

export interface Budget {
  readonly maxIterations: number;
  readonly tolerance: number;
  /** Milliseconds on `clock` after which no iteration begins. */
  readonly deadline: number;
  readonly clock: () => number;
  readonly algorithm: Algorithm;
}

export interface Fit {
  /** k × d, in the frame's units; the last question asked about the rows was `assign` by these. */
  readonly centroids: Float64Array;
  /** The same as means of the caller's own 64-bit numbers: what is reported. */
  readonly refined: Float64Array;
  readonly iterations: number;
  readonly stopped: Stopped;
  readonly history: readonly Iteration[];
}

/**
 * The k-means of this library: the loop, where an empty cluster takes the row farthest from its
 * centroid, until no centroid moves (stable), they move little (converged), or a budget ends.
 *
 * Where it ends before it is stable, rows are assigned once more, so that labels always belong to
 * the centroids returned.
 */
export function* fit(space: Space, k: number, start: Float64Array, budget: Budget, restart: number): Driver<Fit> {
  const { maxIterations, tolerance, deadline, clock, algorithm } = budget;
  const history: Iteration[] = [];
  let least = 0;
  let looked = 0;
  let [began, before] = [clock(), yield* cost()];
  const end = yield* loop(k, start, {
    algorithm,
    *fill(centroids, found) {
      looked = (yield* cost()) - before;
      return yield* repaired(space, k, centroids, found);
    },
    *moved({ made, from, to, found, assigned }) {
      if (made === 1) least = tolerance * meanVariance(space, found, k);
      const { total, largest } = shifts(from, to, k);
      yield* pause();
      const iteration: Iteration = {
        inertia: scaled(space, lowered(inertiaFromMoments(space.squares, assigned, k), space, history)),
        shift: Math.sqrt(largest) * 2 ** space.frame.exponent,
        changed: assigned.changed,
        computed: looked,
        saved: space.count * k - looked,
        milliseconds: clock() - began,
      };
      history.push(iteration);
      yield* pause();
      yield { ask: "progress", step: (): Step => ({ ...iteration, iteration: made, restart, centroids: unframed(space, to) }) };
      [began, before] = [clock(), yield* cost()];
      if (total === 0) return "stable";
      if (total <= least) return "converged";
      if (made >= maxIterations) return "max-iterations";
      return began >= deadline ? "time-limit" : null;
    },
  });
  const { from, to: centroids, found, assigned, stopped, made: iterations } = end;
  const sums = assigned === found ? yield* ask({ ask: "refine", k, centroids: from }) : null;
  const refined = sums ? means({ ...assigned, sums }, centroids, k) : centroids;
  if (stopped === "stable") return { centroids, refined, iterations, stopped, history };
  const last = yield* settled(k, centroids, from);
  return { centroids: last, refined: refined.map((value, at) => (last[at] === centroids[at] ? value : last[at])), iterations, stopped, history };
}

/** Frame units to the caller's, as k rows. */
export function unframed({ frame: { origin, exponent }, columns }: Pick<Space, "frame" | "columns">, centroids: Float64Array): number[][] {
  const scale = 2 ** exponent;
  return Array.from({ length: centroids.length / columns }, (_, j) =>
    Array.from(origin, (o, c) => o + centroids[j * columns + c] * scale),
  );
}

function scaled({ frame }: Space, inertia: number): number {
  return inertia * 2 ** (2 * frame.exponent);
}

/**
 * Keeps rounding from showing as a rise: a centroid rounded to f64 can place a row on the wrong side
 * of a boundary, which costs at most about 2^-52·√(J·Q), Q the rows' Σ w‖y‖²; J itself is rounded to about 2^-104·Q.
 */
function lowered(inertia: number, space: Space, history: readonly Iteration[]): number {
  const before = history.at(-1);
  if (!before) return inertia;
  const last = before.inertia * 2 ** (-2 * space.frame.exponent);
  const squares = valueAt(space.squares, 0, 1);
  const noise = 2 ** -50 * (last + Math.sqrt(last * squares)) + 2 ** -100 * squares;
  return inertia > last && inertia <= last + noise ? last : inertia;
}

/** Mean over the columns of their weighted variance: what `tolerance` is measured against. */
function meanVariance({ columns, squares }: Space, { sums, weights }: Assigned, k: number): number {
  const clusters = Array.from({ length: k }, (_, j) => j);
  const weight = clusters.reduce((sum, j) => sum + valueAt(weights, j, k), 0);
  let means = 0;
  for (let c = 0; c < columns; c++) {
    means += (clusters.reduce((sum, j) => sum + valueAt(sums, j * columns + c, k * columns), 0) / weight) ** 2;
  }
  return Math.max(0, (valueAt(squares, 0, 1) / weight - means) / columns);
}

/** Squared movement of all centroids together, and of the one that moved farthest. */
function shifts(from: Float64Array, to: Float64Array, k: number): { total: number; largest: number } {
  const columns = from.length / k;
  let [total, largest] = [0, 0];
  for (let j = 0; j < k; j++) {
    let squared = 0;
    for (let at = j * columns; at < (j + 1) * columns; at++) squared += (to[at] - from[at]) ** 2;
    total += squared;
    largest = Math.max(largest, squared);
  }
  return { total, largest };
}

/** Clusters without rows (or weight), lowest first. */
function emptyOnes({ weights }: Assigned, k: number): number[] {
  return Array.from({ length: k }, (_, j) => j).filter((j) => valueAt(weights, j, k) <= 0);
}

/**
 * The same clusters, where each empty one has taken the farthest row that its own cluster can
 * spare; where no row lies off its centroid, it stays empty.
 */
function* repaired(space: Space, k: number, centroids: Float64Array, assigned: Assigned): Driver<Assigned> {
  const empty = emptyOnes(assigned, k);
  if (empty.length === 0) return assigned;
  const far = yield* ask({ ask: "farthest", places: 2 * empty.length, k, centroids });
  const counts = assigned.counts.slice();
  const weights = assigned.weights.slice();
  const sums = assigned.sums.slice();
  const move = (cluster: number, weight: number, coordinates: Float64Array, sign: number) => {
    counts[cluster] += sign;
    space.split(weight).forEach((part, plane) => (weights[plane * k + cluster] += sign * part));
    coordinates.forEach((y, c) => {
      const at = cluster * space.columns + c;
      space.split(weight * y).forEach((part, plane) => (sums[plane * centroids.length + at] += sign * part));
    });
  };
  const spares = (cluster: number, weight: number) => space.split(weight).some((part, plane) => weights[plane * k + cluster] !== part);
  let moved = 0;
  for (const { label, weight, coordinates } of far) {
    if (moved === empty.length) break;
    if (!spares(label, weight)) continue;
    move(label, weight, coordinates, -1);
    move(empty[moved++], weight, coordinates, 1);
  }
  return moved > 0 ? { ...assigned, counts, weights, sums } : assigned;
}

/** Assigns rows to the last centroids; one that is left without rows moves to the farthest row. */
function* settled(k: number, centroids: Float64Array, previous: Float64Array): Driver<Float64Array> {
  for (;;) {
    const assigned: Assigned = yield* ask({ ask: "assign", k, centroids, previous });
    const empty = emptyOnes(assigned, k);
    if (empty.length === 0) return centroids;
    const far = yield* ask({ ask: "farthest", places: empty.length, k, centroids });
    if (far.length === 0) return centroids;
    previous = centroids;
    const next: Float64Array = centroids.slice();
    const columns = centroids.length / k;
    far.forEach(({ coordinates }, i) => next.set(coordinates, empty[i] * columns));
    centroids = next;
  }
}
