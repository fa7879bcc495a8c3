import { instantiate } from "../../build/wasm/instantiate.js";
import { adopted, refused } from "./compile.js";
import type { Engine } from "./engine.js";

let compiled: WebAssembly.Module | undefined;

const given = () => compiled ?? refused();

/** The module that the thread which started this one has passed on: the scripts of workers bring none. */
export const engine: Engine = {
  get ready() {
    return compiled !== undefined;
  },
  backend() {
    given();
    return "wasm-simd";
  },
  instantiate: () => instantiate(given()),
  module: given,
  bytes: refused,
  adopt(module) {
    compiled = adopted(module);
  },
  async init() {
    given();
  },
};
