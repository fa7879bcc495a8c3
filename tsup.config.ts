import { defineConfig } from "tsup";

/** What is imported as lloyd, lloyd/metrics, … */
const entries = {
  index: "ts/index.ts",
  metrics: "ts/metrics/index.ts",
  select: "ts/select/index.ts",
  geometry: "ts/geometry/index.ts",
  plot: "ts/plot/index.ts",
  worker: "ts/worker/index.ts",
};
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
  external: [/^node:/, "stream", "@observablehq/plot", "linkedom"],
  esbuildOptions: (options: { mainFields?: string[] }) => {
    options.mainFields = ["module", "main"];
  },
};

export default defineConfig([
  // Entries and the command share their code through chunks.
  { ...shared, entry: { ...entries, cli: "ts/cli/main.ts" }, format: "esm", dts: { entry: entries, banner } },
  // A script in CommonJS has no URL from which a worker's file could be found.
  { ...shared, entry: entries, format: "cjs", dts: { entry: entries, banner }, define: { "import.meta.url": "undefined" } },
]);
