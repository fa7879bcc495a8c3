import { defineConfig } from "tsup";

const shared = {
  target: "es2022",
  clean: false,
  removeNodeProtocol: false,
  loader: { ".wasm": "binary" as const },
  platform: "neutral" as const,
  // The CSV reader mentions a Node module that it only needs for streams.
  external: [/^node:/, "stream"],
  esbuildOptions: (options: { mainFields?: string[] }) => {
    options.mainFields = ["module", "main"];
  },
};

export default defineConfig([
  // The command shares the library's code through a chunk.
  { ...shared, entry: { index: "ts/index.ts", worker: "ts/worker/index.ts", cli: "ts/cli/main.ts" }, format: "esm", splitting: true, dts: { entry: { index: "ts/index.ts", worker: "ts/worker/index.ts" } } },
  { ...shared, entry: { index: "ts/index.ts", worker: "ts/worker/index.ts" }, format: "cjs", splitting: true, dts: true },
]);
