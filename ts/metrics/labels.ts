import { LloydError, plural, show } from "../errors.js";

/** A label of each row: integers, or names. */
export type Labels = ArrayLike<number> | ArrayLike<string>;

/** Labels, parsed. */
export interface Classes {
  /** Of each row: the place of its label in `names`. */
  readonly codes: Int32Array;
  /** The labels that occur, ascending. */
  readonly names: readonly (number | string)[];
}

/**
 * Reads labels; `count`: how many there must be.
 *
 * @throws LloydError `bad-labels`
 */
export function parseLabels(labels: Labels, count?: number, what = "labels"): Classes {
  if (typeof labels !== "object" || labels === null || !Number.isInteger(labels.length)) {
    throw bad(`${what} are ${show(labels)}; expected an array with a label for each row`);
  }
  if (labels.length === 0) throw bad(`${what} are empty; expected a label for each row`);
  if (count !== undefined && labels.length !== count) throw bad(`${what} are ${labels.length}; expected ${count}, one per row`);
  const type = typeof labels[0];
  const seen = new Map<number | string, number>();
  const firsts = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    const known = seen.get(label);
    if (known !== undefined) {
      firsts[i] = known;
      continue;
    }
    if (typeof label !== type || !(typeof label === "string" || Number.isInteger(label))) {
      throw bad(`${what}: row ${i} is ${show(label)}; expected ${i > 0 && type === "string" ? "a string, as in row 0" : "an integer (or names throughout)"}`);
    }
    firsts[i] = seen.size;
    seen.set(label, seen.size);
  }
  const names = [...seen.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const code = new Int32Array(names.length);
  names.forEach((name, at) => (code[seen.get(name)!] = at));
  return { codes: firsts.map((first) => code[first]), names };
}

/** @throws LloydError where an index of the clusters' distances is undefined: it needs 2 to n - 1 of them */
export function needsClusters(index: string, k: number, count: number, most = count - 1): void {
  if (k >= 2 && k <= most) return;
  throw bad(`${index} of ${plural(k, "cluster")} of ${plural(count, "row")} is undefined; expected 2 to ${most === count ? "n" : "n - 1"} clusters`);
}

export function bad(message: string): LloydError {
  return new LloydError("bad-labels", message);
}
