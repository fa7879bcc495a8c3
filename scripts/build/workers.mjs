// The scripts of workers → build/worker: each as a file, and as a string that the package inlines for where its file
// cannot be reached. WebAssembly is not in them: workers are given the compiled module.

import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { inRoot } from "../place.mjs";
import { say, seconds } from "../say.mjs";
import { unlessFresh } from "./inputs.mjs";

const folder = inRoot("build/worker");
/** In this order: the second inlines the first. */
export const scripts = { "pool-worker": "ts/executor/worker.ts", "facade-worker": "ts/worker/script.ts" };

export async function buildWorkers() {
  const started = performance.now();
  const step = {
    inputs: [inRoot("ts"), inRoot("build/wasm/instantiate.js"), inRoot("package-lock.json"), inRoot("scripts/build/workers.mjs")],
    outputs: Object.keys(scripts).flatMap((name) => [join(folder, `${name}.js`), join(folder, `${name}.script.js`)]),
    stamp: inRoot("build/worker.made-from"),
  };
  const ran = await unlessFresh(step, async () => {
    mkdirSync(folder, { recursive: true });
    for (const [name, entry] of Object.entries(scripts)) {
      const text = await bundled(entry);
      writeFileSync(join(folder, `${name}.script.js`), text);
      writeFileSync(join(folder, `${name}.js`), `export default ${JSON.stringify(text)};\n`);
      writeFileSync(join(folder, `${name}.d.ts`), "declare const source: string;\nexport default source;\n");
      say("workers", `${name} ${(text.length / 1000).toFixed(1)} kB (gzip ${(gzipSync(text, { level: 9 }).length / 1000).toFixed(1)} kB)`);
    }
  });
  say("workers", ran ? `built in ${seconds(started)}` : "up to date");
}

const withoutModule = {
  name: "engine adopted",
  setup: (build) => build.onResolve({ filter: /\/engine\/inline\.js$/ }, () => ({ path: inRoot("ts/engine/adopted.ts") })),
};

async function bundled(entry) {
  const { build } = await import("esbuild"); // here, as set-up installs it
  const { outputFiles } = await build({
    entryPoints: [inRoot(entry)],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    plugins: [withoutModule],
    legalComments: "inline",
    // The script has no URL of its own where it is inlined.
    define: { "import.meta.url": "undefined" },
  });
  return outputFiles[0].text;
}
