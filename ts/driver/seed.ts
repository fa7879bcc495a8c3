import { LloydError, show } from "../errors.js";
import type { Drawn, Race } from "../questions.js";
import type { InitReport } from "../model.js";
import { ask, phase, type Driver } from "./driver.js";
import { means } from "./fit.js";
import { valueAt } from "./moments.js";
import type { Space } from "./space.js";

/** Ways to begin that go by a name. */
export const METHODS = ["auto", "k-means++", "k-means||", "random", "random-partition", "farthest"] as const;
export type InitMethod = (typeof METHODS)[number];

/** How a fit begins, parsed. */
export type Init =
  | { readonly method: InitMethod }
  | { readonly method: "given"; readonly centroids: Float64Array }
  | { readonly method: "function"; readonly make: (seed: number) => Float64Array };

export interface Seeds {
  /** k × d, in the frame's units. */
  readonly centroids: Float64Array;
  readonly report: InitReport;
}

/** Rounds of k-means||, as its paper recommends. */
const ROUNDS = 5;

/** Initial centroids by any method. */
export function* seeds(space: Space, k: number, init: Init, seed: number, restart: number, weighted: boolean): Driver<Seeds> {
  switch (init.method) {
    case "auto":
      return yield* auto(space, k, seed, restart, weighted);
    case "k-means++":
      return yield* plusPlus(space, k, seed, restart);
    case "k-means||":
      return yield* parallel(space, k, seed, restart);
    case "random":
      return { centroids: filled(space, k, (yield* draw(seed, 0, k))[0].coordinates), report: { method: "random", description: `${k} distinct rows at random` } };
    case "random-partition":
      return yield* partition(space, k, seed);
    case "farthest":
      return yield* maximin(space, k, seed, restart);
    case "given":
      return { centroids: framed(space, init.centroids), report: { method: "given", description: "the given centroids" } };
    case "function":
      return { centroids: framed(space, init.make(seed)), report: { method: "function", description: "centroids made by the given function" } };
  }
}

/**
 * k-means++ on a sample of the rows, then local-search swaps on it: cheaper than greedy k-means++
 * on all rows, and usually better.
 */
function* auto(space: Space, k: number, seed: number, restart: number, weighted: boolean): Driver<Seeds> {
  const { count, columns } = space;
  const wanted = sampleFor(k, columns);
  const swaps = restart % 2 === 0 ? wanted.swaps : 0;
  const [sample] = yield* draw(seed, 0, Math.min(count, wanted.rows));
  const whole = sample.rows.length === count;
  // Rows of a true sample were drawn by weight already.
  const weights = whole && weighted ? sample.weights : new Float64Array(0);
  const found = yield* ask({ ask: "search", rows: sample.coordinates, weights, columns, k, swaps, seed });
  if (found.seeds.length < k && !whole) return yield* plusPlus(space, k, seed, restart);
  const on = whole ? (count === 1 ? "the only row" : `all ${count} rows`) : `${sample.rows.length} of ${count} rows`;
  return {
    centroids: filled(space, k, rowsAt(sample.coordinates, found.seeds, columns)),
    report: { method: "auto", description: `k-means++ on ${on}, then ${swaps} local-search swaps tried, ${found.swaps} made`, rows: sample.rows.length, swaps: found.swaps },
  };
}

/** Rows and swaps of a search: twice as many of either took longer and ended no lower, or hardly. */
function sampleFor(k: number, columns: number): { rows: number; swaps: number } {
  if (k >= 500) return { rows: 20 * k, swaps: k };
  const least = Math.min(8192, Math.max(2048, Math.floor(2 ** 21 / columns)));
  return { rows: Math.max(50 * k, least), swaps: 4 * k };
}

/**
 * Greedy k-means++ on all rows (Arthur & Vassilvitskii 2007): of 2 + ⌊ln k⌋ candidates drawn in
 * proportion to D², the one that lowers Σ w·D² most. One question a seed: each candidate's
 * race for the next ones is run along with its potential.
 */
function* plusPlus(space: Space, k: number, seed: number, restart: number): Driver<Seeds> {
  const { columns } = space;
  const tried = 2 + Math.floor(Math.log(k));
  const chosen = new Float32Array(k * columns);
  const [first] = yield* draw(seed, 0, 1);
  chosen.set(first.coordinates);
  let made = 1;
  let next: Race | undefined;
  const race = (candidates: Float32Array) => {
    const some = candidates.length > 0;
    const places = some && made === k - 1 ? 0 : tried;
    return ask({ ask: "draw", by: "weight", seed, stage: made + Number(some), places, seeds: chosen.subarray(0, made * columns), candidates });
  };
  if (k > 1) [next] = yield* race(new Float32Array(0));
  while (made < k && next && next.rows.length > 0) {
    yield* phase("seeding", restart, made / k);
    const drawn: Drawn = yield* race(next.coordinates);
    const best = drawn.reduce((least, { potential }, c) => (valueAt(potential, 0, 1) < valueAt(drawn[least].potential, 0, 1) ? c : least), 0);
    chosen.set(next.coordinates.subarray(best * columns, (best + 1) * columns), made * columns);
    made += 1;
    next = drawn[best];
  }
  return { centroids: filled(space, k, chosen.subarray(0, made * columns)), report: { method: "k-means++", description: `greedy k-means++ on all rows, best of ${tried} candidates` } };
}

/**
 * k-means|| (Bahmani et al. 2012): in each of a few rounds 2k rows are drawn in proportion to D²; then
 * seeds are searched among all of them, each with the weight of the rows nearest to it. A handful of
 * questions however large k is.
 */
function* parallel(space: Space, k: number, seed: number, restart: number): Driver<Seeds> {
  const { columns } = space;
  const chosen = new Float32Array((1 + ROUNDS * 2 * k) * columns);
  let made = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    yield* phase("seeding", restart, round / (ROUNDS + 2));
    const seeds = chosen.subarray(0, made * columns);
    const [drawn] = yield* ask({ ask: "draw", by: "weight", seed, stage: round, places: round === 0 ? 1 : 2 * k, seeds, candidates: new Float32Array(0) });
    chosen.set(drawn.coordinates, made * columns);
    made += drawn.rows.length;
    if (drawn.rows.length === 0) break;
  }
  const rows = chosen.subarray(0, made * columns);
  const { weights } = yield* ask({ ask: "assign", k: made, centroids: Float64Array.from(rows), previous: null });
  const heavy = Float64Array.from({ length: made }, (_, j) => valueAt(weights, j, made));
  const swaps = sampleFor(k, columns).swaps;
  const found = yield* ask({ ask: "search", rows, weights: heavy, columns, k, swaps, seed });
  const description = `k-means||: ${made} candidates in ${ROUNDS} rounds, then k-means++ and ${found.swaps} local-search swaps on them`;
  return { centroids: filled(space, k, rowsAt(rows, found.seeds, columns)), report: { method: "k-means||", description, rows: made, swaps: found.swaps } };
}

/** Each next seed is the row farthest from those before (Gonzalez 1985). */
function* maximin(space: Space, k: number, seed: number, restart: number): Driver<Seeds> {
  const { columns } = space;
  const chosen = new Float32Array(k * columns);
  let [winner] = yield* draw(seed, 0, 1);
  let made = 0;
  while (winner.rows.length > 0) {
    chosen.set(winner.coordinates, made * columns);
    made += 1;
    if (made === k) break;
    yield* phase("seeding", restart, made / k);
    [winner] = yield* ask({ ask: "draw", by: "distance", seed, stage: made, places: 1, seeds: chosen.subarray(0, made * columns), candidates: new Float32Array(0) });
  }
  return { centroids: filled(space, k, chosen.subarray(0, made * columns)), report: { method: "farthest", description: "each next seed the row farthest from those before" } };
}

/** Means of a random partition (Forgy 1965); rows at random for parts without weight. */
function* partition(space: Space, k: number, seed: number): Driver<Seeds> {
  const parts = yield* ask({ ask: "partition", k, seed, stage: 0 });
  const [spare] = yield* draw(seed, 1, k);
  const centroids = means(parts, filled(space, k, spare.coordinates), k);
  return { centroids, report: { method: "random-partition", description: "the means of a random partition" } };
}

/** Rows drawn by their weights. */
function draw(seed: number, stage: number, places: number) {
  return ask({ ask: "draw", by: "weight", seed, stage, places, seeds: new Float32Array(0), candidates: new Float32Array(0) });
}

/** Some of the rows, one after the other. */
function rowsAt(rows: Float32Array, which: Uint32Array, columns: number): Float32Array {
  const some = new Float32Array(which.length * columns);
  which.forEach((row, j) => some.set(rows.subarray(row * columns, (row + 1) * columns), j * columns));
  return some;
}

/** k centroids from at most k rows: where rows do not suffice, they are taken again. */
function filled({ columns }: Space, k: number, rows: Float32Array): Float64Array {
  const centroids = new Float64Array(k * columns);
  for (let at = 0; at < centroids.length; at++) centroids[at] = rows[at % rows.length];
  return centroids;
}

/** The caller's units to the frame's. */
function framed({ frame: { origin, exponent }, columns }: Space, centroids: Float64Array): Float64Array {
  const scale = 2 ** -exponent;
  return centroids.map((value, at) => {
    const framed = (value - origin[at % columns]) * scale;
    if (Math.abs(framed) < 2 ** 480) return framed;
    throw new LloydError("bad-init", `init: centroid ${Math.floor(at / columns)}, column ${at % columns} is ${show(value)}, too far from the rows for squared distances`);
  });
}
