import { instantiate } from "../../build/wasm/instantiate.js";
import { text } from "../../build/wasm/text.js";
import { compile, moduleFrom } from "./compile.js";
import type { Engine } from "./engine.js";
import { bytesOf } from "./text.js";

let compiled: WebAssembly.Module | undefined;
let translated: typeof import("../../build/js/instantiate.js") | undefined;

const now = () => (compiled ??= compile(bytesOf(text), 'call `await init()` first, or import from "lloyd/js": the same code in plain JavaScript'));

/** The module inside the bundle, compiled when it is first needed; JavaScript, loaded then, where that is forbidden. */
export const engine: Engine = {
  get ready() {
    return Boolean(compiled || translated);
  },
  backend() {
    if (translated) return "js";
    now();
    return "wasm-simd";
  },
  instantiate: () => (translated ? translated.instantiate() : instantiate(now())),
  async init(source) {
    if (source !== undefined) compiled = await moduleFrom(await source);
    if (compiled || translated) return;
    try {
      now();
    } catch (error) {
      translated = await import("../../build/js/instantiate.js").catch(() => {
        throw error;
      });
    }
  },
};
