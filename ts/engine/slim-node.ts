import { readFileSync } from "node:fs";
import { instantiate } from "../../build/wasm/instantiate.js";
import { adopted, compile, refused } from "./compile.js";
import type { Engine } from "./engine.js";
import { moduleFrom, type Source } from "./source.js";

let compiled: WebAssembly.Module | undefined;

const now = () => (compiled ??= compile(Uint8Array.from(readFileSync(new URL("./lloyd.wasm", import.meta.url))), "lloyd/js does without"));

/** The module from the file beside the script, read when it is first needed. */
export const engine: Omit<Engine, "init"> & { init(source?: Source | PromiseLike<Source>): Promise<void> } = {
  get ready() {
    return compiled !== undefined;
  },
  backend() {
    now();
    return "wasm-simd";
  },
  instantiate: () => instantiate(now()),
  module: now,
  bytes: () => refused(),
  adopt(given) {
    compiled = adopted(given);
  },
  async init(source) {
    if (source !== undefined) compiled = await moduleFrom(await source);
    else now();
  },
};
