import { LloydError } from "../errors.js";
import type { Assign, Assigned } from "../questions.js";
import { floats, integers } from "./slab.js";

/** Finds each row's nearest centroid. */
export interface Finder {
  /**
   * @param centroids k × d, in the rows' units
   * @param labels INOUT one per row; -1 where none is nearest
   * @returns how many of them changed
   */
  find(centroids: Float64Array, k: number, labels: Int32Array): number;
  /** Frees what it holds. */
  dispose?(): void;
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
  #counts: Float64Array | undefined;
  #sums: Float64Array | undefined;

  /** `data`: rows of `columns`, row-major. */
  constructor(data: Float64Array, columns: number, finder: Finder) {
    this.#data = data;
    this.#columns = columns;
    this.#finder = finder;
    this.labels = integers(data.length / columns).fill(-1);
  }

  /** Clusters by nearest centroid, of the same number each time. The next answer overwrites them: of small problems, memory is most of the time. */
  answer({ k, centroids }: Assign): Assigned {
    const changed = this.#finder.find(centroids, k, this.labels);
    const counts = (this.#counts ??= floats(k)).fill(0);
    const sums = (this.#sums ??= floats(k * this.#columns)).fill(0);
    add(this.#data, this.#columns, this.labels, counts, sums);
    return { changed, counts, weights: counts, sums };
  }
}

/** Adds each row to its cluster, one after the other. @throws LloydError where a row has none */
function add(data: Float64Array, columns: number, labels: Int32Array, counts: Float64Array, sums: Float64Array): void {
  for (let i = 0, at = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label < 0) throw new LloydError("out-of-range", `no centroid is nearest to row ${i}: its distances to all of them are NaN, or too large for a number`);
    counts[label] += 1;
    for (let to = label * columns, end = to + columns; to < end; to++, at++) sums[to] += data[at];
  }
}
