import { LloydError } from "../errors.js";
import type { Frame, Measured } from "../questions.js";
import { ask, phase, type Driver } from "./driver.js";
import { exponentAbove, frameFor, SAMPLE, type ColumnName } from "./frame.js";

/** The rows as the drivers see them: loaded, with their scale known. */
export interface Space {
  /** n, of all holders together. */
  readonly count: number;
  /** d */
  readonly columns: number;
  readonly frame: Frame;
  /** Σ w‖y‖² as an exact sum. */
  readonly squares: Float64Array;
  /** The multiples of ever finer units that stand for a value in exact weighted sums. */
  readonly split: (value: number) => number[];
}

/** Measures the rows, chooses their frame, loads them. */
export function* load(count: number, columns: number, weighted: boolean, name: ColumnName): Driver<Space> {
  const measured = yield* ask({ ask: "measure", stride: Math.max(1, Math.ceil(count / SAMPLE)) });
  refuseNonFinite(measured, name);
  const frame = frameFor(measured, count, name);
  yield* phase("loading", 0, 0.5);
  const { squares } = yield* ask({ ask: "load", frame });
  return { count, columns, frame, squares, split: splitter(count, weighted) };
}

/** @throws LloydError `not-finite`, naming the first such coordinate. */
export function refuseNonFinite({ bad }: Measured, name: ColumnName): void {
  if (bad) throw new LloydError("not-finite", `row ${bad.row}, ${name(bad.column)} is ${bad.value}; expected a finite number`);
}

/** The same units as the shards': a sum of `count` values up to 1 has room in each plane. */
function splitter(count: number, weighted: boolean): (value: number) => number[] {
  if (!weighted) return (value) => [value];
  const bits = 51 - exponentAbove(count);
  const magic = [1, 2, 3].map((plane) => 1.5 * 2 ** (52 - bits * plane));
  return (value) =>
    magic.map((m) => {
      const part = value + m - m;
      value -= part;
      return part;
    });
}
