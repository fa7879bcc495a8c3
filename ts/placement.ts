import type { Dataset } from "./dataset.js";
import { LloydError, show } from "./errors.js";
import { engine } from "./engine/inline.js";
import type { Executor } from "./executor/executor.js";
import { Holding } from "./executor/holding.js";
import { Inline } from "./executor/inline.js";
import { Sliced } from "./executor/sliced.js";
import type { Rows } from "./points.js";
import { cores, isWarm, MOST_WORKERS, Pool, sharedPool } from "./pool.js";

/** Options of where the work is done. It changes the time, never a bit of the result. */
export interface PlacementOptions {
  /**
   * How many workers share the work. Default `"auto"`: none where the rows are few, as many as pay
   * where they are many; never more than there are cores. 0: the calling thread does it, in slices
   * of about 10 ms. `kmeansSync` always works on the calling thread.
   */
  workers?: "auto" | number;
  /** Workers that are there already; see `createPool`. Default: some of lloyd's own. */
  pool?: Pool;
  /**
   * Gives the points' buffer away, as `postMessage` does: it is detached at once, and once the
   * workers have their rows nothing is held on this thread. A worker that fails then ends the fit,
   * as its rows cannot be loaded again. Default: false.
   */
  transfer?: boolean;
}

/** The same, parsed. */
export interface Placement {
  readonly workers: "auto" | number;
  readonly pool: Pool | undefined;
  readonly transfer: boolean;
  /** Where the rows are loaded already. */
  readonly dataset: Dataset | undefined;
}

/** Multiply-adds of a pass, about a millisecond's, from which one more worker pays. */
const SHARE = 2 ** 24;
/** Those of a whole fit from which it pays to start workers for it, and to send rows to some that are there. */
const START = 2 ** 33;
const SEND = 2 ** 31;
/** Passes that a fit is expected to need. */
export const PASSES = 10;
/** Numbers that copies of the rows for all workers may have together: at 12 bytes each, 0.8 GB. */
const ROOM = 2 ** 26;

/** @throws LloydError `bad-option` */
export function parsePlacement({ workers, pool, transfer }: PlacementOptions, dataset?: Dataset): Placement {
  if (workers !== undefined && workers !== "auto" && !(Number.isInteger(workers) && workers >= 0 && workers <= MOST_WORKERS)) {
    throw new LloydError("bad-option", `workers is ${show(workers)}; expected "auto" or an integer from 0 to ${MOST_WORKERS}`);
  }
  if (pool !== undefined && !(pool instanceof Pool)) throw new LloydError("bad-option", `pool is ${show(pool)}; expected what createPool gives`);
  if (transfer !== undefined && typeof transfer !== "boolean") throw new LloydError("bad-option", `transfer is ${show(transfer)}; expected true or false`);
  if (pool && workers === 0) throw new LloydError("bad-option", "workers is 0, but a pool is given; expected one or the other");
  if (dataset && (workers !== undefined || pool || transfer)) {
    throw new LloydError("bad-option", "workers, pool and transfer belong to loadDataset: a loaded data set is where it is");
  }
  return { workers: workers ?? "auto", pool, transfer: transfer ?? false, dataset };
}

/** What is to be done with rows, as far as it decides where. */
export interface Work {
  readonly k: number;
  /** Fits that do not depend on each other. */
  readonly restarts: number;
  /** How many fits all of it is worth, if it is more than them. */
  readonly fits?: number;
}

/** Where rows are to be held. */
export interface Place {
  /** None: on this thread. */
  readonly home: Pool | undefined;
  readonly count: number;
  /** Whether each worker holds all rows. */
  readonly copies: boolean;
  /** One certain worker, as the pool numbers them. Default: those with least to do. */
  readonly slot?: number;
  /** Whether 32-bit numbers are kept once they are loaded: distances between rows are asked for. Default: false. */
  readonly keeps?: boolean;
  /** Why on this thread, where workers were wanted. */
  readonly fallback?: string;
}

const NO_MODULE = "lloyd runs as plain JavaScript here; workers are given WebAssembly";

/**
 * Chooses where rows are held, once there is what runs the arithmetic.
 *
 * @throws LloydError (as a rejection) `wasm-unavailable`, `disposed`
 */
export async function placeFor({ count, columns }: Pick<Rows, "count" | "columns">, { workers, pool }: Placement, work: Work): Promise<Place> {
  if (!engine.ready) await engine.init();
  pool?.refuseDisposed();
  const most = Math.min(count, workers === "auto" ? (pool?.workers ?? cores()) : Math.min(workers, pool?.workers ?? workers));
  const pass = count * columns * work.k;
  const aside = Math.min(most, work.restarts, Math.max(1, Math.floor(ROOM / (count * columns))));
  // As many fits as workers, each of which has little to do for one: each takes its own.
  const asked = { count: most, copies: most > 1 && aside === most && pass < most * SHARE };
  const chosen = workers === "auto" ? shared(pass, work.fits ?? work.restarts, most, aside, pool !== undefined) : asked;
  if (chosen.count > 0 && engine.backend() === "js") return { home: undefined, count: 0, copies: false, fallback: NO_MODULE };
  return { ...chosen, home: chosen.count === 0 ? undefined : (pool ?? sharedPool(chosen.count)) };
}

/** Puts rows there; on this thread, where no worker can be started. */
export async function put(rows: Rows, { home, count, copies, slot, keeps = false, fallback }: Place, { transfer }: Placement, weights: Float64Array | null): Promise<Executor> {
  if (!home) return new Sliced(new Inline(rows, { weights }), fallback);
  const holding = new Holding(home, rows, { weights, slots: slot === undefined ? home.idlest(count) : [slot], copies, transfer, keeps });
  try {
    await holding.begun();
    return holding;
  } catch (error) {
    holding.dispose();
    if (home.failure === undefined) throw error;
    return new Sliced(new Inline(rows, { weights }), home.failure);
  }
}

/** How many workers share the work, and whether each gets all rows, for fits side by side. */
function shared(pass: number, fits: number, most: number, aside: number, pooled: boolean): { count: number; copies: boolean } {
  const all = pass * PASSES * fits;
  const none = { count: pooled ? 1 : 0, copies: false };
  if (!pooled && all < (isWarm() ? SEND : START)) return none;
  const split = Math.min(most, Math.floor(pass / SHARE));
  if (aside > Math.max(1, split)) return { count: aside, copies: true };
  return split > 1 ? { count: split, copies: false } : none;
}

/** The rows, where they are given away in a buffer of our own: the caller's is detached. Shared memory stays shared. */
export function taken(rows: Rows, { transfer }: Placement): Rows {
  const { data } = rows;
  if (!transfer || !(data.buffer instanceof ArrayBuffer)) return rows;
  const { byteOffset, length } = data;
  const buffer = structuredClone(data.buffer, { transfer: [data.buffer] });
  return { ...rows, data: new (data.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Rows["data"])(buffer, byteOffset, length) };
}
