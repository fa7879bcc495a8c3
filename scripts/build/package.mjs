// ts/ and build/wasm → dist: the package and its command line, bundled by tsup.

import { copyFileSync, rmSync } from "node:fs";
import { run } from "../command.mjs";
import { inRoot, npmCommand } from "../place.mjs";
import { say, seconds } from "../say.mjs";
import { unlessFresh } from "./inputs.mjs";
import { scripts } from "./workers.mjs";

export async function buildPackage() {
  const started = performance.now();
  const configuration = ["tsup.config.ts", "tsconfig.json", "package.json", "package-lock.json"];
  const step = {
    inputs: ["ts", "build/wasm", "build/worker", ...configuration].map((path) => inRoot(path)),
    outputs: ["dist/index.js", "dist/index.cjs", "dist/index.d.ts", "dist/cli.js", "dist/worker.js", ...Object.keys(scripts).map((name) => `dist/${name}.js`)].map((path) => inRoot(path)),
    stamp: inRoot("build/package.made-from"),
  };
  const ran = await unlessFresh(step, async () => {
    say("package", "bundling ts/ into dist/ (tsup)");
    rmSync(inRoot("dist"), { recursive: true, force: true });
    await run(process.execPath, [npmCommand.tsup, "--silent"]);
    for (const name of Object.keys(scripts)) copyFileSync(inRoot(`build/worker/${name}.script.js`), inRoot(`dist/${name}.js`));
  });
  say("package", ran ? `built in ${seconds(started)}` : "up to date");
}
