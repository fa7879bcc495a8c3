import { instantiate } from "../../build/wasm/instantiate.js";
import bytes from "../../build/wasm/lloyd_wasm_bg.wasm";
import type { Engine } from "./engine.js";

// Here an import of a .wasm file is the module, compiled: code may not be made from bytes at run time.
const compiled = bytes as unknown as WebAssembly.Module;

/** The module as workerd (Cloudflare Workers) gives it to the import. */
export const engine: Engine = {
  ready: true,
  backend: () => "wasm-simd",
  instantiate: () => instantiate(compiled),
  async init() {},
};
