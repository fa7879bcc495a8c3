import { instantiate } from "../../build/js/instantiate.js";
import { refused } from "./compile.js";
import type { Engine } from "./engine.js";

/** The crate as plain JavaScript: no WebAssembly, the same bits. */
export const engine: Engine = {
  ready: true,
  backend: () => "js",
  instantiate,
  module: () => refused(),
  bytes: () => refused(),
  adopt: () => refused(),
  async init() {},
};
