import { LloydError } from "../errors.js";
import type { Assign, Assigned } from "../questions.js";

/** Finds each row's nearest centroid. */
export interface Finder {
  /** `centroids`: k × d, in the rows' units. OUT `labels`: one per row; -1 where none is nearest. */
  find(centroids: Float64Array, k: number, labels: Int32Array): void;
}

/**
 * Answers `assign` over the caller's own 64-bit numbers: labels by any finder, sums by plain
 * addition in the order of the rows. So a mean is, to the last bit, what the plainest loop makes of
 * its rows, which is what other libraries return.
 */
export class Plain {
  /** Of the last answer. */
  readonly labels: Int32Array<ArrayBuffer>;
  readonly #data: Float64Array;
  readonly #columns: number;
  readonly #finder: Finder;

  /** `data`: rows of `columns`, row-major. */
  constructor(data: Float64Array, columns: number, finder: Finder) {
    this.#data = data;
    this.#columns = columns;
    this.#finder = finder;
    this.labels = new Int32Array(data.length / columns).fill(-1);
  }

  /** Clusters by nearest centroid. */
  answer({ k, centroids }: Assign): Assigned {
    const { labels } = this;
    const before = labels.slice();
    this.#finder.find(centroids, k, labels);
    const counts = counted(labels, k);
    const sums = new Float64Array(k * this.#columns);
    add(this.#data, this.#columns, labels, sums);
    return { changed: differing(labels, before), counts, weights: counts, sums };
  }
}

/** Rows of each cluster. @throws LloydError where a row has none */
function counted(labels: Int32Array, k: number): Float64Array<ArrayBuffer> {
  const counts = new Uint32Array(k);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label < 0) throw new LloydError("out-of-range", `no centroid is nearest to row ${i}: its distances to all of them are NaN, or too large for a number`);
    counts[label] += 1;
  }
  return Float64Array.from(counts);
}

function differing(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count += 1;
  return count;
}

/** Adds each row to its cluster's sum, one after the other. */
function add(data: Float64Array, columns: number, labels: Int32Array, sums: Float64Array): void {
  for (let i = 0, at = 0; i < labels.length; i++, at += columns) {
    const to = labels[i] * columns;
    for (let c = 0; c < columns; c++) sums[to + c] += data[at + c];
  }
}
