import { copyFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Options } from "tsup";
import { entries } from "./scripts/entries.mjs";

/** So that `Symbol.dispose` has a type, whatever the app's own libraries are. */
const banner = '/// <reference lib="esnext.disposable" />';

const wasm = "build/wasm/lloyd_wasm_bg.wasm";

/** Puts another file of ts/engine/ in the place of inline.ts. */
const withEngine = (name: string): NonNullable<Options["esbuildPlugins"]>[number] => ({
  name: `engine ${name}`,
  setup(build) {
    build.onResolve({ filter: /\/engine\/(inline|slim)\.js$/ }, () => ({ path: resolve(`ts/engine/${name}.ts`) }));
  },
});

/** Leaves the import of the module to the platform, as a file beside the package's scripts. */
const wasmAsImport: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "wasm as import",
  setup: (build) => build.onResolve({ filter: /\.wasm$/ }, () => ({ path: "../lloyd.wasm", external: true })),
};

const shared: Options = {
  target: "es2022",
  clean: false,
  removeNodeProtocol: false,
  splitting: true,
  // Bundled, although package.json names it: the package has no dependencies at run time.
  noExternal: ["ml-xsadd"],
  platform: "neutral",
  // The CSV reader mentions a Node module that it only needs for streams.
  external: [/^node:/, "stream", "@observablehq/plot", "linkedom"],
  esbuildOptions: (options) => {
    options.mainFields = ["module", "main"];
    options.legalComments = "none";
  },
};

export default defineConfig([
  // The command shares the library's code through chunks.
  { ...shared, entry: { ...entries, cli: "ts/cli/main.ts" }, format: "esm", dts: { entry: { ...entries, slim: "ts/slim.ts", "engine-js": "ts/engine/translation.ts" }, banner }, onSuccess: async () => copyFileSync(wasm, "dist/lloyd.wasm") },
  { ...shared, entry: entries, format: "esm", outDir: "dist/workerd", esbuildPlugins: [withEngine("workerd"), wasmAsImport] },
  { ...shared, entry: { "engine-js": "ts/engine/translation.ts" }, format: "esm", splitting: false, minify: true },
  { ...shared, entry: { slim: "ts/slim.ts" }, format: "esm", splitting: false, esbuildPlugins: [withEngine("slim")] },
  { ...shared, entry: { "slim-node": "ts/slim.ts" }, format: ["esm", "cjs"], splitting: false, shims: true, platform: "node", esbuildPlugins: [withEngine("slim-node")] },
  { ...shared, entry: { js: "ts/index.ts" }, format: ["esm", "cjs"], splitting: false, minify: true, esbuildPlugins: [withEngine("js")] },
]);
