import { defineConfig } from "tsup";

const entries = { index: "ts/index.ts", worker: "ts/worker/index.ts" };
/** So that `Symbol.dispose` has a type, whatever the app's own libraries are. */
const banner = '/// <reference lib="esnext.disposable" />';

const shared = {
  target: "es2022",
  clean: false,
  removeNodeProtocol: false,
  loader: { ".wasm": "binary" as const },
  platform: "neutral" as const,
  splitting: true,
  // The CSV reader mentions a Node module that it only needs for streams.
  external: [/^node:/, "stream"],
  esbuildOptions: (options: { mainFields?: string[] }) => {
    options.mainFields = ["module", "main"];
  },
};

export default defineConfig([
  // The command shares the library's code through a chunk.
  { ...shared, entry: { ...entries, cli: "ts/cli/main.ts" }, format: "esm", dts: { entry: entries, banner } },
  // A script in CommonJS has no URL from which a worker's file could be found.
  { ...shared, entry: entries, format: "cjs", dts: { entry: entries, banner }, define: { "import.meta.url": "undefined" } },
]);
