import type { Exports } from "../../build/wasm/instantiate.js";

/** What runs the arithmetic: WebAssembly with SIMD, or the same code as plain JavaScript. */
export type Backend = "wasm-simd" | "js";

/** Loads the module `lloyd/engine-js`. */
export type Fallback = () => Promise<{ readonly instantiate: () => unknown }>;

/**
 * One way to get at the compiled crate. Each file beside this one is such a way; the bundler puts
 * one of them in the place of `inline.ts` for each kind of build.
 */
export interface Engine {
  /** Whether `instantiate` needs no more than it has. */
  readonly ready: boolean;
  /** @throws LloydError `wasm-unavailable` */
  backend(): Backend;
  /** A fresh instance with a memory of its own. @throws LloydError `wasm-unavailable` */
  instantiate(): Exports;
  /** The module, for other threads; `bytes`, where it cannot be passed. @throws LloydError `wasm-unavailable` */
  module(): WebAssembly.Module;
  bytes(): Uint8Array;
  /** Takes them from another thread. */
  adopt(given: WebAssembly.Module | Uint8Array): void;
  /** Loads what is needed; `fallback`: from where, where WebAssembly is forbidden. @throws LloydError `wasm-unavailable` */
  init(fallback?: Fallback): Promise<void>;
}
