// The crates: form, then their tests compiled for this machine, then the kernels' tests compiled to wasm.

import { delimiter } from "node:path";
import { output, run } from "../command.mjs";
import { wasmTarget } from "../place.mjs";
import { rustFlags } from "../build/wasm.mjs";
import { folderOf, majors, nodeOf } from "./nodes.mjs";
import { Skip, step } from "./report.mjs";

export async function testCrates(toolchain) {
  const { env } = toolchain;
  await step("cargo fmt", async () => {
    if (!output("cargo", ["fmt", "--version"], { env })) throw new Skip("no rustfmt here (rustup component add rustfmt)");
    await run("cargo", ["fmt", "--all", "--check"], { env });
  });
  await step("cargo clippy", async () => {
    needsClippy(toolchain);
    await run("cargo", ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], { env });
  });
  await step("cargo clippy, wasm", async () => {
    needsClippy(toolchain);
    const args = ["clippy", "--workspace", "--target", wasmTarget, "--quiet", "--", "-D", "warnings"];
    await run("cargo", args, { env: { ...env, RUSTFLAGS: rustFlags } });
  });
  await step("crates, native", () => run("cargo", ["test", "--workspace", "--quiet", "--no-fail-fast"], { env }));
  for (const major of majors) await step(`kernels, wasm, Node ${major}`, () => kernels(env, major));
  await step("kernels, wasm, Node 20 --no-liftoff", () => kernels(env, 20, "--no-liftoff"));
}

/** The kernels as they ship: optimised, with SIMD, in this Node. `flags` are V8's. */
async function kernels(env, major, flags = "") {
  const node = await nodeOf(major);
  await run("cargo", ["test", "-p", "lloyd", "--release", "--no-fail-fast", "--lib", "--tests", "--target", wasmTarget], {
    env: {
      PATH: [...folderOf(node), env.PATH].join(delimiter),
      NODE_ARGS: flags,
      RUSTFLAGS: rustFlags,
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
    },
  });
}

/** A clippy of another release than the compiler misreads what the compiler made. */
function needsClippy({ env, rustc }) {
  const clippy = output("cargo", ["clippy", "--version"], { env });
  if (!clippy) throw new Skip("no clippy here (rustup component add clippy)");
  const [minor] = /\d+/.exec(rustc.split(".")[1]);
  if (!clippy.includes(`0.1.${minor}`)) throw new Skip(`${clippy} is not for ${rustc}`);
}
