import { principal } from "../driver/principal.js";
import type { Rows } from "../points.js";
import { random } from "../random.js";

/** Where reference rows are drawn: uniformly in the box around the rows, or in that along their principal axes. */
export const BOXES = ["uniform", "pca"] as const;
export type Box = (typeof BOXES)[number];

/** The gap of one k (Tibshirani, Walther & Hastie 2001). */
export interface Gap {
  /** mean_b ln W_b - ln W, W the inertia about the means. */
  readonly gap: number;
  /** s = sd_b(ln W_b) · √(1 + 1/B), the deviation taken over B. */
  readonly error: number;
}

/**
 * The gap statistic from inertias of the rows and of B reference sets, all for the same k; null where one
 * is 0.
 */
export function gapOf(inertia: number, references: readonly number[]): Gap | null {
  if (inertia <= 0 || references.length === 0 || references.some((w) => w <= 0)) return null;
  const logs = references.map(Math.log);
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length;
  return { gap: mean - Math.log(inertia), error: Math.sqrt(variance * (1 + 1 / logs.length)) };
}

/** Makes reference sets of as many rows without clusters, one for each seed. */
export function referencesFor(rows: Rows, box: Box): (seed: number) => Rows {
  const { count, columns } = rows;
  const axes = box === "pca" ? principal(rows) : null;
  const [min, max] = extremes(rows, axes);
  return (seed) => {
    const next = random(seed);
    const data = new Float64Array(count * columns);
    const along = new Float64Array(columns);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < columns; j++) along[j] = min[j] + next() * (max[j] - min[j]);
      for (let c = 0; c < columns; c++) {
        let x = axes ? axes.mean[c] : along[c];
        if (axes) for (let j = 0; j < columns; j++) x += along[j] * axes.axes[j * columns + c];
        data[i * columns + c] = x;
      }
    }
    return { data, count, columns };
  };
}

/** Of each column; along the axes, of the rows less their mean. */
function extremes({ data, count, columns }: Rows, axes: ReturnType<typeof principal> | null): [Float64Array, Float64Array] {
  const [min, max] = [new Float64Array(columns).fill(Infinity), new Float64Array(columns).fill(-Infinity)];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < columns; j++) {
      let v = axes ? 0 : data[i * columns + j];
      if (axes) for (let c = 0; c < columns; c++) v += (data[i * columns + c] - axes.mean[c]) * axes.axes[j * columns + c];
      min[j] = Math.min(min[j], v);
      max[j] = Math.max(max[j], v);
    }
  }
  return [min, max];
}
