import { meansApart, readRow, squaredTo, type Clustering } from "./clustering.js";
import { pause, type Pause } from "./driver.js";

/** Multiply-adds between two pauses. */
export const PIECE = 2 ** 21;
/** What rounding may do to a bound, far above what it does; it can only cost work. */
const SLACK = 1e-9;
const ROUNDING = 1e-12;

/** Tells `use` lower bounds on a row's distance to other clusters' rows. */
export type Bounds = (row: number, use: (cluster: number, bound: number) => void) => void;

/** Lower bounds on a row's distance to the rows of each cluster above its own. */
export function* boundsOf(clusters: Clustering): Generator<Pause, Bounds, unknown> {
  const { labels, k, rows, radii } = clusters;
  const apart = meansApart(clusters);
  const y = new Float64Array(rows.columns);
  const squared = new Float64Array(k);
  const measure = (i: number) => {
    readRow(clusters, i, y);
    for (let j = 0; j < k; j++) squared[j] = squaredTo(y, clusters, j);
  };
  /** Of x from the middle between the means of a and b, towards a. */
  const before = (a: number, b: number, toA: number, toB: number) =>
    apart[a * k + b] > 0 ? (toB - toA - ROUNDING * (toA + toB)) / (2 * apart[a * k + b]) : -Infinity;
  /** `foremost[b · k + a]`: the least that a row of b lies towards b. */
  const foremost = new Float64Array(k * k).fill(Infinity);
  const pieces = Math.ceil(PIECE / (k * rows.columns));
  for (let i = 0; i < rows.count; i++) {
    if (i % pieces === pieces - 1) yield* pause();
    const b = labels[i];
    measure(i);
    for (let a = 0; a < b; a++) foremost[b * k + a] = Math.min(foremost[b * k + a], before(b, a, squared[b], squared[a]));
  }
  return (i, use) => {
    const a = labels[i];
    measure(i);
    for (let b = a + 1; b < k; b++) {
      const along = before(a, b, squared[a], squared[b]) + foremost[b * k + a];
      use(b, Math.max(along, Math.sqrt(squared[b]) - radii[b]) - SLACK * Math.sqrt(squared[b]));
    }
  };
}
