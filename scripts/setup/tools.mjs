// wasm-bindgen (its command and its test runner) and wasm-pack, at exactly the wanted versions, in .toolchain/bin:
// copied there where the machine has them, compiled where it has not.

import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { find, output, pathWith, run } from "../command.mjs";
import { inRoot, inToolchain } from "../place.mjs";
import { say, seconds, Stop } from "../say.mjs";

export const toolsBin = inToolchain("bin");

// Its version has to be the crate's to the last digit.
const wasmBindgen = {
  crate: "wasm-bindgen-cli",
  version: pinned("wasm-bindgen", inRoot("crates/lloyd-wasm/Cargo.toml")),
  programs: ["wasm-bindgen", "wasm-bindgen-test-runner"],
  // Nearly as quick to run as fully optimised, and compiled in less time.
  profile: ["--profile", "release"],
  env: { CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" },
};

const wasmPack = {
  crate: "wasm-pack",
  version: "0.15.0",
  programs: ["wasm-pack"],
  // It only starts other programs, so it is not optimised at all.
  profile: ["--debug"],
  env: { CARGO_PROFILE_DEV_DEBUG: "0" },
};

export async function tools(rust) {
  const missing = [wasmBindgen, wasmPack].filter((tool) => !inPlace(tool) && !copied(tool));
  if (missing.length === 0) return;
  const names = missing.map(({ crate, version }) => `${crate} ${version}`).join(" and ");
  say("wasm tools", `compiling ${names} (one to three minutes, once)`);
  const started = performance.now();
  await Promise.all(missing.map((tool) => compile(tool, rust)));
  say("wasm tools", `compiled in ${seconds(started)}`);
}

const inPlace = (tool) => tool.programs.every((name) => isWanted(tool, find(name, [toolsBin])));

function copied(tool) {
  const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  const folders = [...(process.env.PATH ?? "").split(delimiter), cargoBin];
  const found = folders.find((folder) => tool.programs.every((name) => isWanted(tool, find(name, [folder]))));
  if (!found) return false;
  mkdirSync(toolsBin, { recursive: true });
  for (const file of tool.programs.map((name) => find(name, [found]))) copyFileSync(file, join(toolsBin, basename(file)));
  say("wasm tools", `${tool.crate} ${tool.version} copied from ${found}`);
  return true;
}

async function compile({ crate, version, profile, env }, rust) {
  const target = inToolchain(`building-${crate}`);
  const args = ["install", "--quiet", "--locked", "--force", "--version", `=${version}`, "--root", dirname(toolsBin), ...profile, crate];
  await run(join(rust.bin, "cargo"), args, { env: { ...env, PATH: pathWith(rust.bin), CARGO_TARGET_DIR: target } });
  rmSync(target, { recursive: true, force: true });
}

function isWanted({ version }, program) {
  return program !== undefined && output(program, ["--version"])?.split(/\s+/)[1] === version;
}

function pinned(crate, manifest) {
  const found = new RegExp(`^${crate} = .*"=([\\d.]+)"`, "m").exec(readFileSync(manifest, "utf8"));
  if (!found) throw new Stop(`Expected a line like \`${crate} = "=1.2.3"\` in ${manifest}, found none.`);
  return found[1];
}
