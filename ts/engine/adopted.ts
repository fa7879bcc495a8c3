import { refused } from "./compile.js";
import type { Engine } from "./engine.js";
import { held } from "./held.js";

/** The module that the thread which started this one has passed on: the scripts of workers bring none. */
export const engine: Engine = Object.assign(held(refused), {
  async init() {
    engine.module();
  },
});
