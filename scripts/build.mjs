// `npm run build`: build/wasm from crates/, then dist/ from ts/; each only when what it is made from has changed.

import { asCommand, heading } from "./say.mjs";
import { setup } from "./setup.mjs";
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { buildWorkers } from "./build/workers.mjs";

export async function build(toolchain) {
  heading("Build");
  await buildWasm(toolchain);
  await buildWorkers();
  await buildPackage();
}

await asCommand(import.meta, async () => build(await setup()));
