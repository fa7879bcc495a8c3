// crates/lloyd-wasm → build/wasm: the module, the glue that wasm-bindgen writes for it, and the factory made of the glue.

import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { output, run } from "../command.mjs";
import { inRoot, npmCommand } from "../place.mjs";
import { say, seconds, Stop } from "../say.mjs";
import { writeFactory } from "./factory.mjs";
import { splitFused } from "./fused.mjs";
import { unlessFresh } from "./inputs.mjs";
import { withoutMessages } from "./panics.mjs";
import { writeText } from "./text.mjs";

// One list for the compiler, the optimiser and the tests: [rustc's name, wasm-opt's name].
const features = [
  ["simd128", "simd"],
  ["bulk-memory", "bulk-memory"],
  ["sign-ext", "sign-ext"],
  ["nontrapping-fptoint", "nontrapping-float-to-int"],
  ["mutable-globals", "mutable-globals"],
  ["reference-types", "reference-types"],
  ["multivalue", "multivalue"],
];
/**
 * Less inlining and unrolling than is usual, and no vectors but those that kernels ask for: a third less code, no slower.
 * What must be inlined says so itself.
 */
const small = ["-vectorize-loops=false", "-vectorize-slp=false", "-inline-threshold=10", "-unroll-threshold=75", "-unroll-runtime=false", "-unswitch-threshold=5"];
export const rustFlags = [`-C target-feature=${features.map(([name]) => `+${name}`).join(",")}`, ...small.map((flag) => `-C llvm-args=${flag}`)].join(" ");
/**
 * The module is compiled with fused multiply-adds, which `fused.mjs` takes out again, and without the names of
 * source files, 8 kB of them, that nobody would see: a trap is a trap. That flag is unstable, hence the variable.
 */
const shippedFlags = `${rustFlags.replace("target-feature=", "target-feature=+relaxed-simd,")} -Zlocation-detail=none`;

const made = inRoot("build/wasm");
const unoptimised = inRoot("build/wasm-pack");
const module = join(made, "lloyd_wasm_bg.wasm");
const glue = ["lloyd_wasm.js", "lloyd_wasm.d.ts"];
const factory = ["instantiate.js", "instantiate.d.ts"];
const fused = ["fused.js", "fused.d.ts"];
const text = ["text.js", "text.d.ts"];

export async function buildWasm({ env, rustc }) {
  const started = performance.now();
  const step = {
    inputs: ["crates", "Cargo.toml", "Cargo.lock", "scripts/build", "ts/engine/columns.ts", "ts/engine/text.ts"].map((path) => inRoot(path)),
    also: rustc,
    outputs: [module, ...[...glue, ...factory, ...fused, ...text].map((name) => join(made, name))],
    stamp: inRoot("build/wasm.made-from"),
  };
  const ran = await unlessFresh(step, async () => {
    say("wasm", "compiling crates/lloyd-wasm (wasm-pack, then wasm-opt -O3)");
    await compile(env);
    await optimise();
    await writeFactory(made);
    await writeText(module, join(made, "text.js"));
    needsSimd();
  });
  say("wasm", `${ran ? `built in ${seconds(started)}` : "up to date"}, ${sizes()}`);
}

async function compile(env) {
  rmSync(unoptimised, { recursive: true, force: true });
  const args = ["--log-level", "error", "build", inRoot("crates/lloyd-wasm"), "--release", "--target", "web", "--mode", "no-install"];
  await run("wasm-pack", [...args, "--no-pack", "--out-dir", unoptimised], { env: { ...env, RUSTFLAGS: shippedFlags, RUSTC_BOOTSTRAP: "1" } });
}

async function optimise() {
  mkdirSync(made, { recursive: true });
  const enabled = features.map(([, name]) => `--enable-${name}`);
  // Kernels must stay functions of their own: V8 replaces its baseline code only between calls.
  const apart = ["--one-caller-inline-max-function-size", "0"];
  const optimised = join(unoptimised, "optimised.wasm");
  await withoutMessages(join(unoptimised, "lloyd_wasm_bg.wasm"), ["--enable-relaxed-simd", ...enabled]);
  await run(process.execPath, [npmCommand.wasmOpt, "-O3", "--low-memory-unused", ...apart, "--enable-relaxed-simd", ...enabled, join(unoptimised, "lloyd_wasm_bg.wasm"), "-o", optimised]);
  const count = await splitFused(optimised, module, join(made, "fused.js"), enabled);
  say("wasm", `${count} multiply-adds that are fused where the engine can`);
  for (const name of glue) copyFileSync(join(unoptimised, name), join(made, name));
}

/** A module without one SIMD instruction gives right answers slowly, so nothing else would notice. */
function needsSimd() {
  const text = output(process.execPath, [npmCommand.wasmDis, module]);
  if (text === undefined) throw new Stop(`wasm-dis could not read ${module}. To see why, run:\n  npx wasm-dis ${module}`);
  const count = text.match(/\((v128\.|[if]\d+x\d+\.)/g)?.length ?? 0;
  if (count === 0) {
    rmSync(module);
    throw new Stop(`Expected SIMD instructions in ${module}, found none.\n  The compiler was given: ${shippedFlags}`);
  }
  say("wasm", `${count} SIMD instructions`);
}

function sizes() {
  const bytes = readFileSync(module);
  const kB = (length) => `${(length / 1000).toFixed(1)} kB`;
  return `${kB(bytes.length)} (gzip ${kB(gzipSync(bytes, { level: 9 }).length)}, brotli ${kB(brotliCompressSync(bytes).length)})`;
}
