import type { Frame } from "../questions.js";
import type { Shard } from "../wasm.js";
import type { Finder } from "./plain.js";

/** How far two points lie apart, and which of several nearest centroids a row belongs to. */
export interface Measure {
  /** Σ (x - c)², summed in f64 from the first column to the last; or, of one column, |x - c|. */
  readonly by: "squares" | "absolute";
  readonly ties: "first" | "last";
}

/** Nearest by a {@link Measure}, in plain JavaScript. */
export class Direct implements Finder {
  readonly #data: Float64Array;
  readonly #columns: number;
  readonly #absolute: boolean;
  readonly #last: boolean;

  constructor(data: Float64Array, columns: number, { by, ties }: Measure) {
    this.#data = data;
    this.#columns = columns;
    this.#absolute = by === "absolute";
    this.#last = ties === "last";
  }

  find(centroids: Float64Array, k: number, labels: Int32Array): void {
    for (let i = 0; i < labels.length; i++) labels[i] = this.nearest(i, centroids, k);
  }

  /** The label of one row. */
  nearest(row: number, centroids: Float64Array, k: number): number {
    if (this.#absolute) return nearestValue(this.#data[row], centroids, k, this.#last);
    return nearestRow(this.#data, row * this.#columns, centroids, this.#columns, k, this.#last);
  }
}

/** Columns after which a sum is compared with the best so far: what would follow only adds to it. */
const STRETCH = 8;

function nearestRow(data: Float64Array, from: number, centroids: Float64Array, columns: number, k: number, last: boolean): number {
  let best = Infinity;
  let label = -1;
  for (let j = 0, c = 0; j < k; j++, c = j * columns) {
    let sum = 0;
    let at = from;
    for (let left = columns; left > 0 && sum <= best; left -= STRETCH) {
      for (const end = at + (left < STRETCH ? left : STRETCH); at < end; at++, c++) {
        const t = data[at] - centroids[c];
        sum += t * t;
      }
    }
    if (last ? sum <= best : sum < best) {
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
  readonly #shard: Shard;
  readonly #frame: Frame;
  readonly #doubt: number;
  readonly #exact: Direct;

  /** `shard`: the rows, loaded into `frame`, none farther than `doubt` from where it was. */
  constructor(shard: Shard, frame: Frame, doubt: number, exact: Direct) {
    this.#shard = shard;
    this.#frame = frame;
    this.#doubt = doubt;
    this.#exact = exact;
  }

  find(centroids: Float64Array, k: number, labels: Int32Array): void {
    const { origin, exponent } = this.#frame;
    const scale = 2 ** -exponent;
    const framed = centroids.map((value, at) => (value - origin[at % origin.length]) * scale);
    const found = this.#shard.certain(k, framed, this.#doubt);
    labels.set(found.labels);
    for (const row of found.doubtful) labels[row] = this.#exact.nearest(row, centroids, k);
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

  find(flat: Float64Array, k: number, labels: Int32Array): void {
    const centroids = rowsOf(flat, k);
    const distance = this.#distance;
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
      labels[i] = label;
    });
  }
}

/** k × d numbers as k arrays. */
export function rowsOf(flat: Float64Array, k: number): number[][] {
  const columns = flat.length / k;
  return Array.from({ length: k }, (_, j) => Array.from(flat.subarray(j * columns, (j + 1) * columns)));
}
