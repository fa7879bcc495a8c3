import { readFileSync } from "node:fs";
import { instantiate } from "../../build/wasm/instantiate.js";
import { compile, moduleFrom } from "./compile.js";
import type { Engine } from "./engine.js";

let compiled: WebAssembly.Module | undefined;

const now = () => (compiled ??= compile(Uint8Array.from(readFileSync(new URL("./lloyd.wasm", import.meta.url))), "lloyd/js does without"));

/** The module from the file beside the script, read when it is first needed. */
export const engine: Engine = {
  get ready() {
    return compiled !== undefined;
  },
  backend() {
    now();
    return "wasm-simd";
  },
  instantiate: () => instantiate(now()),
  async init(source) {
    if (source !== undefined) compiled = await moduleFrom(await source);
    else now();
  },
};
