import type { Backend } from "./engine/engine.js";
import { engine } from "./engine/inline.js";

export type { Backend };

/**
 * Loads what runs the arithmetic, so that `kmeansSync` can be called at once.
 *
 * Needed in one case only: before `kmeansSync` where a Content-Security-Policy forbids WebAssembly,
 * to load the same code as plain JavaScript. `kmeans` and `kmeansSteps` do it themselves. Calling it
 * again does nothing.
 *
 * @throws LloydError `wasm-unavailable`, saying what could not be loaded or which directive forbids it
 */
export function init(): Promise<void> {
  return engine.init();
}

/**
 * What runs the arithmetic: `"wasm-simd"`, or `"js"` where WebAssembly is not to be had. The bits are the same.
 *
 * @throws LloydError `wasm-unavailable` where nothing can run yet, saying why
 */
export function backend(): Backend {
  return engine.backend();
}
