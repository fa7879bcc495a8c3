// ts/executor/worker.ts → build/worker: the script of a pool's workers, and the same as a string that the package
// inlines, for where its file cannot be reached. WebAssembly is not in it: workers are given the compiled module.

import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { inRoot } from "../place.mjs";
import { say, seconds } from "../say.mjs";
import { unlessFresh } from "./inputs.mjs";

const folder = inRoot("build/worker");
const script = inRoot("build/worker/pool-worker.js");

export async function buildWorkers() {
  const started = performance.now();
  const step = {
    inputs: [inRoot("ts"), inRoot("build/wasm/instantiate.js"), inRoot("package-lock.json"), inRoot("scripts/build/workers.mjs")],
    outputs: [script, inRoot("build/worker/pool-worker.script.js")],
    stamp: inRoot("build/worker.made-from"),
  };
  const ran = await unlessFresh(step, async () => {
    mkdirSync(folder, { recursive: true });
    const text = await bundled("ts/executor/worker.ts");
    writeFileSync(inRoot("build/worker/pool-worker.script.js"), text);
    writeFileSync(script, `export default ${JSON.stringify(text)};\n`);
    writeFileSync(inRoot("build/worker/pool-worker.d.ts"), "declare const source: string;\nexport default source;\n");
    say("workers", `${(text.length / 1000).toFixed(1)} kB (gzip ${(gzipSync(text, { level: 9 }).length / 1000).toFixed(1)} kB)`);
  });
  say("workers", ran ? `built in ${seconds(started)}` : "up to date");
}

async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [inRoot(entry)],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    loader: { ".wasm": "empty" },
    legalComments: "inline",
  });
  return outputFiles[0].text;
}
