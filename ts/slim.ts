/**
 * `lloyd/slim`: all of `lloyd`, with its WebAssembly in a file of its own, which pages load apart from
 * the script and can cache, and share with workers.
 *
 * @module lloyd/slim
 */
import { engine } from "./engine/slim.js";
import type { Source } from "./engine/source.js";

export * from "./index.js";
export type { Source };

/**
 * Loads the WebAssembly. `kmeans` and `kmeansSteps` do it themselves; outside Node, `kmeansSync` needs
 * it first. Calling it again without a source does nothing.
 *
 * @param source where the WebAssembly is; by default lloyd.wasm beside the script, which bundlers that
 *   understand `new URL("./lloyd.wasm", import.meta.url)` put there
 * @throws LloydError `wasm-unavailable`, saying what could not be loaded or which directive forbids it
 */
export function init(source?: Source | PromiseLike<Source>): Promise<void> {
  return engine.init(source);
}
