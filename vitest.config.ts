import { readFile } from "node:fs/promises";
import { defineConfig, type Plugin } from "vitest/config";

// vitest reports failures with Map.groupBy, which Node 20 lacks.
(Map as { groupBy?: unknown }).groupBy ??= <K, V>(items: Iterable<V>, keyOf: (item: V) => K) => {
  const groups = new Map<K, V[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

/** `import bytes from "x.wasm"`, as the bundler does it for the package. */
export const wasmAsBytes: Plugin = {
  name: "wasm-as-bytes",
  enforce: "pre",
  async load(id) {
    if (!id.endsWith(".wasm")) return null;
    const text = (await readFile(id)).toString("base64");
    return `export default Uint8Array.from(atob("${text}"), (c) => c.charCodeAt(0));`;
  },
};

export default defineConfig({
  plugins: [wasmAsBytes],
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
