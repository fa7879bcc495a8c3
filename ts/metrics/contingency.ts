import { LloydError } from "../errors.js";
import { parseLabels, type Labels } from "./labels.js";

/** How often each label of one labeling meets each of another. */
export interface Contingency {
  /** counts[i][j]: rows with label `rows[i]` in the first and `columns[j]` in the second. */
  readonly counts: number[][];
  /** Labels of the first labeling, ascending. */
  readonly rows: readonly (number | string)[];
  /** Labels of the second. */
  readonly columns: readonly (number | string)[];
}

/** The same, with what does not occur left out: labelings with thousands of labels fit in memory. */
export interface Overlap {
  readonly count: number;
  /** Sizes of the classes of each labeling. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Pairs of classes that share rows. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly shared: number }[];
}

/** Most cells of a table. */
const CELLS = 1e7;

/**
 * The contingency table of two labelings of the same rows.
 *
 * @throws LloydError `bad-labels`
 */
export function contingency(first: Labels, second: Labels): Contingency {
  const { names: rows } = parseLabels(first, undefined, "the first labels");
  const { names: columns } = parseLabels(second, undefined, "the second labels");
  if (rows.length * columns.length > CELLS) {
    throw new LloydError("bad-labels", `${rows.length} labels times ${columns.length} make a table of more than ${CELLS} cells`);
  }
  const counts = rows.map(() => new Array<number>(columns.length).fill(0));
  for (const { a, b, shared } of overlap(first, second).pairs) counts[a][b] = shared;
  return { counts, rows, columns };
}

/** @throws LloydError `bad-labels` */
export function overlap(first: Labels, second: Labels): Overlap {
  const one = parseLabels(first, undefined, "the first labels");
  const two = parseLabels(second, one.codes.length, "the second labels");
  return overlapOf(one.codes, one.names.length, two.codes, two.names.length);
}

/** `a`, `b`: labels from 0 to ka - 1 and kb - 1, of the same rows. */
export function overlapOf(a: Int32Array, ka: number, b: Int32Array, kb: number): Overlap {
  const [sizesA, sizesB] = [new Float64Array(ka), new Float64Array(kb)];
  const met = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    sizesA[a[i]] += 1;
    sizesB[b[i]] += 1;
    const key = a[i] * kb + b[i];
    met.set(key, (met.get(key) ?? 0) + 1);
  }
  const pairs = [...met].map(([key, shared]) => ({ a: Math.floor(key / kb), b: key % kb, shared }));
  return { count: a.length, a: sizesA, b: sizesB, pairs };
}
