import { places } from "../../build/wasm/fused.js";
import { LloydError } from "../errors.js";
import { fuse, hasFused } from "../fused.js";

const CSP = "a Content-Security-Policy must allow script-src 'wasm-unsafe-eval', and the engine needs WebAssembly SIMD";

/**
 * Compiles the module at once. `otherwise`: what else the caller can do, for the message.
 *
 * @throws LloydError `wasm-unavailable`
 */
export function compile(bytes: Uint8Array<ArrayBuffer>, otherwise: string): WebAssembly.Module {
  if (typeof WebAssembly !== "object") {
    throw new LloydError("wasm-unavailable", `this engine has no WebAssembly (all engines since 2021 have it, with SIMD); ${otherwise}`);
  }
  try {
    return new WebAssembly.Module(fitting(bytes));
  } catch (cause) {
    throw new LloydError("wasm-unavailable", `WebAssembly could not be compiled here (${cause instanceof Error ? cause.message : cause}): ${CSP}; ${otherwise}`, { cause });
  }
}

/** The module as this engine runs it best. */
export function fitting(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return hasFused() ? fuse(bytes, places) : bytes;
}

/** What was given by another thread, as a module. */
export function adopted(given: WebAssembly.Module | Uint8Array): WebAssembly.Module {
  return given instanceof Uint8Array ? new WebAssembly.Module(given as BufferSource) : given;
}

/** Where there is nothing that another thread could take. */
export function refused(): never {
  throw new LloydError("wasm-unavailable", "there is no WebAssembly here that could be passed between threads");
}
