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
  const { columnsOf, moduleIn, NAMES } = await reader();
  const text = { length: module.length, ...written(columnsOf(module), NAMES) };
  if (!module.equals(moduleIn(text))) throw new Error(`${file} as text does not read as it was written`);
  writeFileSync(script, `export const text = ${JSON.stringify(text)};\n`);
  writeFileSync(script.replace(/js$/, "d.ts"), `export const text: import("../../ts/engine/text.js").Text;\n`);
}

/** `names`: the column where characters stand for themselves, as these names are in the script, too. */
function written(columns, names) {
  const rare = CHARACTERS.slice(-2);
  const frequent = CHARACTERS.slice(0, -2);
  const texts = columns.map((bytes, column) => {
    const often = column === names ? new Set(frequent.map((c) => c.charCodeAt(0))) : mostOf(bytes, frequent.length);
    const characters = [];
    [...often].sort((a, b) => a - b).forEach((byte, i) => (characters[byte] = frequent[i]));
    const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !often.has(byte));
    others.forEach((byte, i) => (characters[byte] = rare[Math.floor(i / frequent.length)] + frequent[i % frequent.length]));
    return { count: bytes.length, runs: runsOf(often), codes: Array.from(bytes, (byte) => characters[byte]).join("") };
  });
  return {
    columns: texts.map(({ count, runs }) => [count, runs]),
    frequent: frequent.join(""),
    rare: rare.join(""),
    codes: texts.map(({ codes }) => codes).join(""),
  };
}

/** The `size` bytes that occur most often. */
function mostOf(bytes, size) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  return new Set([...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, size));
}

/** So many bytes of 0 to 255 that are in the set, then so many that are not, and so on. */
function runsOf(set) {
  const runs = [0];
  for (let byte = 0; byte < 256; byte++) {
    if (set.has(byte) !== (runs.length % 2 === 1)) runs.push(0);
    runs[runs.length - 1] += 1;
  }
  return runs;
}

/** What apps read it with. */
async function reader() {
  const { build } = await import("esbuild"); // here, as set-up installs it
  const contents = 'export * from "./columns.js"; export * from "./text.js";';
  const { outputFiles } = await build({ stdin: { contents, resolveDir: inRoot("ts/engine"), loader: "ts" }, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
