import { defineConfig } from "tsup";

const shared = {
  format: ["esm", "cjs"] as ("esm" | "cjs")[],
  target: "es2022",
  clean: false,
  sourcemap: false,
  removeNodeProtocol: false,
  loader: { ".wasm": "binary" as const },
};

export default defineConfig([
  { ...shared, entry: { index: "ts/index.ts" }, dts: true, platform: "neutral" },
  { ...shared, entry: { cli: "ts/cli/main.ts" }, format: ["esm"], dts: false, platform: "node", external: ["lloyd"] },
]);
