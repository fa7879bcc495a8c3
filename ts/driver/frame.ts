import { LloydError } from "../errors.js";
import type { Frame, Measured } from "../questions.js";

/** A column as messages call it. */
export type ColumnName = (column: number) => string;

/** Rows that are looked at for the middle and spread of each column. */
export const SAMPLE = 256;
/** |log2| of the widest column's half width: squared distances and their sums stay within f64. */
export const REACH = 480;
/** Finest grid: no product of two loaded values is subnormal in f32. */
const FINEST = -60;

/**
 * The frame for rows with these extremes.
 *
 * Each origin is the mean of the sampled rows, rounded to about an eighth of their standard
 * deviation: near enough to the middle for f32, and so short a binary number that integers and
 * other short numbers are still exact after it is subtracted.
 *
 * @throws LloydError `out-of-range`
 */
export function frameFor({ min, max, sample }: Measured, count: number, name: ColumnName): Frame {
  const columns = min.length;
  min.forEach((low, j) => {
    if (!(max[j] - low < 2 ** REACH)) {
      throw new LloydError("out-of-range", `${name(j)} spans ${low} to ${max[j]}; squared distances would overflow, so divide it by a constant first`);
    }
  });
  const origin = min.map((low, j) => (low === max[j] ? low : middle(sample, j, columns, low, max[j])));
  const half = origin.map((o, j) => Math.max(max[j] - o, o - min[j]));
  const widest = half.reduce((a, b) => Math.max(a, b), 0);
  if (widest > 0 && widest < 2 ** -REACH) {
    throw new LloydError("out-of-range", `no column spans more than ${2 * widest}; squared distances would vanish, so multiply the points by a constant first`);
  }
  const exponent = widest > 0 ? exponentAbove(widest) : 0;
  return { origin, exponent, grid: Int32Array.from(half, (h) => gridFor(h, exponent, count)), span: 0 };
}

/** The same frame for other rows, which may reach beyond it. */
export function frameReaching(frame: Frame, { min, max }: Measured, name: ColumnName): Frame {
  const { origin, exponent } = frame;
  let span = 0;
  origin.forEach((o, j) => {
    const reach = Math.max(Math.abs(max[j] - o), Math.abs(min[j] - o)) * 2 ** -exponent;
    if (!(reach < 2 ** 100)) {
      throw new LloydError("out-of-range", `${name(j)} reaches from ${min[j]} to ${max[j]}, too far from the model's rows for squared distances to be told apart`);
    }
    if (reach > 0) span = Math.max(span, exponentAbove(reach));
  });
  return { ...frame, span };
}

/**
 * At most how far a row loaded into the frame made for it lies from the point that it stands for, in
 * the frame's units: half a grid step and f32's rounding of the largest value, per column.
 */
export function doubtOf({ grid }: Frame, count: number): number {
  const largest = 51 - exponentAbove(Math.max(1, count));
  const squares = Array.from(grid, (g) => (2 ** (g - 1) + 2 ** (g + largest - 24)) ** 2);
  return 1.001 * Math.sqrt(squares.reduce((a, b) => a + b, 0));
}

/** The least e with 2^e ≥ v, for finite v > 0, whatever the engine's logarithm rounds to. */
export function exponentAbove(v: number): number {
  let e = Math.min(1023, Math.ceil(Math.log2(v)));
  while (2 ** e < v && e < 1024) e += 1;
  while (2 ** (e - 1) >= v) e -= 1;
  return e;
}

/** log2 of a grid on which `count` values up to `half` sum exactly. */
function gridFor(half: number, exponent: number, count: number): number {
  if (half === 0) return FINEST;
  return Math.max(FINEST, exponentAbove(half) - exponent - (51 - exponentAbove(Math.max(1, count))));
}

/** The mean of the sampled rows in a column that goes from `low` to `high`, rounded. */
function middle(sample: Float64Array, column: number, columns: number, low: number, high: number): number {
  const rows = sample.length / columns;
  const range = high - low;
  // Parts of the range, so that no square over- or underflows.
  const parts = Array.from({ length: rows }, (_, i) => (sample[i * columns + column] - low) / range);
  const part = parts.reduce((a, b) => a + b, 0) / rows;
  const spread = Math.sqrt(parts.reduce((a, b) => a + (b - part) ** 2, 0) / rows) * range;
  const mean = low + part * range;
  if (!(spread > 0)) return Math.min(high, Math.max(low, mean));
  const step = 2 ** (exponentAbove(spread) - 4);
  return Math.round(mean / step) * step;
}
