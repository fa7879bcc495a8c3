// A sysroot of our own: a toolchain's host libraries, and its standard library compiled for wasm32 from its source.
// `rustc` in it is the toolchain's rustc told to look there, so cargo, wasm-pack and the tests need no special flags.

import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { find, output, run } from "../command.mjs";
import { inToolchain, wasmTarget } from "../place.mjs";

const own = inToolchain("rust");
const versionFile = join(own, "version");

/** The rustc of a sysroot that was built earlier, unless the toolchain under it has changed since. */
export function ownSysroot() {
  const rustc = find("rustc", [join(own, "bin")]);
  if (rustc && existsSync(versionFile) && readFileSync(versionFile, "utf8") === output(rustc, ["--version"])) return rustc;
}

/** A toolchain will do that brings the library's source, where a linker for wasm is at hand. */
export function canBuildSysroot(base) {
  if (process.platform === "win32") return false;
  return existsSync(join(sysrootOf(base), "lib/rustlib/src/rust/library/std/Cargo.toml")) && wasmLinker(base) !== undefined;
}

export async function buildSysroot(base) {
  rmSync(own, { recursive: true, force: true });
  const compiled = await compileStd(base);
  const libraries = join(own, "lib/rustlib");
  mkdirSync(join(libraries, wasmTarget), { recursive: true });
  cpSync(compiled, join(libraries, wasmTarget, "lib"), {
    recursive: true,
    filter: (file) => file === compiled || file.endsWith(".rlib"),
  });
  symlinkSync(join(sysrootOf(base), "lib/rustlib", base.host), join(libraries, base.host));
  addPrograms(base);
  rmSync(inToolchain("std"), { recursive: true, force: true });
  writeFileSync(versionFile, base.version);
}

/** Compiles std and the test harness for an empty crate; resolves to the folder with the libraries. */
async function compileStd(base) {
  const crate = inToolchain("std");
  mkdirSync(crate, { recursive: true });
  writeFileSync(join(crate, "Cargo.toml"), '[package]\nname = "empty"\nedition = "2024"\n[lib]\npath = "lib.rs"\n[workspace]\n');
  writeFileSync(join(crate, "lib.rs"), "#![no_std]\n");
  const args = ["build", "--quiet", "--release", "--target", wasmTarget, "-Zbuild-std=std,panic_abort,test"];
  await run(programOf(base, "cargo"), args, {
    cwd: crate,
    env: {
      RUSTC: programOf(base, "rustc"),
      RUSTC_BOOTSTRAP: "1", // -Zbuild-std asks for a nightly; a stable compiler obeys when told so
      RUSTFLAGS: "-Cembed-bitcode=yes", // so that a release build can still optimise across crates
      CARGO_TARGET_DIR: join(crate, "target"),
    },
  });
  return join(crate, "target", wasmTarget, "release/deps");
}

function addPrograms(base) {
  const bin = join(own, "bin");
  mkdirSync(bin);
  symlinkSync(programOf(base, "cargo"), join(bin, "cargo"));
  symlinkSync(wasmLinker(base), join(bin, "rust-lld"));
  for (const name of ["rustc", "rustdoc"]) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec "${programOf(base, name)}" --sysroot "${own}" "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
}

/** LLVM's linker under its generic name: the toolchain's, any rustup toolchain's, or the distribution's newest. */
function wasmLinker(base) {
  const rustup = join(process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"), "toolchains");
  const bins = [sysrootOf(base), ...list(rustup).map((name) => join(rustup, name))]
    .map((sysroot) => join(sysroot, "lib/rustlib", base.host, "bin"));
  const packaged = list("/usr/bin").filter((name) => /^lld(-\d+)?$/.test(name)).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  return find("rust-lld", bins) ?? find("rust-lld") ?? packaged.map((name) => find(name, ["/usr/bin"])).find(Boolean);
}

const sysrootOf = (base) => output(join(base.bin, "rustc"), ["--print", "sysroot"]);

/** The program itself, not rustup's stand-in for it. */
const programOf = (base, name) => find(name, [join(sysrootOf(base), "bin"), base.bin]);

function list(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}
