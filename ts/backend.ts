import type { Backend, Source } from "./engine/engine.js";
import { engine } from "./engine/inline.js";

export type { Backend, Source };

/**
 * Loads what runs the arithmetic, so that the synchronous functions can be called.
 *
 * Needed in two cases only: before `kmeansSync` of `lloyd/slim` outside Node, and before
 * `kmeansSync` where a Content-Security-Policy forbids WebAssembly (then it loads plain JavaScript
 * instead). `kmeans` and `kmeansSteps` do it themselves. Calling it again does nothing.
 *
 * @param source where the WebAssembly is; by default the one that came with the package
 * @throws LloydError `wasm-unavailable`, saying what could not be loaded or which directive forbids it
 */
export function init(source?: Source | PromiseLike<Source>): Promise<void> {
  return engine.init(source);
}

/**
 * What runs the arithmetic: `"wasm-simd"`, or `"js"` where WebAssembly is not to be had. The bits are the same.
 *
 * @throws LloydError `wasm-unavailable` where nothing can run yet, saying why
 */
export function backend(): Backend {
  return engine.backend();
}
