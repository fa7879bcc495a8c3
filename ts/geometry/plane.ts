import { firstTwo } from "../driver/principal.js";
import { LloydError, show } from "../errors.js";
import { parsePoints, type Points } from "../points.js";

/** A point of a plane: [across, up]. */
export type XY = [number, number];

/** A plane in the space of the points, to look at them in. */
export interface Plane {
  /** d: where [0, 0] lies. */
  readonly origin: readonly number[];
  /** Two orthogonal unit vectors of d. */
  readonly axes: readonly [readonly number[], readonly number[]];
  /** What the axes are, for people. */
  readonly names: readonly [string, string];
}

/**
 * The plane of two columns.
 *
 * @param columns how many there are in all
 * @param pair the numbers of the two, from 0
 * @param names of all columns, for the axes
 * @throws LloydError `bad-option`
 */
export function columnPlane(columns: number, pair: readonly [number, number] = [0, 1], names?: readonly string[]): Plane {
  for (const column of pair) {
    if (!Number.isInteger(column) || column < 0 || column >= columns) {
      throw new LloydError("bad-option", `column ${show(column)} does not exist; expected two of 0 to ${columns - 1}`);
    }
  }
  if (pair[0] === pair[1]) throw new LloydError("bad-option", `columns ${pair[0]} and ${pair[1]} are the same; expected two different ones`);
  const unit = (column: number) => Array.from({ length: columns }, (_, c) => Number(c === column));
  const name = (column: number) => names?.[column] ?? `column ${column}`;
  return { origin: new Array<number>(columns).fill(0), axes: [unit(pair[0]), unit(pair[1])], names: [name(pair[0]), name(pair[1])] };
}

/**
 * The plane along which points spread most: their first two principal components through their mean. The
 * names tell the part of the variance that each shows.
 *
 * @param points n rows of d coordinates, d at least 2
 * @throws LloydError for points as `kmeans` does; `bad-points` for one column
 */
export function principalPlane(points: Points): Plane {
  const rows = parsePoints(points);
  const d = rows.columns;
  if (d < 2) throw new LloydError("bad-points", "points have 1 column; expected at least 2, to span a plane");
  const { mean, axes, variances, all } = firstTwo(rows);
  const name = (axis: number) => `component ${axis + 1}, ${all > 0 ? ((100 * variances[axis]) / all).toFixed(1) : "0"}% of variance`;
  return { origin: Array.from(mean), axes: [Array.from(axes.subarray(0, d)), Array.from(axes.subarray(d, 2 * d))], names: [name(0), name(1)] };
}

/**
 * Where points lie in a plane, seen at right angles: n pairs.
 *
 * @throws LloydError `bad-points`
 */
export function project(points: Points, { origin, axes }: Plane): XY[] {
  const { data, count, columns } = parsePoints(points);
  if (columns !== origin.length) throw new LloydError("bad-points", `points have ${columns} columns; the plane lies in ${origin.length}`);
  const along = (i: number, axis: readonly number[]) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) if (axis[c] !== 0) sum += (data[i * columns + c] - origin[c]) * axis[c];
    return sum;
  };
  return Array.from({ length: count }, (_, i) => [along(i, axes[0]), along(i, axes[1])]);
}

/** The point of space at a place of the plane. */
export function lifted([x, y]: XY, { origin, axes }: Plane): number[] {
  return origin.map((o, c) => o + x * axes[0][c] + y * axes[1][c]);
}
