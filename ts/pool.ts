import source from "../build/worker/pool-worker.js";
import { LloydError, show } from "./errors.js";
import { Pool } from "./executor/pool.js";
import type { AnyWorker, Script } from "./executor/spawn.js";

export { Pool };

export interface PoolOptions {
  /** How many. Default: as many as there are cores. */
  workers?: number;
  /**
   * Starts a worker whose script imports `lloyd/pool-worker`, where neither the package's file nor
   * its inlined source can be started: behind some bundlers, under some Content-Security-Policies.
   */
  createWorker?: () => AnyWorker;
  /** Milliseconds of silence after which a worker is given up and replaced. Default: 10,000. */
  patience?: number;
}

/** More would only cost memory. */
export const MOST_WORKERS = 256;
const PATIENCE = 10_000;
/** Milliseconds for which workers of fits without a pool wait for the next such fit. */
const LINGER = 5_000;

const script: Script = {
  // In this form, which bundlers know, they put the file beside the app's own.
  module: () => new Worker(new URL("./pool-worker.js", import.meta.url), { type: "module" }),
  source,
};

/**
 * Starts workers for many fits: `kmeans(points, { pool, ... })`, `loadDataset(points, { pool })`.
 * Where none can be started here, `pool.started` is `"this-thread"`, and so will fits work.
 *
 * @example
 * using pool = await createPool({ workers: 4 });
 * const model = await kmeans(points, { k: 8, pool });
 *
 * @throws LloydError `bad-option`, `unknown-option`
 */
export async function createPool(options: PoolOptions = {}): Promise<Pool> {
  const { workers = cores(), createWorker, patience = PATIENCE, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown) throw new LloydError("unknown-option", `unknown option ${show(unknown)}; expected workers, createWorker or patience`);
  if (!Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS) {
    throw new LloydError("bad-option", `workers is ${show(workers)}; expected an integer from 1 to ${MOST_WORKERS}`);
  }
  if (createWorker !== undefined && typeof createWorker !== "function") {
    throw new LloydError("bad-option", `createWorker is ${show(createWorker)}; expected a function that starts a worker`);
  }
  if (!(patience > 0)) throw new LloydError("bad-option", `patience is ${show(patience)}; expected milliseconds above 0`);
  const pool = new Pool(script, workers, patience, createWorker);
  await pool.begun();
  return pool;
}

let shared: Pool | undefined;
let lingering: ReturnType<typeof setTimeout> | undefined;

/** Workers for fits that name no pool; they end when there was no such fit for a while. @internal */
export function sharedPool(workers: number): Pool {
  clearTimeout(lingering);
  if (!shared || shared.disposed) {
    const pool = new Pool(script, workers, PATIENCE);
    shared = pool;
    pool.whenIdle = () => {
      clearTimeout(lingering);
      lingering = setTimeout(() => pool.dispose(), LINGER);
      (lingering as { unref?: () => void }).unref?.();
    };
  }
  shared.grow(workers);
  return shared;
}

/** Whether a fit without a pool would find workers at work. @internal */
export function isWarm(): boolean {
  return shared !== undefined && !shared.disposed && shared.proven;
}

/** Cores of this machine that may be used. */
export function cores(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return Math.min(MOST_WORKERS, os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 4);
}
