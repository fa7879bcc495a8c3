import * as Comlink from "comlink";
import source from "../../build/worker/facade-worker.js";
import { Dataset, loadDataset, type DatasetOptions } from "../dataset.js";
import { LloydError } from "../errors.js";
import type { ExecutorReport } from "../executor/executor.js";
import { waysHere, type AnyWorker, type Script, type Way } from "../executor/spawn.js";
import { kmeans, kmeansSteps } from "../kmeans.js";
import { KMeansModel, type Step } from "../model.js";
import type { KMeansOptions } from "../options.js";
import type { Points } from "../points.js";
import { compiledModule, moduleBytes } from "../wasm.js";
import { watcher } from "../watcher.js";
import { register } from "./handlers.js";
import type { Plain, Source } from "./host.js";
import { Line } from "./line.js";

export interface LloydWorkerOptions {
  /** Starts a worker whose script imports `lloyd/facade-worker`; see `createPool`. */
  createWorker?: () => AnyWorker;
  /** Milliseconds after which a worker that has not started is given up. Default: 10,000. */
  patience?: number;
}

/** Points that were loaded in the worker. */
export interface RemoteDataset {
  readonly count: number;
  readonly columns: number;
  /** As `Dataset.predict`. */
  predict(model: KMeansModel, options?: { signal?: AbortSignal }): Promise<Int32Array<ArrayBuffer>>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** lloyd's functions, at work in a worker. */
export interface LloydWorker {
  /** As `kmeans`; an `init` that is a function and a `pool` cannot be passed. */
  kmeans(points: Points | RemoteDataset, options: KMeansOptions): Promise<KMeansModel>;
  /** As `kmeansSteps`. */
  kmeansSteps(points: Points | RemoteDataset, options: KMeansOptions): AsyncGenerator<Step, KMeansModel, void>;
  /** As `model.predict(points)`. */
  predict(model: KMeansModel, points: Points): Promise<Int32Array<ArrayBuffer>>;
  /** As `loadDataset`. */
  loadDataset(points: Points, options?: DatasetOptions): Promise<RemoteDataset>;
  /** How the worker was started; `this-thread` where it could not be. */
  readonly started: ExecutorReport["started"];
  /** Why not, in that case. */
  readonly fallback?: string;
  /** Ends the worker; what is pending rejects with code `disposed`. May be repeated. */
  dispose(): void;
  [Symbol.dispose](): void;
}

const script: Script = {
  module: () => new Worker(new URL("./facade-worker.js", import.meta.url), { type: "module" }),
  source,
};

/**
 * Starts a worker that has all of lloyd in it: reading points, seeding and the loop itself leave the
 * calling thread, too. Where none can be started, the same functions work on this thread, in slices.
 *
 * @example
 * using lloyd = await createLloydWorker();
 * const model = await lloyd.kmeans(points, { k: 8, onStep: draw, signal });
 */
export async function createLloydWorker({ createWorker, patience = 10_000 }: LloydWorkerOptions = {}): Promise<LloydWorker> {
  register();
  let failure: Error = new Error("this runtime has no workers");
  for (const way of waysHere(script, createWorker)) {
    const line = new Line(way, script, createWorker);
    const timer = setTimeout(() => line.end(new Error(`the worker did not start within ${patience} ms`)), patience);
    try {
      await line.call({}, () => started(line));
      return remote(line, way);
    } catch (error) {
      failure = error as Error;
      line.end(failure);
    } finally {
      clearTimeout(timer);
    }
  }
  return here(failure.message);
}

/** Passes the module on, compiled where the engine lets it pass. */
async function started({ host }: Line): Promise<void> {
  const module = compiledModule();
  await host.start(module).catch((error: unknown) => {
    if ((error as Error)?.name !== "DataCloneError") throw error;
    return host.start(moduleBytes());
  });
}

/** The same functions on this thread. */
function here(fallback: string): LloydWorker {
  let disposed = false;
  const open = () => {
    if (disposed) throw gone();
  };
  return {
    kmeans: async (points, options) => (open(), kmeans(points as Points, options)),
    async *kmeansSteps(points, options) {
      open();
      return yield* kmeansSteps(points as Points, options);
    },
    predict: async (model, points) => (open(), model.predict(points)),
    loadDataset: async (points, options) => (open(), loadDataset(points, options)),
    started: "this-thread",
    fallback,
    dispose: () => void (disposed = true),
    [Symbol.dispose]: () => void (disposed = true),
  };
}

function remote(line: Line, way: Way): LloydWorker {
  const { host } = line;
  const dispose = () => line.end(gone());
  return {
    kmeans: (points, options) =>
      line.call(options, (signal, watch) => {
        const source = sourceOf(points, line, options.transfer);
        return host.kmeans(source, plain(options), signal, watch(options.onStep), watch(options.onPhase));
      }),

    async *kmeansSteps(points, options) {
      const watched = watcher(options);
      const call = line.open(options);
      const steps = await call.race(host.steps(sourceOf(points, line, options.transfer), plain(options), call.signal, call.watch(options.onPhase)));
      try {
        for (;;) {
          const next = await call.race(steps.next());
          if (next instanceof KMeansModel) {
            watched.end();
            return next;
          }
          void watched.see({ ask: "progress", step: () => next });
          yield next;
        }
      } finally {
        void steps.leave().catch(() => {}).finally(() => steps[Comlink.releaseProxy]());
        call.close();
      }
    },

    predict: (model, points) => line.call({}, () => host.predict(model, points)),

    async loadDataset(points, options = {}) {
      const { dataset, count, columns } = await line.call(options, (signal) => host.load(...given(points, plain(options), options.transfer), signal));
      return new Loaded(line, dataset, count, columns);
    },

    started: way,
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** Rows in the worker. */
class Loaded implements RemoteDataset {
  constructor(
    readonly line: Line,
    readonly dataset: number,
    readonly count: number,
    readonly columns: number,
  ) {}

  predict(model: KMeansModel, { signal }: { signal?: AbortSignal } = {}): Promise<Int32Array<ArrayBuffer>> {
    return this.line.call({ signal }, (far) => this.line.host.predictLoaded(model, this.dataset, far));
  }

  dispose(): void {
    void this.line.host.unload(this.dataset).catch(() => {});
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function gone(): LloydError {
  return new LloydError("disposed", "this worker has been disposed of; make another one with createLloydWorker");
}

function sourceOf(points: Points | RemoteDataset, line: Line, transfer: boolean | undefined): Source {
  if (points instanceof Loaded && points.line === line) return { dataset: points.dataset };
  if (points instanceof Loaded || points instanceof Dataset) throw new LloydError("bad-points", "the data set was not loaded in this worker; load it with its own loadDataset");
  return given({ points: points as Points }, points, transfer)[0];
}

/** The message, with the buffer of flat points to go over whole where that is wanted. */
function given<T, O>(message: T, other: O, transfer: boolean | undefined): [T, O] {
  const points = (typeof message === "object" && message !== null && "points" in message ? message.points : message) as { data?: { buffer?: unknown } };
  const buffer = points?.data?.buffer;
  if (transfer && buffer instanceof ArrayBuffer) Comlink.transfer(message as object, [buffer]);
  return [message, other];
}

/** What can be cloned of options. */
function plain<T extends KMeansOptions | DatasetOptions>(options: T): Plain<T> {
  const { signal: _, onStep: __, onPhase: ___, pool, ...rest } = options as KMeansOptions;
  if (pool) throw new LloydError("bad-option", "pool cannot be passed to a worker; workers: n starts some from there");
  if (typeof rest.init === "function") throw new LloydError("bad-init", "init is a function, which cannot be passed to a worker; pass the centroids that it makes");
  return rest as unknown as Plain<T>;
}
