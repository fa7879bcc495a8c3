import { LloydError } from "../errors.js";
import { held } from "./held.js";
import { moduleFrom, type Source } from "./source.js";

const kept = held(() => {
  throw new LloydError("wasm-unavailable", "lloyd/slim has not loaded its WebAssembly yet: call `await init()` first, or kmeans(), which does it");
});

/** The module from a file of its own, beside the script unless `init` is told where. */
export const engine = Object.assign(kept, {
  async init(source?: Source | PromiseLike<Source>): Promise<void> {
    if (source !== undefined) kept.adopt(await moduleFrom(await source));
    else if (!kept.ready) kept.adopt(await moduleFrom(new URL("./lloyd.wasm", import.meta.url)));
  },
});
