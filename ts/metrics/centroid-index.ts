import { LloydError, show } from "../errors.js";
import { parsePoints, type Points, type Rows } from "../points.js";

/**
 * How many centroids of two clusterings have no counterpart (Fränti, Rezaei & Zhao 2014): each centroid
 * of the one points to the nearest of the other, those that none points to are orphans, and the index is
 * the larger number of orphans of both directions. 0: the same structure.
 *
 * @param first k rows of d  @param second k' rows of d
 * @throws LloydError `bad-points`
 */
export function centroidIndex(first: Points, second: Points): number {
  const [a, b] = [parsePoints(first), parsePoints(second)];
  if (a.columns !== b.columns) {
    throw new LloydError("bad-points", `the second centroids have ${show(b.columns)} columns; expected ${a.columns}, as the first`);
  }
  return Math.max(orphans(a, b), orphans(b, a));
}

/** Rows of `of` that are nearest to no row of `from`. */
function orphans(from: Rows, of: Rows): number {
  const met = new Set<number>();
  for (let i = 0; i < from.count; i++) {
    let [nearest, least] = [0, Infinity];
    for (let j = 0; j < of.count; j++) {
      let squared = 0;
      for (let c = 0; c < of.columns; c++) squared += (from.data[i * of.columns + c] - of.data[j * of.columns + c]) ** 2;
      if (squared < least) [nearest, least] = [j, squared];
    }
    met.add(nearest);
  }
  return of.count - met.size;
}
