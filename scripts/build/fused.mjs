// Engines with relaxed SIMD multiply and add in one instruction, a fifth to a third faster; others refuse
// a module that has it anywhere. So the crate is compiled with it, and shipped without it, beside a list of the
// places where the one becomes the other by as many bytes:
//
//   shipped   a b  f32x4.mul    c  f32x4.add
//   fused     a b  nop nop nop  c  f32x4.relaxed_madd          written by ts/fused.ts when a module is compiled
//
// The compiler also writes relaxed_min and relaxed_max where it would write pmin and pmax otherwise, of the same
// operands; these become pmin and pmax again for good. Any other relaxed instruction fails to assemble.
//
// The places are found without reading instructions: the module is assembled twice, the second time with div
// and sub instead of mul and add, and the bytes that differ are the ones that are looked for.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { run } from "../command.mjs";
import { npmCommand } from "../place.mjs";
import { Stop } from "../say.mjs";

const FUSED = "(f32x4.relaxed_madd";
const [MUL, ADD] = [0xe6, 0xe4];

/** Writes the module without fused instructions to `module`, and their places to `list` (a script) and its types. */
export async function splitFused(optimised, module, list, enabled) {
  const text = `${module}.wat`;
  await run(process.execPath, [npmCommand.wasmDis, "--enable-relaxed-simd", ...enabled, optimised, "-o", text]);
  const fused = readFileSync(text, "utf8").replace(/\.relaxed_(?=min|max)/g, ".p");
  const assemble = async (mul, add) => {
    writeFileSync(text, split(fused, mul, add));
    await run(process.execPath, [npmCommand.wasmAs, ...enabled, text, "-o", module]);
    return readFileSync(module);
  };
  const marked = await assemble("f32x4.div", "f32x4.sub");
  const plain = await assemble("f32x4.mul", "f32x4.add");
  rmSync(text);
  const places = [...plain.keys()].filter((at) => plain[at] !== marked[at]);
  const count = fused.split(FUSED).length - 1;
  const found = (opcode) => places.filter((at) => plain[at] === opcode).length;
  if (plain.length !== marked.length || count === 0 || found(MUL) !== count || found(ADD) !== count) {
    throw new Stop(`Expected ${count} multiplications and additions to fuse in ${module}, found ${found(MUL)} and ${found(ADD)}; mend scripts/build/fused.mjs`);
  }
  const steps = places.map((at, i) => at - (places[i - 1] ?? 0));
  writeFileSync(list, `/** Where a multiplication's or an addition's opcode lies: steps from one to the next. */\nexport const places = [${steps}];\n`);
  writeFileSync(list.replace(/js$/, "d.ts"), "export const places: readonly number[];\n");
  return count;
}

/** Every `(fused a b c)` as `(add (mul a b) c)`. */
function split(text, mul, add) {
  let made = "";
  let at = 0;
  for (let next = text.indexOf(FUSED); next >= 0; next = text.indexOf(FUSED, at)) {
    const [a, b, c] = operands(text, next + FUSED.length);
    made += `${text.slice(at, next)}(${add} (${mul} ${split(a.text, mul, add)} ${split(b.text, mul, add)}) ${split(c.text, mul, add)}`;
    at = c.end;
  }
  return made + text.slice(at);
}

/** The three expressions in parentheses from `at` on. */
function operands(text, at) {
  return [0, 1, 2].map(() => {
    const start = text.indexOf("(", at);
    let depth = 0;
    for (at = start; at === start || depth > 0; at++) depth += text[at] === "(" ? 1 : text[at] === ")" ? -1 : 0;
    return { text: text.slice(start, at), end: at };
  });
}
