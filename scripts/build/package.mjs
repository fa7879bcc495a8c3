// ts/, build/wasm and build/js → dist: the package and its command line, bundled by tsup.

import { copyFileSync, rmSync } from "node:fs";
import { run } from "../command.mjs";
import { inRoot, npmCommand } from "../place.mjs";
import { writeCommonJs } from "./commonjs.mjs";
import { say, seconds } from "../say.mjs";
import { unlessFresh } from "./inputs.mjs";
import { writeNotices } from "./notices.mjs";
import { scripts } from "./workers.mjs";

export async function buildPackage(toolchain) {
  const started = performance.now();
  const configuration = ["tsup.config.ts", "tsconfig.json", "package.json", "package-lock.json"];
  const step = {
    inputs: ["ts", "build/wasm", "build/js", "build/worker", "scripts/entries.mjs", "scripts/build", ...configuration].map((path) => inRoot(path)),
    outputs: ["dist/index.js", "dist/index.cjs", "dist/index.d.ts", "dist/cli.js", "dist/worker.js", "dist/THIRD-PARTY.md", ...Object.keys(scripts).map((name) => `dist/${name}.js`)].map((path) => inRoot(path)),
    stamp: inRoot("build/package.made-from"),
  };
  const ran = await unlessFresh(step, async () => {
    say("package", "bundling ts/ into dist/ (tsup)");
    rmSync(inRoot("dist"), { recursive: true, force: true });
    await run(process.execPath, [npmCommand.tsup, "--silent"]);
    await writeCommonJs(["skmeans"]);
    for (const name of Object.keys(scripts)) copyFileSync(inRoot(`build/worker/${name}.script.js`), inRoot(`dist/${name}.js`));
    writeNotices(toolchain);
  });
  say("package", ran ? `built in ${seconds(started)}` : "up to date");
}
