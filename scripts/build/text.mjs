// Bytes as text for a script: one printable character for each frequent byte, two for a rare one. Unlike base64 it
// keeps bytes apart, so compression finds what it finds in the bytes: 108 kB are 41 kB of brotli, in base64 54 kB.
// ts/engine/text.ts reads it.

import { readFileSync, writeFileSync } from "node:fs";

/** What stands in a string without an escape, in a page too. */
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !'"\\$`<'.includes(c));

/** Writes the bytes of `file` to `script`, and its types beside it. */
export function writeText(file, script) {
  const bytes = readFileSync(file);
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const rare = CHARACTERS.slice(-2);
  const frequent = CHARACTERS.slice(0, -2);
  const codes = [];
  order.forEach((byte, rank) => {
    const above = rank - frequent.length;
    codes[byte] = above < 0 ? frequent[rank] : rare[Math.floor(above / frequent.length)] + frequent[above % frequent.length];
  });
  const text = Array.from(bytes, (byte) => codes[byte]).join("");
  writeFileSync(script, `export const text = {\n  length: ${bytes.length},\n  order: [${order}],\n  frequent: ${JSON.stringify(frequent.join(""))},\n  rare: ${JSON.stringify(rare.join(""))},\n  codes: ${JSON.stringify(text)},\n};\n`);
  writeFileSync(script.replace(/js$/, "d.ts"), `export const text: import("../../ts/engine/text.js").Text;\n`);
}
