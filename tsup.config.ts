import { defineConfig } from "tsup";

const shared = {
  target: "es2022",
  clean: false,
  removeNodeProtocol: false,
  loader: { ".wasm": "binary" as const },
};

export default defineConfig([
  // The command shares the library's code through a chunk.
  { ...shared, entry: { index: "ts/index.ts", cli: "ts/cli/main.ts" }, format: "esm", splitting: true, dts: { entry: { index: "ts/index.ts" } }, platform: "neutral", mainFields: ["module", "main"], external: [/^node:/] },
  { ...shared, entry: { index: "ts/index.ts" }, format: "cjs", dts: true, platform: "neutral" },
]);
