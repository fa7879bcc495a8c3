// What commands write.

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Spec } from "../plot/index.js";
import { Mistake } from "./arguments.js";
import { reason } from "./table.js";

/** @throws Mistake where an output is the input itself */
export function keepInput(file: string, out: string | undefined, option: string): void {
  if (out !== undefined && out !== "-" && resolve(out) === resolve(file)) throw new Mistake(`${option} ${out} would overwrite the input; choose another name`);
}

/** "-" is standard output. */
export async function write(out: string, text: string): Promise<void> {
  if (out === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    await writeFile(out, text);
  } catch (error) {
    throw new Mistake(`cannot write ${out}: ${reason(error)}`);
  }
}

type Plots = typeof import("../plot/index.js");

/** The pictures; asked for before the work begins, so that a missing package is told at once. */
export async function plots(): Promise<Plots> {
  try {
    await import("linkedom");
    return await import("../plot/index.js");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Mistake("--plot needs two more packages: npm install @observablehq/plot linkedom");
  }
}

export async function draw({ toSVG }: Plots, out: string, spec: Spec): Promise<void> {
  await write(out, await toSVG(spec));
}
