import { instantiate } from "../../build/wasm/instantiate.js";
import compiled from "../../build/wasm/lloyd_wasm_bg.wasm";
import { refused } from "./compile.js";
import type { Engine } from "./engine.js";

/** The module as workerd (Cloudflare Workers) imports it, compiled: there, no code may be made from bytes at run time. */
export const engine: Engine = {
  ready: true,
  backend: () => "wasm-simd",
  instantiate: () => instantiate(compiled),
  module: () => compiled,
  bytes: () => refused(),
  adopt: () => refused(),
  async init() {},
};
