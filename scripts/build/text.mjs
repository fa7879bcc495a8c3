// The module as text for a script: its bytes sorted into columns (ts/engine/columns.ts), and for each frequent byte one
// printable character, for a rare one two. Unlike base64 that keeps bytes apart, so compression finds what it finds in the
// bytes: 110 kB are 37 kB of brotli, in instructions' order 43 kB, in base64 56 kB. ts/engine/text.ts reads it.

import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../place.mjs";

/** What stands in a string without an escape, in a page too. */
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !'"\\$`<'.includes(c));

/** Writes the module in `file` to `script`, and its types beside it. */
export async function writeText(file, script) {
  const module = readFileSync(file);
  const { columnsOf, moduleIn } = await reader();
  const columns = columnsOf(module);
  let at = 0;
  const starts = columns.map(({ length }) => (at += length) - length);
  const text = { length: module.length, starts, ...written(Buffer.concat(columns)) };
  if (!module.equals(moduleIn(text))) throw new Error(`${file} as text does not read as it was written`);
  writeFileSync(script, `export const text = ${JSON.stringify(text)};\n`);
  writeFileSync(script.replace(/js$/, "d.ts"), `export const text: import("../../ts/engine/text.js").Text;\n`);
}

function written(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const rare = CHARACTERS.slice(-2);
  const frequent = CHARACTERS.slice(0, -2);
  const characters = [];
  order.forEach((byte, rank) => {
    const above = rank - frequent.length;
    characters[byte] = above < 0 ? frequent[rank] : rare[Math.floor(above / frequent.length)] + frequent[above % frequent.length];
  });
  return { order, frequent: frequent.join(""), rare: rare.join(""), codes: Array.from(bytes, (byte) => characters[byte]).join("") };
}

/** What apps read it with. */
async function reader() {
  const { build } = await import("esbuild"); // here, as set-up installs it
  const contents = 'export * from "./columns.js"; export * from "./text.js";';
  const { outputFiles } = await build({ stdin: { contents, resolveDir: inRoot("ts/engine"), loader: "ts" }, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
