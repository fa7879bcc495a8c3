import { LloydError } from "./errors.js";
import type { NumberArray } from "./points.js";
import type { Folded, Mutual, Pairs } from "./questions.js";
import { Instance, released, shared, type WasmPairs } from "./wasm.js";

/** Rows in the lanes of a kernel. */
const WIDTH = 8;
/** Values of the rows of one call: 16 kB, which stay in a first-level cache. */
const CHUNK = 2048;
const FOLDS: readonly Pairs["fold"][] = ["sum", "least", "most"];
/** Rows of a cluster that follow each other, all of which wait for another stripe to ask them, or ask it. */
const STRIPE = 256;
/** What placing askers takes, in pairs. */
const PLACING = 512;

/** Rows in wasm memory, in f64 and sorted by cluster, and the distances of others to them. */
export class Crowd {
  readonly #instance: Instance;
  readonly #columns: number;
  /** Where each cluster begins, and where the last one ends: k + 1 row numbers. */
  readonly #starts: Uint32Array;
  /** How many rows of each cluster others hold that come before these. */
  readonly #before: Uint32Array;
  /** Global number of the first row. */
  readonly #first: number;
  #pairs: WasmPairs | undefined;

  /** `data`: of all rows of the question, those from number `first` on. */
  constructor(data: NumberArray, columns: number, first: number, question: Pairs) {
    const { k, exponent } = question;
    const count = data.length / columns;
    this.#instance = shared();
    this.#columns = columns;
    this.#first = first;
    this.#before = new Uint32Array(k);
    for (let i = 0; i < first; i++) this.#before[question.labels[i]] += 1;
    const starts = (this.#starts = new Uint32Array(k + 1));
    for (let i = 0; i < count; i++) starts[question.labels[first + i] + 1] += 1;
    for (let j = 0; j < k; j++) starts[j + 1] += starts[j];
    this.#pairs = this.#instance.run(({ Pairs }) => new Pairs(count, columns));
    this.#run((pairs, memory) => {
      const rows = new Float64Array(memory, pairs.rows() >>> 0, data.length);
      const scale = 2 ** -exponent;
      this.#inOrder(question.labels, (held, row) => {
        for (let c = 0, to = held * columns, from = (row - first) * columns; c < columns; c++) rows[to++] = data[from++] * scale;
      });
    });
  }

  /** Yields after about `budget` pairs. One question at a time. */
  *answer(question: Pairs, budget: number): Generator<void, Folded> {
    const { fold, mutual, labels, askers, counts } = question;
    const d = this.#columns;
    const count = askers.length / d;
    const all = mutual ? count + labels.length : count;
    const found = new Float64Array(fold === "sum" ? 2 * all : all);
    if (mutual) {
      const at = this.#run((pairs) => pairs.units() >>> 0);
      this.#run((_, memory) => {
        const units = new Float64Array(memory, at, this.#count);
        this.#inOrder(labels, (held, row) => (units[held] = rounding(mutual.heldUnits[row])));
      });
    }
    const what = FOLDS.indexOf(fold);
    const step = Math.max(1, Math.floor(CHUNK / d));
    let left = budget;
    for (const { at, some, runs } of this.#groups(counts, mutual)) {
      this.#run((pairs, memory) => {
        this.#place(new Float64Array(memory, pairs.lanes() >>> 0, (d + 2) * WIDTH), question, at, some);
        pairs.fold(what + FOLDS.length, 0, 0);
      });
      left -= PLACING;
      for (const { from, to, both } of runs) {
        for (let row = from; row < to; row += step) {
          const [a, b] = [row * d, Math.min(to, row + step) * d];
          this.#run((pairs) => (both ? pairs.meet(a, b) : pairs.fold(what, a, b)));
          left -= ((b - a) / d) * WIDTH;
          if (left > 0) continue;
          yield;
          left = budget;
        }
      }
      read(fold, this.#kept(), some, found, at, all);
    }
    if (mutual) {
      this.#run((pairs, memory) => {
        const halves = new Uint32Array(memory, pairs.theirs() >>> 0, 2 * this.#count);
        this.#inOrder(labels, (held, row) => join(halves, held, found, count + row, all));
      });
    }
    return found;
  }

  /**
   * Askers side by side, each with all rows of the cluster that they ask about. If they are mutual: of one stripe, each with
   * those rows that they meet when they ask,
   *
   *     of their own cluster:  themselves, one way; later rows of their stripe; of the other stripes every second one, later
   *       ones of the same parity and earlier ones of the other
   *     of another cluster:    stripes of the same parity, if it is the later cluster; else those of the other
   *
   * So of any two rows one asks, wherever both are held, and all holders have their part in every question.
   */
  *#groups(counts: Uint32Array, mutual: Mutual | undefined): Generator<Group> {
    for (let j = 0, first = 0; j < counts.length; first += counts[j++]) {
      const [low, start, stop] = [this.#before[j], this.#starts[j], this.#starts[j + 1]];
      const end = first + counts[j];
      for (let at = first, some; at < end; at += some) {
        some = Math.min(WIDTH, end - at);
        if (!mutual) {
          yield { at, some, runs: [{ from: start, to: stop, both: false }] };
          continue;
        }
        const rank = mutual.ranks[at];
        const partner = mutual.partners[j];
        const stripe = Math.floor(rank / STRIPE);
        some = Math.min(some, (stripe + 1) * STRIPE - rank);
        const runs: Run[] = [];
        const meet = (a: number, b: number, both = true) => {
          const [from, to] = [Math.max(start, a - low + start), Math.min(stop, b - low + start)];
          if (from < to) runs.push({ from, to, both });
        };
        for (let t = Math.floor(low / STRIPE); t * STRIPE < low + stop - start; t++) {
          const own = partner === j;
          if (own && t === stripe) {
            meet(rank, rank + some, false);
            meet(rank + some, (t + 1) * STRIPE);
          } else if (((stripe + t) % 2 === 0) === (own ? t > stripe : partner < j)) meet(t * STRIPE, (t + 1) * STRIPE);
        }
        yield { at, some, runs };
      }
    }
  }

  /** Where each row is held, by its global number. */
  #inOrder(labels: Int32Array, use: (held: number, row: number) => void): void {
    const next = this.#starts.slice();
    for (let row = this.#first; row < this.#first + this.#count; row++) use(next[labels[row]]++, row);
  }

  get #count(): number {
    return this.#starts[this.#starts.length - 1];
  }

  dispose(): void {
    if (this.#pairs && this.#instance.trap === undefined) this.#instance.run(() => this.#pairs?.free());
    this.#pairs = undefined;
    released(this.#instance);
  }

  /** Some askers side by side; the last one fills up. */
  #place(lanes: Float64Array, { askers, units }: Pairs, at: number, some: number): void {
    const columns = this.#columns;
    for (let l = 0; l < WIDTH; l++) {
      const asker = at + Math.min(l, some - 1);
      for (let c = 0; c < columns; c++) lanes[c * WIDTH + l] = askers[asker * columns + c];
      lanes[columns * WIDTH + l] = rounding(units[asker] ?? 0);
      lanes[(columns + 1) * WIDTH + l] = l < some ? 1 : 0;
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

/** Askers in lanes, the `some` from number `at` on, and the rows that they meet. */
interface Group {
  readonly at: number;
  readonly some: number;
  readonly runs: readonly Run[];
}
/** Rows as they are held; `both`: they meet the askers, too. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly both: boolean;
}

/** What is added to a distance rounds it to its unit. */
function rounding(unit: number): number {
  return 1.5 * 2 ** (52 + unit);
}

/** What is kept of some lanes. */
function read(fold: Pairs["fold"], kept: Uint32Array, some: number, found: Float64Array, at: number, plane: number): void {
  if (fold !== "sum") found.set(new Float64Array(kept.buffer, kept.byteOffset, some), at);
  else for (let l = 0; l < some; l++) join(kept, l, found, at + l, plane);
}

/** A sum: multiples of 2^32 units in the first plane, and the rest in the second. */
function join(halves: Uint32Array, from: number, found: Float64Array, to: number, plane: number): void {
  found[to] = (halves[2 * from + 1] | 0) * 2 ** 32;
  found[plane + to] = halves[2 * from];
}
