// What the package can be imported by: one table, from which the bundler takes its entries and `exports` in package.json
// is checked (test/exports.test.ts). `npm run exports` writes it there.

import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "./place.mjs";
import { asCommand } from "./say.mjs";

/** Name in dist/ → source, for what is imported as "lloyd/name" (index: "lloyd"). */
export const entries = {
  index: "ts/index.ts",
  "ml-kmeans": "ts/compat/ml-kmeans.ts",
  skmeans: "ts/compat/skmeans.ts",
  "simple-statistics": "ts/compat/simple-statistics.ts",
  metrics: "ts/metrics/index.ts",
  select: "ts/select/index.ts",
  geometry: "ts/geometry/index.ts",
  plot: "ts/plot/index.ts",
  worker: "ts/worker/index.ts",
};

const from = (name, format, types = name) => ({
  types: `./dist/${types}.d.${format === "cjs" ? "cts" : "ts"}`,
  default: `./dist/${name}.${format === "cjs" ? "cjs" : "js"}`,
});
const both = (name, types) => ({ import: from(name, "esm", types), require: from(name, "cjs", types) });

/** `exports` of package.json. Conditions are taken in their order, so the special ones come first. */
export function exportsMap() {
  const usual = Object.keys(entries).map((name) => [
    name === "index" ? "." : `./${name}`,
    { workerd: { types: `./dist/${name}.d.ts`, default: `./dist/workerd/${name}.js` }, ...both(name) },
  ]);
  return {
    ...Object.fromEntries(usual),
    "./slim": { node: both("slim-node", "slim"), default: from("slim", "esm") },
    "./js": both("js", "index"),
    "./engine-js": from("engine-js", "esm"),
    "./pool-worker": "./dist/pool-worker.js",
    "./facade-worker": "./dist/facade-worker.js",
    "./lloyd.wasm": "./dist/lloyd.wasm",
    "./package.json": "./package.json",
  };
}

await asCommand(import.meta, () => {
  const file = inRoot("package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, `${JSON.stringify({ ...manifest, exports: exportsMap() }, null, 2)}\n`);
});
