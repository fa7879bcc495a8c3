// A Rust toolchain that can compile to wasm32-unknown-unknown, from the first of these that gives one:
//   1. a toolchain that already can (rustup's, the distribution's, or the one that step 3 made earlier);
//   2. rustup, by adding the target;
//   3. a toolchain that brings the standard library's source: the library is compiled for wasm32, once (sysroot.mjs);
//   4. Debian's packages, which bring that source: they are installed, then as 3.
// The answer is a folder with `cargo` and `rustc`; with it first on PATH nobody needs to know which case it was.

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { exitCode, find, output } from "../command.mjs";
import { inRoot, wasmTarget } from "../place.mjs";
import { say, seconds, Stop } from "../say.mjs";
import { aptInstall } from "./debian.mjs";
import { buildSysroot, canBuildSysroot, ownSysroot } from "./sysroot.mjs";

const minimum = /rust-version = "([\d.]+)"/.exec(readFileSync(inRoot("Cargo.toml"), "utf8"))[1];
const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");

export async function rust() {
  await needsLinker();
  return ready() ?? (await fromRustup()) ?? (await fromSource()) ?? (await fromDebian()) ?? explain();
}

const ready = () => toolchains().find(compilesToWasm);

async function fromRustup() {
  const rustup = find("rustup") ?? find("rustup", [cargoBin]);
  if (!rustup) return;
  say("Rust", `adding the wasm32 target (rustup target add ${wasmTarget})`);
  if ((await exitCode(rustup, ["target", "add", wasmTarget])) !== 0)
    say("Rust", "rustup could not add it; looking for another way");
  return ready();
}

async function fromSource() {
  const base = toolchains().find(canBuildSysroot);
  if (!base) return;
  say("Rust", `compiling the standard library of Rust ${base.release} for wasm32 (about a minute, once)`);
  const started = performance.now();
  await buildSysroot(base);
  say("Rust", `standard library compiled in ${seconds(started)}`);
  return ready();
}

async function fromDebian() {
  const installed = await aptInstall("Rust", ["rustc-web", "cargo-web", "rust-web-src", "lld-19"]);
  return installed ? fromSource() : undefined;
}

/** Every toolchain in sight that is recent enough: where it is, what it calls itself, which machine it is for. */
function toolchains() {
  const rustcs = [find("rustc"), find("rustc", [cargoBin]), ownSysroot(), find("rustc", ["/usr/bin"])];
  const folders = new Set(rustcs.filter(Boolean).map(dirname));
  return [...folders].map(describe).filter((one) => one && atLeast(one.release, minimum));
}

function describe(bin) {
  const text = find("cargo", [bin]) && output(join(bin, "rustc"), ["--version", "--verbose"]);
  if (!text) return;
  const field = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(text)[1];
  return { bin, version: text.split("\n")[0], release: field("release"), host: field("host") };
}

function compilesToWasm({ bin }) {
  const libraries = output(join(bin, "rustc"), ["--print", "target-libdir", "--target", wasmTarget]);
  return libraries !== undefined && existsSync(libraries);
}

function atLeast(version, least) {
  const [[major, minor], [leastMajor, leastMinor]] = [version, least].map((text) => text.split(".").map(Number));
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** Rust links through the system's C compiler, even to build its own tools. */
async function needsLinker() {
  if (process.platform === "win32" || find("cc") || (await aptInstall("Rust", ["gcc", "libc6-dev"]))) return;
  const command = process.platform === "darwin" ? "xcode-select --install" : "sudo apt-get install gcc libc6-dev";
  throw new Stop(`Expected a C compiler called cc (Rust links with it), found none. To get one, run:\n  ${command}`);
}

function explain() {
  const found = find("rustc") ? output("rustc", ["--version"]) : undefined;
  const command = find("rustup")
    ? `rustup update stable && rustup target add ${wasmTarget}`
    : `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --target ${wasmTarget}`;
  throw new Stop(
    `Expected Rust ${minimum} or newer with the ${wasmTarget} target, found ${found ?? "no Rust"}. To get it, run:\n` +
      `  ${command}\nand then the same npm command again.`,
  );
}
