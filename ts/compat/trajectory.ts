import type { Driver } from "../driver/driver.js";
import { doubtOf } from "../driver/frame.js";
import { loop, type Move } from "../driver/loop.js";
import { load } from "../driver/space.js";
import { LloydError } from "../errors.js";
import { Certain, Direct, type Measure } from "../executor/finders.js";
import { Inline } from "../executor/inline.js";
import { Plain, type Finder } from "../executor/plain.js";
import { pumpSync } from "../pump.js";
import type { Stopped } from "../model.js";

/** The rows of another library's call: row-major numbers of 64 bits. */
export interface Table {
  readonly data: Float64Array<ArrayBuffer>;
  readonly count: number;
  readonly columns: number;
}

/** An iteration as other libraries count them. */
export interface Turn {
  /** From 1. */
  readonly made: number;
  /** Of each row, by the centroids before their move; overwritten by the next turn. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** k × d, before and after the move. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly stopped: Stopped | null;
}

/** Multiply-adds of an iteration from which WebAssembly is worth its set-up. */
const NATIVE = 2 ** 14;

/** What one library does otherwise than another. */
export interface Habits {
  /** What becomes of the centroid of a cluster without rows. */
  readonly empty: "stays" | "zeros";
  /** Why a move was the last, or null. */
  stops(move: Move): Stopped | null;
}

/**
 * k-means from given centroids as most libraries go about it: a label is the nearest centroid's in
 * their arithmetic, a mean is a sum in the order of the rows, and labels are those before the last
 * move. The one loop runs it; only its rules are others.
 */
export function* trajectory(table: Table, k: number, start: Float64Array, finder: Finder, { empty, stops }: Habits): Generator<Turn, void> {
  const plain = new Plain(table.data, table.columns, finder);
  const driver: Driver<unknown, Turn> = loop<Turn>(k, start, {
    *fill(_, found) {
      if (empty === "stays") return found;
      // The mean of one row of zeros.
      return { ...found, weights: found.counts.map((count) => count || 1) };
    },
    *moved(move) {
      const stopped = stops(move);
      yield { ask: "progress", step: () => ({ ...move, labels: plain.labels, stopped }) };
      return stopped;
    },
  });
  for (let turn = driver.next(); !turn.done; ) {
    const said = turn.value;
    if (said.ask === "progress") yield said.step();
    turn = driver.next(said.ask === "assign" ? plain.answer(said) : undefined);
  }
}

/** Runs `use` with a finder by this measure: a native one where it pays and can be had. */
export function* withFinder<T>(table: Table, k: number, measure: Measure, use: (finder: Finder) => Generator<T, void>, native = table.count * table.columns * k >= NATIVE): Generator<T, void> {
  const direct = new Direct(table.data, table.columns, measure);
  const inline = native ? loaded(table) : null;
  try {
    yield* use(inline ? new Certain(inline.executor.shards[0], inline.frame, inline.doubt, direct) : direct);
  } finally {
    inline?.executor.dispose();
  }
}

/** The rows in WebAssembly; null where there is none, no room, or no frame that the rows fit. */
function loaded(table: Table) {
  let executor: Inline | undefined;
  try {
    executor = new Inline(table);
    const { frame } = pumpSync(load(table.count, table.columns, false, (column) => `column ${column}`), executor);
    return { executor, frame, doubt: doubtOf(frame, table.count) };
  } catch (error) {
    executor?.dispose();
    if (error instanceof LloydError && LIMITS.includes(error.code)) return null;
    throw error;
  }
}

/** What keeps rows out of WebAssembly, and leaves plain JavaScript. */
const LIMITS: readonly string[] = ["wasm-unavailable", "out-of-memory", "out-of-range"];

/** Some of the rows, one after the other. */
export function copied({ data, columns }: Table, rows: readonly number[]): Float64Array {
  const flat = new Float64Array(rows.length * columns);
  rows.forEach((row, j) => flat.set(data.subarray(row * columns, (row + 1) * columns), j * columns));
  return flat;
}

/** Labels as other libraries give them; several times as fast as `Array.from`. */
export function listed(labels: Int32Array): number[] {
  const list = new Array<number>(labels.length);
  for (let i = 0; i < labels.length; i++) list[i] = labels[i];
  return list;
}
