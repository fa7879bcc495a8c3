// wasm-bindgen's glue is a module with one instance for ever. lloyd needs instances that come and
// go: memory never shrinks, and a trapped instance must be replaced. So the glue's text is wrapped
// into a function that makes an instance: `instantiate(module)`.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Reads `lloyd_wasm.js` in a folder, writes `instantiate.js` and its types beside it. */
export async function writeFactory(folder) {
  const glue = await readFile(join(folder, "lloyd_wasm.js"), "utf8");
  await writeFile(join(folder, "instantiate.js"), factory(glue, "compiled", "new WebAssembly.Instance(compiled, __wbg_get_imports())"));
  await writeFile(join(folder, "instantiate.d.ts"), TYPES);
}

/** The same for the glue in `from` and a `module.js` made by wasm2js: `instantiate()`. */
export async function writeFactoryOfJs(from, folder) {
  const glue = await readFile(join(from, "lloyd_wasm.js"), "utf8");
  const text = `import { asmFunc } from "./module.js";\n\n${factory(glue, "", "{ exports: asmFunc(__wbg_get_imports()) }")}`;
  // WebAssembly detaches a memory's old buffer when it grows, JavaScript cannot: views are told apart by their buffer.
  const views = text
    .replace(/(cached\w+Memory0)\.byteLength === 0/g, "$1.buffer !== wasm.memory.buffer")
    .replace(/cachedDataViewMemory0\.buffer\.detached === true.*\) \{$/m, "cachedDataViewMemory0.buffer !== wasm.memory.buffer) {");
  if (/byteLength|detached/.test(views)) throw new Error("the glue of this wasm-bindgen has another form: it looks for detached buffers; mend scripts/build/factory.mjs");
  await writeFile(join(folder, "instantiate.js"), views);
  await writeFile(join(folder, "instantiate.d.ts"), TYPES_OF_JS);
}

function factory(glue, argument, instance) {
  const body = glue
    .replace(/^\/\* @ts-self-types.*$/m, "")
    .replace(/^(async function __wbg_(load|init)|function initSync)\b[\s\S]*?^\}$/gm, "")
    .replace(/^if \(Symbol\.dispose\).*$/gm, "")
    .replace(/^    (wasmInstance|wasmModule|cached\w+) = .*$/gm, "")
    .replace(/^let cachedUint8ArrayMemory0 = [\s\S]*?^\}$/m, "")
    // Messages are not in the module (panics.mjs).
    .replace(/^let cachedTextDecoder = [\s\S]*?^function decodeText\b[\s\S]*?^\}$/m, "")
    .replace(/^function getStringFromWasm0\b[\s\S]*?^\}$/m, "")
    .replace("new Error(getStringFromWasm0(arg0, arg1))", 'new Error("an object was used while it was in use")')
    .replace(/^export \{[^}]*\};?$/m, "")
    .replace(/^export (class|function) /gm, "$1 ");
  if (!/^function __wbg_finalize_init\(/m.test(body)) throw new Error("the glue of this wasm-bindgen has another form: no __wbg_finalize_init; mend scripts/build/factory.mjs");
  for (const [left, why] of [[/initSync/, "initSync"], [/Text|getString/, "a message that is read"], [/^export /m, "an export"], [/import\.meta/, "import.meta"], [/^import /m, "an import"]]) {
    if (left.test(body)) throw new Error(`the glue of this wasm-bindgen has another form: ${why} is left; mend scripts/build/factory.mjs`);
  }
  return `export function instantiate(${argument}) {
${body}
const { memory } = __wbg_finalize_init(${instance});
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

const TYPES_OF_JS = `import type { Exports } from "../wasm/instantiate.js";
export function instantiate(): Exports;
`;
