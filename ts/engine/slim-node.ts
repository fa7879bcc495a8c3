import { readFileSync } from "node:fs";
import { compile } from "./compile.js";
import { held } from "./held.js";
import { moduleFrom, type Source } from "./source.js";

const kept = held(() => compile(Uint8Array.from(readFileSync(new URL("./lloyd.wasm", import.meta.url))), "lloyd/js does without"));

/** The module from the file beside the script, read when it is first needed. */
export const engine = Object.assign(kept, {
  async init(source?: Source | PromiseLike<Source>): Promise<void> {
    if (source !== undefined) kept.adopt(await moduleFrom(await source));
    else kept.module();
  },
});
