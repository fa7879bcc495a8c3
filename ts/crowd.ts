import { LloydError } from "./errors.js";
import type { NumberArray } from "./points.js";
import type { Folded, Pairs } from "./questions.js";
import { Instance, released, shared, type WasmPairs } from "./wasm.js";

/** Rows in the lanes of a kernel. */
const WIDTH = 8;
/** Values of the rows of one call: 16 kB, which stay in a first-level cache. */
const CHUNK = 2048;
const FOLDS: readonly Pairs["fold"][] = ["sum", "least", "most"];

/** Rows in wasm memory, in f64 and sorted by cluster, and the distances of others to them. */
export class Crowd {
  readonly #instance: Instance;
  readonly #columns: number;
  /** Where each cluster begins, and where the last one ends: k + 1 row numbers. */
  readonly #starts: Uint32Array;
  #pairs: WasmPairs | undefined;

  /** `labels`: of the rows in `data`. */
  constructor(data: NumberArray, columns: number, labels: Int32Array, { k, exponent }: Pairs) {
    this.#instance = shared();
    this.#columns = columns;
    const starts = (this.#starts = new Uint32Array(k + 1));
    for (const label of labels) starts[label + 1] += 1;
    for (let j = 0; j < k; j++) starts[j + 1] += starts[j];
    this.#pairs = this.#instance.run(({ Pairs }) => new Pairs(labels.length, columns));
    this.#run((pairs, memory) => {
      const rows = new Float64Array(memory, pairs.rows() >>> 0, labels.length * columns);
      const next = starts.slice();
      const scale = 2 ** -exponent;
      labels.forEach((label, i) => {
        const to = next[label]++ * columns;
        for (let c = 0; c < columns; c++) rows[to + c] = data[i * columns + c] * scale;
      });
    });
  }

  /** Yields after about `budget` pairs. */
  *answer({ fold, askers, counts, units }: Pairs, budget: number): Generator<void, Folded> {
    const columns = this.#columns;
    const count = askers.length / columns;
    const step = Math.max(1, Math.floor(CHUNK / columns)) * columns;
    const what = FOLDS.indexOf(fold);
    const found = new Float64Array(fold === "sum" ? 2 * count : count);
    let left = budget;
    for (let j = 0, first = 0; j < counts.length; first += counts[j++]) {
      const [from, end] = [this.#starts[j] * columns, this.#starts[j + 1] * columns];
      for (let at = first; at < first + counts[j]; at += WIDTH) {
        const some = Math.min(WIDTH, first + counts[j] - at);
        let row = from;
        let fresh = true;
        do {
          const to = Math.min(end, row + step);
          this.#run((pairs, memory) => {
            if (fresh) this.#place(new Float64Array(memory, pairs.lanes() >>> 0, (columns + 1) * WIDTH), askers, units, at, some);
            pairs.fold(row === from ? what + FOLDS.length : what, row, to);
          });
          fresh = false;
          left -= ((to - row) / columns) * WIDTH;
          row = to;
          if (left <= 0) {
            // Meanwhile another question may use the lanes.
            const kept = this.#kept().slice();
            yield;
            this.#kept().set(kept);
            left = budget;
            fresh = true;
          }
        } while (row < end);
        read(fold, this.#kept(), some, found, at, count);
      }
    }
    return found;
  }

  dispose(): void {
    if (this.#pairs && this.#instance.trap === undefined) this.#instance.run(() => this.#pairs?.free());
    this.#pairs = undefined;
    released(this.#instance);
  }

  /** Some askers side by side; the last one fills up. */
  #place(lanes: Float64Array, askers: Float64Array, units: Int32Array, at: number, some: number): void {
    const columns = this.#columns;
    for (let l = 0; l < WIDTH; l++) {
      const asker = at + Math.min(l, some - 1);
      for (let c = 0; c < columns; c++) lanes[c * WIDTH + l] = askers[asker * columns + c];
      // What is added to a distance rounds it to its unit.
      lanes[columns * WIDTH + l] = 1.5 * 2 ** (52 + (units[asker] ?? 0));
    }
  }

  /** For each lane the lower and the upper half of 64 bits. */
  #kept(): Uint32Array {
    return this.#run((pairs, memory) => new Uint32Array(memory, pairs.kept() >>> 0, 2 * WIDTH));
  }

  #run<T>(call: (pairs: WasmPairs, memory: ArrayBuffer) => T): T {
    return this.#instance.run(({ memory }) => {
      if (!this.#pairs) throw new LloydError("wasm-trapped", "these rows have been disposed of");
      return call(this.#pairs, memory.buffer);
    });
  }
}

/** What is kept of some lanes: sums as multiples of 2^32 units and the rest. */
function read(fold: Pairs["fold"], kept: Uint32Array, some: number, found: Float64Array, at: number, count: number): void {
  if (fold !== "sum") {
    found.set(new Float64Array(kept.buffer, kept.byteOffset, some), at);
    return;
  }
  for (let l = 0; l < some; l++) {
    found[at + l] = (kept[2 * l + 1] | 0) * 2 ** 32;
    found[count + at + l] = kept[2 * l];
  }
}
