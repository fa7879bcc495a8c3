import { instantiate } from "../../build/wasm/instantiate.js";
import { text } from "../../build/wasm/text.js";
import { adopted, compile, fitting } from "./compile.js";
import { LloydError, show } from "../errors.js";
import type { Engine, Fallback } from "./engine.js";
import { moduleIn } from "./text.js";

type Translation = typeof import("../../build/js/instantiate.js");

let compiled: WebAssembly.Module | undefined;
let translated: Translation | undefined;

/**
 * The same code in plain JavaScript, from a file beside this one. Its address is not written as
 * bundlers resolve imports: a bundle of one file, such as a worker's, would not be possible any more.
 */
const beside: Fallback = () => import(/* @vite-ignore */ /* webpackIgnore: true */ new URL("./engine-js.js", import.meta.url).href);

const now = () => (compiled ??= compile(moduleIn(text), 'or run the same code in plain JavaScript: `await init({ fallback: () => import("lloyd/engine-js") })` first, or import from "lloyd/js"'));

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
  module: now,
  bytes: () => fitting(moduleIn(text)),
  adopt(given) {
    compiled = adopted(given);
  },
  async init(fallback) {
    if (compiled || translated) return;
    try {
      now();
    } catch (error) {
      const found = await (fallback ?? beside)().catch((cause: unknown) => {
        throw fallback ? cause : error;
      });
      if (typeof found?.instantiate !== "function") throw new LloydError("bad-option", `init: fallback gave ${show(found)}; expected the module "lloyd/engine-js"`);
      translated = found as Translation;
    }
  },
};
