// What runs in the worker of `lloyd/worker`: the functions of the facade, for Comlink to call.

import * as Comlink from "comlink";
import { loadDataset, type Dataset, type DatasetOptions } from "../dataset.js";
import { LloydError } from "../errors.js";
import { kmeans, kmeansSteps } from "../kmeans.js";
import type { KMeansModel, Phase, Step } from "../model.js";
import type { KMeansOptions } from "../options.js";
import type { Points } from "../points.js";
import { adoptModule } from "../wasm.js";

/** Points, or the number of a data set that was loaded here. */
export type Source = { readonly points: Points } | { readonly dataset: number };
type Call<T> = ((value: T) => void) & Partial<Record<typeof Comlink.releaseProxy, () => void>>;

/** Options that can be cloned; functions and signals go beside them. */
export type Plain<T> = Omit<T, "signal" | "onStep" | "onPhase" | "pool">;

let datasets = 0;
const loaded = new Map<number, Dataset>();

export const host = {
  /** Takes the compiled WebAssembly, which this script does not bring. */
  start(wasm: WebAssembly.Module | Uint8Array): void {
    adoptModule(wasm);
  },

  async kmeans(source: Source, options: Plain<KMeansOptions>, signal?: AbortSignal, onStep?: Call<Step>, onPhase?: Call<Phase>): Promise<KMeansModel> {
    const [steps, phases] = [far(onStep), far(onPhase)];
    try {
      return await kmeans(from(source), { ...options, signal, onStep: steps.call, onPhase: phases.call } as KMeansOptions);
    } finally {
      await Promise.all([steps.end(), phases.end()]);
    }
  },

  /** The next step, or the model that ends them; and the way out before that. */
  steps(source: Source, options: Plain<KMeansOptions>, signal?: AbortSignal, onPhase?: Call<Phase>) {
    const phases = far(onPhase);
    const steps = kmeansSteps(from(source), { ...options, signal, onPhase: phases.call } as KMeansOptions);
    return Comlink.proxy({
      next: async (): Promise<Step | KMeansModel> => (await steps.next()).value,
      async leave() {
        await steps.return(undefined as never);
        await phases.end();
      },
    });
  },

  predict: (model: KMeansModel, points: Points) => model.predict(points),

  async load(points: Points, options: Plain<DatasetOptions>, signal?: AbortSignal): Promise<{ dataset: number; count: number; columns: number }> {
    const dataset = await loadDataset(points, { ...options, signal });
    datasets += 1;
    loaded.set(datasets, dataset);
    return { dataset: datasets, count: dataset.count, columns: dataset.columns };
  },

  predictLoaded: (model: KMeansModel, dataset: number, signal?: AbortSignal) => (from({ dataset }) as Dataset).predict(model, { signal }),

  unload(dataset: number): void {
    loaded.get(dataset)?.dispose();
    loaded.delete(dataset);
  },
};
export type Host = typeof host;

function from(source: Source): Points | Dataset {
  if ("points" in source) return source.points;
  const dataset = loaded.get(source.dataset);
  if (!dataset) throw new LloydError("disposed", "this data set has been disposed of; load it again with loadDataset");
  return dataset;
}

/**
 * A function on the other side. Nobody waits for a call of it but `end`: all have been heard when it
 * resolves, so none comes after the result.
 */
function far<T>(call: Call<T> | undefined): { call?: (value: T) => void; end(): Promise<void> } {
  if (!call) return { end: async () => {} };
  let heard: Promise<unknown> = Promise.resolve();
  return {
    call: (value) => void (heard = Promise.allSettled([heard, call(value)])),
    async end() {
      await heard;
      call[Comlink.releaseProxy]?.();
    },
  };
}
