import { defineConfig } from "tsup";

const shared = {
  target: "es2022",
  clean: false,
  removeNodeProtocol: false,
  loader: { ".wasm": "binary" as const },
  platform: "neutral" as const,
  // The CSV reader mentions a Node module that it only needs for streams.
  external: [/^node:/, "stream", "@observablehq/plot", "linkedom"],
  esbuildOptions: (options: { mainFields?: string[] }) => {
    options.mainFields = ["module", "main"];
  },
};

/** What is imported as lloyd, lloyd/metrics, … */
const library = { index: "ts/index.ts", metrics: "ts/metrics/index.ts", select: "ts/select/index.ts", geometry: "ts/geometry/index.ts", plot: "ts/plot/index.ts" };

export default defineConfig([
  // Entries and the command share their code through chunks.
  { ...shared, entry: { ...library, cli: "ts/cli/main.ts" }, format: "esm", splitting: true, dts: { entry: library } },
  { ...shared, entry: library, format: "cjs", splitting: true, dts: true },
]);
