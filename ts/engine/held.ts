import { instantiate } from "../../build/wasm/instantiate.js";
import { adopted, refused } from "./compile.js";
import type { Engine } from "./engine.js";

/** An engine that holds a module once there is one; how it is loaded comes on top. `missing`: gives it, or says why not. */
export function held(missing: () => WebAssembly.Module): Omit<Engine, "init"> {
  let compiled: WebAssembly.Module | undefined;
  const module = () => (compiled ??= missing());
  return {
    get ready() {
      return compiled !== undefined;
    },
    backend() {
      module();
      return "wasm-simd";
    },
    instantiate: () => instantiate(module()),
    module,
    bytes: refused,
    adopt(given) {
      compiled = adopted(given);
    },
  };
}
