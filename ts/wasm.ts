/**
 * The boundary: the only file that calls into the compiled crate.
 *
 * One instance serves all fits of this thread, as long as it stays small and healthy. Its memory
 * never shrinks, so an instance that grew beyond {@link KEEP} is given up with the fit that needed
 * it; one that trapped is given up at once, and every shard in it fails with one clear error.
 */
import type { Exports, WasmPairs, WasmShard } from "../build/wasm/instantiate.js";
import { ALGORITHMS, type Algorithm } from "./algorithm.js";
import { engine } from "./engine/inline.js";
import { LloydError, showBytes } from "./errors.js";
import type { NumberArray } from "./points.js";
import type { Assigned, Draw, Drawn, Far, FarRow, Finished, Frame, Loaded, Measured, Search, Searched } from "./questions.js";

/** Bytes of memory up to which an instance is kept for the next fit. */
const KEEP = 64 * 2 ** 20;
/** Values staged at a time: 256 kB of f64, inside a second-level cache. */
const STAGE = 32 * 1024;
/** An allocation of Rust's is at most this many bytes on wasm32. */
const LARGEST = 2 ** 31 - 1;
/** Planes of an exact sum. */
const PLANES = 3;

let kept: Instance | undefined;

export type { WasmPairs };

/** WebAssembly with a memory of its own. */
export class Instance {
  readonly exports: Exports;
  trap: unknown;

  constructor() {
    try {
      this.exports = engine.instantiate();
    } catch (error) {
      // What engines throw where there is no room for another memory.
      throw error instanceof RangeError ? new LloydError("out-of-memory", `there is no room for a WebAssembly memory (${error.message})`, { cause: error }) : error;
    }
  }

  /** Calls into wasm; turns what it throws into errors of ours. */
  run<T>(call: (exports: Exports) => T): T {
    if (this.trap !== undefined) throw trapped(this.trap);
    try {
      return call(this.exports);
    } catch (thrown) {
      if (typeof thrown === "number") throw outOfMemory(thrown, this.exports.memory.buffer.byteLength);
      if (thrown instanceof LloydError) throw thrown;
      this.trap = thrown;
      throw trapped(thrown);
    }
  }
}

/** The instance that this thread's work shares. */
export function shared(): Instance {
  return (kept ??= new Instance());
}

/** After what it held is freed: gives an instance up that is too large to keep, or broken. */
export function released(instance: Instance): void {
  if (kept === instance && (instance.trap !== undefined || instance.exports.memory.buffer.byteLength > KEEP)) kept = undefined;
}

/** The module that instances are made of, for other threads. */
export function compiledModule(): WebAssembly.Module {
  return engine.module();
}

/** Takes the module, or the bytes to compile, from another thread. */
export function adoptModule(given: WebAssembly.Module | Uint8Array): void {
  engine.adopt(given);
}

/** Bytes of {@link compiledModule}, for threads to which a module cannot be passed. */
export function moduleBytes(): Uint8Array {
  return engine.bytes();
}

function trapped(cause: unknown): LloydError {
  return new LloydError("wasm-trapped", `the WebAssembly instance failed (${cause instanceof Error ? cause.message : cause}) and what it held is lost; start the fit again`, { cause });
}

function outOfMemory(asked: number, held: number): LloydError {
  return new LloydError("out-of-memory", `could not allocate ${showBytes(asked)} of WebAssembly memory; ${showBytes(held)} are in use and 4.3 GB is the limit`);
}

/** Holds a run of rows in wasm memory and answers questions about them. */
export class Shard {
  readonly #instance: Instance;
  readonly #columns: number;
  readonly #count: number;
  readonly #first: number;
  #shard: WasmShard | undefined;

  /** `first`: global number of the first of `count` rows; `total`: rows of all shards together. */
  constructor(count: number, columns: number, first: number, total: number) {
    const asked = count * columns * 4;
    if (asked > LARGEST) throw outOfMemory(asked, 0);
    this.#instance = shared();
    this.#count = count;
    this.#columns = columns;
    this.#first = first;
    this.#shard = this.#instance.run(({ Shard }) => new Shard(count, columns, first, total));
  }

  /** Frees the rows; later calls fail. */
  dispose(): void {
    if (this.#shard && this.#instance.trap === undefined) this.#instance.run(() => this.#shard?.free());
    this.#shard = undefined;
    released(this.#instance);
  }

  #run<T>(call: (shard: WasmShard, memory: ArrayBuffer) => T): T {
    return this.#instance.run(({ memory }) => {
      if (!this.#shard) throw new LloydError("disposed", "these rows have been disposed of while they were in use");
      return call(this.#shard, memory.buffer);
    });
  }

  setAlgorithm(algorithm: Algorithm): void {
    this.#run((shard) => shard.setAlgorithm(ALGORITHMS.indexOf(algorithm)));
  }

  setWeights(weights: Float64Array): void {
    this.#run((shard) => shard.setWeights(weights));
  }

  /** Measures the rows from `from` to `to` of all that `data` holds for this shard, in their order. */
  measure(data: NumberArray, from: number, to: number, stride: number): void {
    this.#stage(data, from, to, (shard, a, b, short) => shard.measureStaged(short, a, b, stride));
  }

  measured(): Measured {
    const found = this.#run((shard) => shard.extents());
    const [row, column, value] = found;
    const d = this.#columns;
    const sample = found.slice(3 + 2 * d);
    return {
      min: found.slice(3, 3 + d),
      max: found.slice(3 + d, 3 + 2 * d),
      bad: row < 0 ? null : { row, column, value },
      sampled: new Float64Array(sample.length / d),
      sample,
    };
  }

  setFrame({ origin, exponent, grid, span }: Frame): void {
    this.#run((shard) => shard.setFrame(origin, exponent, grid, span));
  }

  /** Loads the rows from `from` to `to` into the frame, in their order. */
  load(data: NumberArray, from: number, to: number): void {
    this.#stage(data, from, to, (shard, a, b, short) => shard.loadStaged(short, b - a));
  }

  loaded(): Loaded {
    return { squares: this.#run((shard) => shard.squares()) };
  }

  assign(k: number, centroids: Float64Array, previous: Float64Array | null): void {
    this.#run((shard) => shard.assign(k, centroids, previous ?? undefined));
  }

  partition(k: number, seed: number, stage: number): void {
    this.#run((shard) => shard.partition(k, seed, stage));
  }

  draw({ by, seed, stage, places, seeds, candidates }: Draw): void {
    this.#run((shard) => shard.draw(by === "distance", seed, stage, places, seeds, candidates));
  }

  farthest(places: number, k: number, centroids: Float64Array): void {
    this.#run((shard) => shard.farthest(places, k, centroids));
  }

  refine(k: number, centroids: Float64Array): void {
    this.#run((shard) => shard.refine(k, centroids));
  }

  /** After the work of `refine`: adds the rows from `from` to `to`. */
  refineRows(data: NumberArray, from: number, to: number): void {
    this.#stage(data, from, to, (shard, a, b) => shard.refineStaged(a, b), true);
  }

  refined(): Float64Array {
    return this.#run((shard) => shard.refined());
  }

  /** `about`: for the inertia of loaded rows; without it, `finishRows` adds rows in f64. */
  finish(k: number, centroids: Float64Array, about?: Float64Array): void {
    this.#run((shard) => shard.finish(k, centroids, about));
  }

  /** After the work of `finish`: adds the rows from `from` to `to`. */
  finishRows(data: NumberArray, from: number, to: number, about: Float64Array): void {
    this.#stage(data, from, to, (shard, a, b) => shard.finishStaged(a, b, about), true);
  }

  /** About `budget` rows of the last question's work; true while there is more. */
  work(budget: number): boolean {
    return this.#run((shard) => shard.work(budget));
  }

  assigned(k: number): Assigned {
    const found = this.#run((shard) => shard.assigned());
    const planes = (found.length - 1 - k) / (k + k * this.#columns);
    const [counts, weights] = [1 + k, 1 + k + planes * k];
    return { changed: found[0], counts: found.slice(1, counts), weights: found.slice(counts, weights), sums: found.slice(weights) };
  }

  /** Row × centroid distances of all assignments so far: a cost, no part of any reply. */
  computed(): number {
    return this.#run((shard) => shard.computed());
  }

  drawn(): Drawn {
    const found = this.#run((shard) => shard.drawn());
    const coordinates = this.#run((shard) => shard.drawnRows());
    const races = [];
    for (let at = 0, row = 0; at < found.length; ) {
      const count = found[at + PLANES];
      const each = found.subarray(at + PLANES + 1, at + PLANES + 1 + 3 * count);
      const every = (offset: number) => {
        const some = new Float64Array(count);
        for (let i = 0; i < count; i++) some[i] = each[3 * i + offset];
        return some;
      };
      races.push({
        potential: found.slice(at, at + PLANES),
        keys: every(0),
        rows: every(1),
        weights: every(2),
        coordinates: coordinates.subarray(row * this.#columns, (row + count) * this.#columns),
      });
      at += PLANES + 1 + 3 * count;
      row += count;
    }
    return races;
  }

  farthestRows(): Far {
    const found = this.#run((shard) => shard.farthestRows());
    const stride = 4 + this.#columns;
    const rows: FarRow[] = [];
    for (let at = 0; at < found.length; at += stride) {
      const [squared, row, label, weight] = found.subarray(at, at + 4);
      rows.push({ squared, row, label, weight, coordinates: found.slice(at + 4, at + stride) });
    }
    return rows;
  }

  finished(k: number, labels: boolean): Finished {
    const found = this.#run((shard) => shard.finished());
    return {
      counts: found.slice(0, k),
      inertias: found.slice(k),
      labels: labels ? [{ first: this.#first, values: this.labels() }] : [],
    };
  }

  labels(): Int32Array<ArrayBuffer> {
    return this.#run((shard, memory) => new Int32Array(memory, shard.labels() >>> 0, this.#count).slice());
  }

  /** Squared distances of the rows from `from` to `to` to every centroid, in pieces, row-major. */
  distances(data: NumberArray, from: number, to: number, centroids: Float64Array, use: (squared: Float64Array) => void): void {
    this.#stage(data, from, to, (shard, a, b) => use(shard.distancesStaged(a, b, centroids)), true);
  }

  /**
   * Nearest centroids of the points behind the rows, each within `doubt` of its row, and the rows
   * where that leaves more than one possible. In the frame's units.
   */
  certain(k: number, centroids: Float64Array, doubt: number): { labels: Int32Array<ArrayBuffer>; doubtful: Uint32Array } {
    const doubtful = this.#run((shard) => shard.certain(k, centroids, doubt));
    const labels = this.#run((shard, memory) => new Int32Array(memory, shard.certainLabels() >>> 0, this.#count).slice());
    return { labels, doubtful };
  }

  /** Drops what is remembered of earlier questions; no answer changes. */
  forget(): void {
    this.#run((shard) => shard.forget());
  }

  /** Passes rows through a staging area in wasm, as many at a time as a cache holds. */
  #stage(data: NumberArray, from: number, to: number, use: (shard: WasmShard, from: number, to: number, short: boolean) => void, wide = false): void {
    const d = this.#columns;
    const step = Math.max(1, Math.floor(STAGE / d));
    const short = !wide && data instanceof Float32Array;
    for (let a = from; a < to; a += step) {
      const b = Math.min(to, a + step);
      const length = (b - a) * d;
      const at = this.#run((shard) => (short ? shard.stageShort(length) : shard.stage(length)) >>> 0);
      this.#run((shard, memory) => {
        const staged = short ? new Float32Array(memory, at, length) : new Float64Array(memory, at, length);
        staged.set(data.subarray(a * d, b * d));
        use(shard, a, b, short);
      });
    }
  }
}

/** Seeds from a sample, a seed or a swap at a time; see {@link Search}. */
export function* search({ rows, weights, columns, k, swaps, seed }: Search): Generator<void, Searched> {
  const instance = shared();
  const found = instance.run(({ Search }) => new Search(rows, weights, columns, k, swaps, seed));
  try {
    while (instance.run(() => found.work())) yield;
    const [made, ...seeds] = instance.run(() => found.found());
    return { seeds: Uint32Array.from(seeds), swaps: made };
  } finally {
    if (instance.trap === undefined) instance.run(() => found.free());
  }
}
