import { instantiate } from "../../build/wasm/instantiate.js";
import { LloydError } from "../errors.js";
import type { Engine } from "./engine.js";
import { adopted, refused } from "./compile.js";
import { moduleFrom, type Source } from "./source.js";

let compiled: WebAssembly.Module | undefined;

function loaded(): WebAssembly.Module {
  if (compiled) return compiled;
  throw new LloydError("wasm-unavailable", "lloyd/slim has not loaded its WebAssembly yet: call `await init()` first, or kmeans(), which does it");
}

/** The module from a file of its own, beside the script unless `init` is told where. */
export const engine: Omit<Engine, "init"> & { init(source?: Source | PromiseLike<Source>): Promise<void> } = {
  get ready() {
    return compiled !== undefined;
  },
  backend() {
    loaded();
    return "wasm-simd";
  },
  instantiate: () => instantiate(loaded()),
  module: loaded,
  bytes: () => refused(),
  adopt(given) {
    compiled = adopted(given);
  },
  async init(source) {
    if (source !== undefined) compiled = await moduleFrom(await source);
    else compiled ??= await moduleFrom(new URL("./lloyd.wasm", import.meta.url));
  },
};
