import { instantiate } from "../../build/wasm/instantiate.js";
import { text } from "../../build/wasm/text.js";
import { adopted, compile, fitting } from "./compile.js";
import type { Engine } from "./engine.js";
import { moduleIn } from "./text.js";

let compiled: WebAssembly.Module | undefined;
let translated: typeof import("../../build/js/instantiate.js") | undefined;

/**
 * The same code in plain JavaScript, from a file beside this one. Its address is not written as
 * bundlers resolve imports: a bundle of one file, such as a worker's, would not be possible any more.
 */
const translation = (): Promise<typeof translated> => import(/* @vite-ignore */ /* webpackIgnore: true */ new URL("./engine-js.js", import.meta.url).href);

const now = () => (compiled ??= compile(moduleIn(text), 'import from "lloyd/js", the same code in plain JavaScript, or `await init()` first, which loads it where engine-js.js of this package lies beside the script'));

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
  async init() {
    if (compiled || translated) return;
    try {
      now();
    } catch (error) {
      translated = await translation().catch(() => {
        throw error;
      });
    }
  },
};
