// `npm run build`: build/wasm and build/js from crates/, then dist/ from ts/; each only when what it is made from has changed.

import { asCommand, heading } from "./say.mjs";
import { setup } from "./setup.mjs";
import { buildJs } from "./build/js.mjs";
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { buildWorkers } from "./build/workers.mjs";

export async function build(toolchain) {
  heading("Build");
  await buildWasm(toolchain);
  await buildJs(toolchain);
  await buildWorkers();
  await buildPackage(toolchain);
}

await asCommand(import.meta, async () => build(await setup()));
