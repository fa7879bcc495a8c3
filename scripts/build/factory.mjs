// wasm-bindgen's glue is a module with one instance for ever. lloyd needs instances that come and
// go: memory never shrinks, and a trapped instance must be replaced. So the glue's text is wrapped
// into a function that makes an instance: `instantiate(module)`.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Reads `lloyd_wasm.js` in a folder, writes `instantiate.js` and its types beside it. */
export async function writeFactory(folder) {
  const glue = await readFile(join(folder, "lloyd_wasm.js"), "utf8");
  await writeFile(join(folder, "instantiate.js"), factory(glue));
  await writeFile(join(folder, "instantiate.d.ts"), TYPES);
}

function factory(glue) {
  const body = glue
    .replace(/^\/\* @ts-self-types.*$/m, "")
    .replace(/^async function __wbg_(load|init)\b[\s\S]*?^\}$/gm, "")
    .replace(/^export \{[^}]*\};?$/m, "")
    .replace(/^export (class|function) /gm, "$1 ");
  for (const [left, why] of [[/^export /m, "an export"], [/import\.meta/, "import.meta"], [/^import /m, "an import"]]) {
    if (left.test(body)) throw new Error(`the glue of this wasm-bindgen has another form: ${why} is left; mend scripts/build/factory.mjs`);
  }
  return `export function instantiate(compiled) {
${body}
const { memory } = initSync({ module: compiled });
return { memory, Pairs, Search, Shard };
}
`;
}

const TYPES = `import type { Pairs, Search, Shard } from "./lloyd_wasm.js";
export type WasmShard = Shard;
export type WasmPairs = Pairs;
export interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly Pairs: typeof Pairs;
  readonly Shard: typeof Shard;
  readonly Search: typeof Search;
}
export function instantiate(compiled: WebAssembly.Module): Exports;
`;
