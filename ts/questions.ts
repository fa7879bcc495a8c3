import type { Algorithm } from "./algorithm.js";

/**
 * The questions that a driver asks about all rows, and their replies.
 *
 * Whoever holds rows answers for its own; replies of disjoint rows merge, in any order and any
 * grouping, to the same bits as one holder's reply. Everything is plain numbers and typed arrays.
 * Coordinates are in the frame's units unless said otherwise.
 */
export type Question =
  | Measure
  | Load
  | Draw
  | Assign
  | Partition
  | Farthest
  | Refine
  | Finish
  | Search
  | Pairs;

/** Extremes, in the caller's units, and every `stride`-th row. */
export interface Measure {
  readonly ask: "measure";
  readonly stride: number;
}
export interface Measured {
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** The first coordinate that is not finite. */
  readonly bad: { readonly row: number; readonly column: number; readonly value: number } | null;
  /** Row numbers, ascending, and their coordinates. */
  readonly sampled: Float64Array;
  readonly sample: Float64Array;
}

/** `measure` in a frame: loads the rows into it. */
export interface Load {
  readonly ask: "load";
  readonly frame: Frame;
}
export interface Loaded {
  /** Σ w‖y‖² as an exact sum. */
  readonly squares: Float64Array;
}

/** How the caller's numbers become rows: y = (x - origin) · 2^-exponent, on a grid per column. */
export interface Frame {
  readonly origin: Float64Array;
  readonly exponent: number;
  /** log2 of each column's grid. */
  readonly grid: Int32Array;
  /** |y| ≤ 2^span; 0 for the rows that the frame was made for. */
  readonly span: number;
}

/** Whether rows loaded into one frame are as if loaded into the other. */
export function sameFrame(a: Frame, b: Frame): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>) => x.length === y.length && Array.prototype.every.call(x, (v, i) => Object.is(v, y[i]));
  return a.exponent === b.exponent && a.span === b.span && same(a.origin, b.origin) && same(a.grid, b.grid);
}

/** Rows drawn by a race: by weight × squared distance to the nearest seed, or the greatest such distance. */
export interface Draw {
  readonly ask: "draw";
  readonly by: "weight" | "distance";
  readonly seed: number;
  readonly stage: number;
  /** Winners of each race. */
  readonly places: number;
  /** Rows of d. */
  readonly seeds: Float32Array;
  /** Rows of d; one race for each, as if it were a seed too. None: one race. */
  readonly candidates: Float32Array;
}
export type Drawn = readonly Race[];
export interface Race {
  /** Σ w·D² as an exact sum. */
  readonly potential: Float64Array;
  /** Best first. */
  readonly keys: Float64Array;
  readonly rows: Float64Array;
  readonly weights: Float64Array;
  readonly coordinates: Float32Array;
}

/** Clusters by nearest centroid, and how many rows another centroid of `previous` was nearest to. */
export interface Assign {
  readonly ask: "assign";
  readonly k: number;
  readonly centroids: Float64Array;
  /** None: all rows count as changed. */
  readonly previous: Float64Array | null;
  /** How rows find their centroids from now on; it changes the time, never the reply. */
  readonly algorithm?: Algorithm;
}
/** `assign` at random: a cluster for each row, drawn from (seed, stage, row). */
export interface Partition {
  readonly ask: "partition";
  readonly k: number;
  readonly seed: number;
  readonly stage: number;
}
export interface Assigned {
  readonly changed: number;
  /** Rows of each cluster. */
  readonly counts: Float64Array;
  /** Σ w: planes of k; one plane without weights, three with, whose sum is meant. */
  readonly weights: Float64Array;
  /** Σ w·y: as many planes of k × d. */
  readonly sums: Float64Array;
}

/** The rows farthest from their centroid, of positive weight and at a distance above 0. */
export interface Farthest {
  readonly ask: "farthest";
  readonly places: number;
  readonly k: number;
  readonly centroids: Float64Array;
}
export type Far = readonly FarRow[];
export interface FarRow {
  readonly squared: number;
  readonly row: number;
  readonly label: number;
  readonly weight: number;
  readonly coordinates: Float64Array;
}

/**
 * Σ w·y of the clusters by `centroids` from the caller's own 64-bit numbers, which lose nothing to
 * the rows' grid; null where the numbers are 32-bit.
 */
export interface Refine {
  readonly ask: "refine";
  readonly k: number;
  readonly centroids: Float64Array;
}
/** Exact sums: planes of k × d. */
export type Refined = Float64Array | null;

/** The clusters by `centroids`, in full, with their inertia about `about`. */
export interface Finish {
  readonly ask: "finish";
  readonly k: number;
  readonly centroids: Float64Array;
  readonly about: Float64Array;
  readonly labels: boolean;
}
export interface Finished {
  readonly counts: Float64Array;
  /** Σ w‖y - about‖² per cluster: exact sums, planes of k. */
  readonly inertias: Float64Array;
  /** Where asked: runs of labels, by first row, ascending. */
  readonly labels: readonly { readonly first: number; readonly values: Int32Array<ArrayBuffer> }[];
}

/** Seeds from a sample that one holder works on alone: a function of the question only. */
export interface Search {
  readonly ask: "search";
  readonly rows: Float32Array;
  /** Empty where all are 1. */
  readonly weights: Float64Array;
  readonly columns: number;
  readonly k: number;
  readonly swaps: number;
  readonly seed: number;
}
export interface Searched {
  /** Rows of the sample; fewer than k where it has fewer distinct rows. */
  readonly seeds: Uint32Array;
  readonly swaps: number;
}

/**
 * Distances between some rows and whole clusters, folded: each asker's sum of distances to the rows of
 * the cluster that it asks about, or the least or largest of their squares. In f64, from the caller's
 * own numbers, y = x · 2^-exponent. An asker among those rows is at distance 0 of itself.
 */
export interface Pairs {
  readonly ask: "pairs";
  readonly fold: "sum" | "least" | "most";
  /** The cluster of every row of all holders; all are below k. */
  readonly labels: Int32Array;
  readonly k: number;
  readonly exponent: number;
  /** Rows of d in those units, by ascending cluster that they ask about. */
  readonly askers: Float64Array;
  /** How many ask about each cluster: k. */
  readonly counts: Uint32Array;
  /** For sums, one per asker: distances are rounded to multiples of 2^unit, of which no sum reaches 2^62. */
  readonly units: Int32Array;
  /** For sums: held rows ask as well, in the same breath. */
  readonly mutual?: Mutual;
}
/**
 * Who asks whom, where rows ask about the cluster that asks about theirs: their own, or clusters two by two. Whole
 * clusters ask, if in several questions; each of two rows is then once an asker and once held, and they are looked at when
 * one of both asks, so that their distance is counted in the sums of both.
 */
export interface Mutual {
  /** Of each cluster, the one that it asks about and that asks about it; -1: none. */
  readonly partners: Int32Array;
  /** Of each asker, how many rows of its cluster come before it. Those about the same cluster follow each other without gap. */
  readonly ranks: Int32Array;
  /** As the askers' units, of every row of all holders. */
  readonly heldUnits: Int32Array;
}
/**
 * One per asker; sums as two planes, of multiples of 2^32 units and of the rest, in the asker's units. Mutual sums: in each
 * plane the askers, then every row of all holders.
 */
export type Folded = Float64Array;

export interface Replies {
  measure: Measured;
  load: Loaded;
  draw: Drawn;
  assign: Assigned;
  partition: Assigned;
  farthest: Far;
  refine: Refined;
  finish: Finished;
  search: Searched;
  pairs: Folded;
}
export type Reply = Replies[keyof Replies];

/** The reply of all holders together. `replies`: one or more, of disjoint rows, in any order. */
export function merge<Q extends Question>(question: Q, replies: readonly Replies[Q["ask"]][]): Replies[Q["ask"]] {
  const pair = (a: Reply, b: Reply) => (mergers[question.ask] as (a: Reply, b: Reply, q: Question) => Reply)(a, b, question);
  return (replies as readonly Reply[]).reduce(pair) as Replies[Q["ask"]];
}

const mergers: { [A in keyof Replies]: (a: Replies[A], b: Replies[A], question: Extract<Question, { ask: A }>) => Replies[A] } = {
  measure: (a, b) => {
    const [low, high] = (a.sampled[0] ?? Infinity) < (b.sampled[0] ?? Infinity) ? [a, b] : [b, a];
    return {
      min: a.min.map((v, j) => Math.min(v, b.min[j])),
      max: a.max.map((v, j) => Math.max(v, b.max[j])),
      bad: !b.bad || (a.bad && a.bad.row < b.bad.row) ? a.bad : b.bad,
      ...interleave(low, high, a.min.length),
    };
  },
  load: (a, b) => ({ squares: add(a.squares, b.squares) }),
  draw: (a, b, { places }) => a.map((race, i) => mergeRaces(race, b[i], places)),
  assign: addClusters,
  partition: addClusters,
  farthest: (a, b, { places }) =>
    [...a, ...b].sort((x, y) => y.squared - x.squared || x.row - y.row).slice(0, places),
  refine: (a, b) => a && b && add(a, b),
  finish: (a, b) => ({
    counts: add(a.counts, b.counts),
    inertias: add(a.inertias, b.inertias),
    labels: [...a.labels, ...b.labels].sort((x, y) => x.first - y.first),
  }),
  search: (a) => a,
  pairs: (a, b, { fold }) => a.map((v, i) => (fold === "sum" ? v + b[i] : fold === "least" ? Math.min(v, b[i]) : Math.max(v, b[i]))),
};

function addClusters(a: Assigned, b: Assigned): Assigned {
  return {
    changed: a.changed + b.changed,
    counts: add(a.counts, b.counts),
    weights: add(a.weights, b.weights),
    sums: add(a.sums, b.sums),
  };
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  const sum = a.slice();
  for (let i = 0; i < sum.length; i++) sum[i] += b[i];
  return sum;
}

/** Sampled rows of both, by ascending row. */
function interleave(a: Measured, b: Measured, columns: number): Pick<Measured, "sampled" | "sample"> {
  const from = [...a.sampled].map((row, at) => ({ row, of: a, at })).concat([...b.sampled].map((row, at) => ({ row, of: b, at })));
  from.sort((x, y) => x.row - y.row);
  const sample = new Float64Array(from.length * columns);
  from.forEach(({ of, at }, i) => sample.set(of.sample.subarray(at * columns, (at + 1) * columns), i * columns));
  return { sampled: Float64Array.from(from, (f) => f.row), sample };
}

/** Both lists are sorted already: sampled seedings ask for a hundred thousand winners. */
function mergeRaces(a: Race, b: Race, places: number): Race {
  const columns = a.rows.length > 0 ? a.coordinates.length / a.rows.length : b.coordinates.length / (b.rows.length || 1);
  const count = Math.min(places, a.rows.length + b.rows.length);
  const merged: Race = {
    potential: add(a.potential, b.potential),
    keys: new Float64Array(count),
    rows: new Float64Array(count),
    weights: new Float64Array(count),
    coordinates: new Float32Array(count * columns),
  };
  const next = { a: 0, b: 0 };
  const aFirst = (i: number, j: number) => a.keys[i] < b.keys[j] || (a.keys[i] === b.keys[j] && a.rows[i] < b.rows[j]);
  for (let place = 0; place < count; place++) {
    const fromA = next.b === b.rows.length || (next.a < a.rows.length && aFirst(next.a, next.b));
    const [from, at] = fromA ? [a, next.a++] : [b, next.b++];
    merged.keys[place] = from.keys[at];
    merged.rows[place] = from.rows[at];
    merged.weights[place] = from.weights[at];
    for (let c = 0; c < columns; c++) merged.coordinates[place * columns + c] = from.coordinates[at * columns + c];
  }
  return merged;
}
