import type { Backend } from "./engine/engine.js";
import { LloydError, show } from "./errors.js";
import { engine } from "./engine/inline.js";

export type { Backend };

export interface InitOptions {
  /**
   * Loads the same code in plain JavaScript, where WebAssembly is forbidden:
   * `() => import("lloyd/engine-js")`. Default: from the file engine-js.js beside the script, where
   * the package's own files are served, and most bundlers put it.
   */
  fallback?: () => Promise<{ readonly instantiate: () => unknown }>;
}

/**
 * Loads what runs the arithmetic, so that `kmeansSync` can be called at once. Calling it again does
 * nothing.
 *
 * Needed only where a Content-Security-Policy forbids WebAssembly: before `kmeansSync`; and with a
 * bundler that does not know where engine-js.js lies (esbuild, Rollup), with `fallback`, before anything.
 *
 * @throws LloydError `wasm-unavailable`, saying what could not be loaded or which directive forbids it;
 *   `bad-option`, `unknown-option`
 */
export async function init(options: InitOptions = {}): Promise<void> {
  const { fallback, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown) throw new LloydError("unknown-option", `unknown option ${show(unknown)}; expected fallback`);
  if (fallback !== undefined && typeof fallback !== "function") {
    throw new LloydError("bad-option", `fallback is ${show(fallback)}; expected a function such as () => import("lloyd/engine-js")`);
  }
  await engine.init(fallback);
}

/**
 * What runs the arithmetic: `"wasm-simd"`, or `"js"` where WebAssembly is not to be had. The bits are the same.
 *
 * @throws LloydError `wasm-unavailable` where nothing can run yet, saying why
 */
export function backend(): Backend {
  return engine.backend();
}
