import type { Frame } from "../questions.js";
import type { Shard } from "../wasm.js";
import type { Inline } from "./inline.js";
import type { Finder } from "./plain.js";

/** How far two points lie apart, and which of several nearest centroids a row belongs to. */
export type Measure =
  | {
      /** Σ (x - c)², summed in f64 from the first column to the last; or, of one column, |x - c|. */
      readonly by: "squares" | "absolute";
      readonly ties: "first" | "last";
    }
  | {
      /** √Σ (x - c)²: some roots are equal where the squares are not. */
      readonly by: "roots";
      readonly ties: "first";
    };

/** Nearest by a {@link Measure}, in plain JavaScript. */
export class Direct implements Finder {
  readonly #data: Float64Array;
  readonly #columns: number;
  readonly #by: Measure["by"];
  readonly #last: boolean;

  constructor(data: Float64Array, columns: number, { by, ties }: Measure) {
    this.#data = data;
    this.#columns = columns;
    this.#by = by;
    this.#last = ties === "last";
  }

  find(centroids: Float64Array, k: number, labels: Int32Array): number {
    let changed = 0;
    for (let i = 0; i < labels.length; i++) {
      const label = this.nearest(i, centroids, k);
      if (label !== labels[i]) changed += 1;
      labels[i] = label;
    }
    return changed;
  }

  /** The label of one row. */
  nearest(row: number, centroids: Float64Array, k: number): number {
    if (this.#by === "absolute") return nearestValue(this.#data[row], centroids, k, this.#last);
    const roots = this.#by === "roots";
    if (this.#columns < 4) return nearestShort(this.#data, row * this.#columns, centroids, this.#columns, k, this.#last, roots);
    return nearestRow(this.#data, row * this.#columns, centroids, this.#columns, k, this.#last, roots);
  }
}

/** Added in order, four at a time. */
function nearestRow(data: Float64Array, from: number, centroids: Float64Array, columns: number, k: number, last: boolean, roots: boolean): number {
  let best = Infinity;
  let label = -1;
  const end = from + columns;
  const quads = end - 3;
  for (let j = 0, c = 0; j < k; j++) {
    let sum = 0;
    let at = from;
    for (; at < quads; at += 4, c += 4) {
      const t = data[at] - centroids[c];
      const u = data[at + 1] - centroids[c + 1];
      const v = data[at + 2] - centroids[c + 2];
      const w = data[at + 3] - centroids[c + 3];
      sum = sum + t * t + u * u + v * v + w * w;
    }
    for (; at < end; at++, c++) {
      const t = data[at] - centroids[c];
      sum += t * t;
    }
    if (last ? sum <= best : sum < best && (!roots || Math.sqrt(sum) < Math.sqrt(best))) {
      best = sum;
      label = j;
    }
  }
  return label;
}

/** The same of up to three columns, as points on a map and colours have, in half the time. */
function nearestShort(data: Float64Array, from: number, centroids: Float64Array, columns: number, k: number, last: boolean, roots: boolean): number {
  let best = Infinity;
  let label = -1;
  const x = data[from];
  const y = columns > 1 ? data[from + 1] : 0;
  const z = columns > 2 ? data[from + 2] : 0;
  for (let j = 0, c = 0; j < k; j++, c += columns) {
    const t = x - centroids[c];
    const u = columns > 1 ? y - centroids[c + 1] : 0;
    const v = columns > 2 ? z - centroids[c + 2] : 0;
    const sum = t * t + u * u + v * v;
    if (last ? sum <= best : sum < best && (!roots || Math.sqrt(sum) < Math.sqrt(best))) {
      best = sum;
      label = j;
    }
  }
  return label;
}

function nearestValue(value: number, centroids: Float64Array, k: number, last: boolean): number {
  let best = Infinity;
  let label = -1;
  for (let j = 0; j < k; j++) {
    const far = Math.abs(value - centroids[j]);
    if (last ? far <= best : far < best) {
      best = far;
      label = j;
    }
  }
  return label;
}

/**
 * The labels of {@link Direct}, sooner: WebAssembly labels the rows that its own rounding cannot
 * mislabel, and the few others are decided by `exact`.
 */
export class Certain implements Finder {
  readonly #rows: Inline;
  readonly #shard: Shard;
  readonly #frame: Frame;
  readonly #doubt: number;
  readonly #exact: Direct;

  /** `rows`: loaded into `frame`, none farther than `doubt` from where it was; disposed of with this. */
  constructor(rows: Inline, frame: Frame, doubt: number, exact: Direct) {
    this.#rows = rows;
    this.#shard = rows.shards[0];
    this.#frame = frame;
    this.#doubt = doubt;
    this.#exact = exact;
  }

  find(centroids: Float64Array, k: number, labels: Int32Array): number {
    const { origin, exponent } = this.#frame;
    const scale = 2 ** -exponent;
    const framed = centroids.map((value, at) => (value - origin[at % origin.length]) * scale);
    const found = this.#shard.certain(k, framed, this.#doubt);
    for (const row of found.doubtful) found.labels[row] = this.#exact.nearest(row, centroids, k);
    let changed = 0;
    for (let i = 0; i < labels.length; i++) if (labels[i] !== found.labels[i]) changed += 1;
    labels.set(found.labels);
    return changed;
  }

  dispose(): void {
    this.#rows.dispose();
  }
}

/** Nearest by a distance of the caller's, called with a row as it was given and a centroid as an array. */
export class Custom<Row> implements Finder {
  readonly #rows: readonly Row[];
  readonly #distance: (row: Row, centroid: number[]) => number;
  readonly #last: boolean;
  /** Distances of this much or more are not near. */
  readonly #limit: number;

  constructor(rows: readonly Row[], distance: (row: Row, centroid: number[]) => number, ties: Measure["ties"], limit = Infinity) {
    this.#rows = rows;
    this.#distance = distance;
    this.#last = ties === "last";
    this.#limit = limit;
  }

  find(flat: Float64Array, k: number, labels: Int32Array): number {
    const centroids = rowsOf(flat, k);
    const distance = this.#distance;
    let changed = 0;
    this.#rows.forEach((row, i) => {
      let best = this.#limit;
      let label = -1;
      for (let j = 0; j < k; j++) {
        const far = distance(row, centroids[j]);
        if (this.#last ? far <= best : far < best) {
          best = far;
          label = j;
        }
      }
      if (label !== labels[i]) changed += 1;
      labels[i] = label;
    });
    return changed;
  }
}

/** k × d numbers as k arrays. */
export function rowsOf(flat: Float64Array, k: number): number[][] {
  const columns = flat.length / k;
  const rows: number[][] = [];
  for (let j = 0, at = 0; j < k; j++) {
    const row: number[] = [];
    for (let c = 0; c < columns; c++, at++) row.push(flat[at]);
    rows.push(row);
  }
  return rows;
}
