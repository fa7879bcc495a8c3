// `npm run setup`: everything that building and testing need, each step skipped where it is done already.
// Only what Node itself brings may be imported here and below: this runs before npm has installed anything.

import { mkdirSync, writeFileSync } from "node:fs";
import { pathWith } from "./command.mjs";
import { inToolchain, toolchain } from "./place.mjs";
import { asCommand, heading, say, seconds, Stop } from "./say.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { rust } from "./setup/rust.mjs";
import { tools, toolsBin } from "./setup/tools.mjs";

/** Resolves to the toolchain: `env` to run cargo and the wasm tools with, and what Rust calls itself. */
export async function setup() {
  heading("Set-up");
  const started = performance.now();
  needsNode();
  await dependencies();
  const found = await rust();
  await tools(found);
  const env = { PATH: pathWith(toolsBin, found.bin) };
  record({ path: [toolsBin, found.bin], rustc: found.version, host: found.host });
  say("ready", `Node ${process.versions.node}, Rust ${found.release} (${seconds(started)})`);
  return { env, rustc: found.version, host: found.host };
}

function needsNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Stop(`Expected Node 20.19 or newer, found ${process.versions.node}. To get one: https://nodejs.org/en/download`);
}

/** What was found, for people and for other programs; set-up itself looks anew every time. */
function record(toolchainFound) {
  mkdirSync(toolchain, { recursive: true });
  writeFileSync(inToolchain("env.json"), `${JSON.stringify(toolchainFound, null, 2)}\n`);
}

await asCommand(import.meta, setup);
