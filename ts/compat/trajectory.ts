import type { Driver } from "../driver/driver.js";
import { doubtOf } from "../driver/frame.js";
import { loop, type Move, type Rules } from "../driver/loop.js";
import { load } from "../driver/space.js";
import { LloydError } from "../errors.js";
import { Certain, Direct, type Measure } from "../executor/finders.js";
import { Inline } from "../executor/inline.js";
import { Plain, type Finder } from "../executor/plain.js";
import { floats } from "../executor/slab.js";
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
  /** What becomes of clusters without rows; without it, each keeps its centroid. */
  readonly fill?: Rules<Turn>["fill"];
  /** Why the move from these k centroids to those was the last, or null. `made`: which it was, from 1. */
  stops(made: number, from: Float64Array, to: Float64Array, k: number): Stopped | null;
}

/**
 * k-means from given centroids as most libraries go about it: a label is the nearest centroid's in
 * their arithmetic, a mean is a sum in the order of the rows, and labels are those before the last
 * move. The one loop runs it; only its rules are others. Disposes of the finder.
 */
export function* trajectory(table: Table, k: number, start: Float64Array, finder: Finder, habits: Habits): Generator<Turn, void> {
  try {
    const plain = new Plain(table.data, table.columns, finder);
    const driver = loop(k, start, new Face(k, habits, plain.labels));
    for (let turn = driver.next(); !turn.done; ) {
      const said = turn.value;
      if (said.ask === "progress") yield said.step();
      turn = driver.next(said.ask === "assign" ? plain.answer(said) : undefined);
    }
  } finally {
    finder.dispose?.();
  }
}

/** A class, as generator functions cost microseconds when each call makes its own. */
class Face implements Rules<Turn> {
  readonly fill: Habits["fill"];
  readonly room = floats;
  readonly #k: number;
  readonly #stops: Habits["stops"];
  readonly #labels: Turn["labels"];

  constructor(k: number, { fill, stops }: Habits, labels: Turn["labels"]) {
    this.fill = fill;
    this.#k = k;
    this.#stops = stops;
    this.#labels = labels;
  }

  *moved({ made, from, to }: Move): Driver<Turn["stopped"], Turn> {
    const stopped = this.#stops(made, from, to, this.#k);
    yield { ask: "progress", step: () => ({ made, labels: this.#labels, from, to, stopped }) };
    return stopped;
  }
}

/** The nearest by this measure: found natively where that pays and can be had. */
export function finderFor(table: Table, k: number, measure: Measure, native = table.count * table.columns * k >= NATIVE): Finder {
  const direct = new Direct(table.data, table.columns, measure);
  return (native && certain(table, direct)) || direct;
}

/** With the rows in WebAssembly; null where there is none, no room, or no frame that the rows fit. */
function certain(table: Table, direct: Direct): Certain | null {
  let rows: Inline | undefined;
  try {
    rows = new Inline(table);
    const { frame } = pumpSync(load(table.count, table.columns, false, (column) => `column ${column}`), rows);
    return new Certain(rows, frame, doubtOf(frame, table.count), direct);
  } catch (error) {
    rows?.dispose();
    if (error instanceof LloydError && LIMITS.includes(error.code)) return null;
    throw error;
  }
}

/** What keeps rows out of WebAssembly, and leaves plain JavaScript. */
const LIMITS: readonly string[] = ["wasm-unavailable", "out-of-memory", "out-of-range"];

/** Whether no centroid moved farther than this, squared. */
export function squaresWithin(tolerance: number, from: Float64Array, to: Float64Array, k: number): boolean {
  const columns = to.length / k;
  for (let at = 0; at < to.length; ) {
    let sum = 0;
    for (const end = at + columns; at < end; at++) sum += (to[at] - from[at]) * (to[at] - from[at]);
    if (sum > tolerance) return false;
  }
  return true;
}

/** Some of the rows, one after the other. */
export function copied({ data, columns }: Table, rows: readonly number[]): Float64Array {
  const flat = floats(rows.length * columns);
  let to = 0;
  for (const row of rows) for (let at = row * columns, end = at + columns; at < end; at++) flat[to++] = data[at];
  return flat;
}

/** Labels as other libraries give them; several times as fast as `Array.from`. */
export function listed(labels: Int32Array): number[] {
  const list = new Array<number>(labels.length);
  for (let i = 0; i < labels.length; i++) list[i] = labels[i];
  return list;
}
