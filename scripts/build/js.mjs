// crates/lloyd-wasm → build/js: the same crate without WebAssembly, for pages that forbid it. It is compiled without
// SIMD and everything else that came after the first WebAssembly, and binaryen's wasm2js turns that into JavaScript.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../command.mjs";
import { inRoot, npmCommand } from "../place.mjs";
import { say, seconds, Stop } from "../say.mjs";
import { writeFactoryOfJs } from "./factory.mjs";
import { unlessFresh } from "./inputs.mjs";

const made = inRoot("build/js");
const compiled = inRoot("build/js-pack");

export async function buildJs({ env, rustc }) {
  const started = performance.now();
  const step = {
    inputs: [inRoot("crates"), inRoot("Cargo.toml"), inRoot("Cargo.lock"), inRoot("scripts/build")],
    also: rustc,
    outputs: ["module.js", "instantiate.js", "instantiate.d.ts"].map((name) => join(made, name)),
    stamp: inRoot("build/js.made-from"),
  };
  const ran = await unlessFresh(step, async () => {
    say("js", "compiling crates/lloyd-wasm once more, without WebAssembly (wasm-pack, then wasm2js)");
    rmSync(compiled, { recursive: true, force: true });
    // Stripped: what the standard library says that it may use would be used by wasm-bindgen too.
    const args = ["--log-level", "error", "build", inRoot("crates/lloyd-wasm"), "--release", "--target", "web", "--mode", "no-install", "--no-pack", "--out-dir", compiled];
    await run("wasm-pack", [...args, "--target-dir", inRoot("target/js")], { env: { ...env, RUSTFLAGS: "-C target-cpu=mvp -C target-feature=+mutable-globals -C strip=symbols" } });
    await translate();
    await writeFactoryOfJs(compiled, made);
  });
  say("js", ran ? `built in ${seconds(started)}` : "up to date");
}

/** The standard library has instructions that wasm2js lacks; each is lowered to older ones. */
const LATER = ["bulk-memory", "bulk-memory-opt", "sign-ext", "nontrapping-float-to-int", "mutable-globals", "reference-types", "multivalue"];
const LOWERED = ["--signext-lowering", "--llvm-memory-copy-fill-lowering", "--llvm-nontrapping-fptoint-lowering"];

async function translate() {
  mkdirSync(made, { recursive: true });
  const [early, text] = [join(compiled, "early.wasm"), join(compiled, "module.js")];
  const module = join(compiled, "lloyd_wasm_bg.wasm");
  await run(process.execPath, [npmCommand.wasmOpt, "-O3", ...LATER.map((name) => `--enable-${name}`), ...LOWERED, "-O3", module, "-o", early]);
  await run(process.execPath, [npmCommand.wasm2js, "-O3", early, "-o", text]);
  const { transform } = await import("esbuild"); // here, as set-up installs it
  const { code } = await transform(asFunction(readFileSync(text, "utf8")), { minify: true, target: "es2022" });
  writeFileSync(join(made, "module.js"), code);
}

/** wasm2js writes a module with one instance for ever; what is wanted is a function that makes them. */
function asFunction(text) {
  const parts = [
    [/^import .*$/gm, ""],
    [/^var retasmFunc = [\s\S]*$/m, ""],
    [/^function asmFunc\(/m, "export function asmFunc("],
    [/^ function __wasm_memory_grow[\s\S]*?^ \}$/m, GROW],
  ];
  for (const [from, to] of parts) {
    if (!from.test(text)) throw new Stop(`wasm2js writes another form now: ${from} is not found; mend scripts/build/js.mjs`);
    from.lastIndex = 0;
    text = text.replace(from, () => to);
  }
  return text;
}

/** Addresses are shifted as signed numbers, so memory ends at 2 GiB; a failure is told, as WebAssembly tells it. */
const GROW = ` function __wasm_memory_grow(pagesToAdd) {
  var oldPages = buffer.byteLength / 65536;
  var newPages = oldPages + (pagesToAdd >>> 0);
  if (newPages > 32767) return -1;
  var newBuffer;
  try {
   newBuffer = new ArrayBuffer(newPages * 65536);
  } catch (error) {
   return -1;
  }
  new Uint8Array(newBuffer).set(HEAPU8);
  HEAP8 = new Int8Array(newBuffer);
  HEAP16 = new Int16Array(newBuffer);
  HEAP32 = new Int32Array(newBuffer);
  HEAPU8 = new Uint8Array(newBuffer);
  HEAPU16 = new Uint16Array(newBuffer);
  HEAPU32 = new Uint32Array(newBuffer);
  HEAPF32 = new Float32Array(newBuffer);
  HEAPF64 = new Float64Array(newBuffer);
  buffer = newBuffer;
  bufferView = HEAPU8;
  return oldPages;
 }`;
