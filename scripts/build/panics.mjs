// A panic ends in a trap, whose message nobody could read: so what would make the message, and the formatting code
// behind it, need not ship. In the module as the compiler left it, with its names, every function that only panics
// becomes one instruction, and every message zeros; the optimiser then removes what nothing calls any more, and zeros.
// 117.0 kB became 113.4, and the core entry 59.8 kB of brotli became 57.9; without messages another 0.6.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { run } from "../command.mjs";
import { npmCommand } from "../place.mjs";
import { Stop } from "../say.mjs";

/** Functions of the standard library that do nothing but panic, or prepare it. */
const PANICS = /^"?<?(core|alloc|std|__rustc)\[.*(panic|index_fail|mismatch_fail|expect_failed|unwrap_failed|handle_error|capacity_overflow|alloc_error)/;

/**
 * Text this long is a message, but for numbers beside it whose bytes happen to be characters: its ends
 * stay.
 */
const MESSAGE = /(?<=[\n -~]{8})[\n -~]{16,}(?=[\n -~]{8})/g;

/** Rewrites `module` in place. `enabled`: flags of its features. */
export async function withoutMessages(module, enabled) {
  const text = `${module}.wat`;
  await run(process.execPath, [npmCommand.wasmDis, ...enabled, module, "-o", text]);
  let count = 0;
  const short = readFileSync(text, "utf8").replace(/^ \(func \$("[^"]*"|\S+)(.*)\n(?:  .*\n)* \)$/gm, (whole, name, rest) => {
    if (!PANICS.test(name)) return whole;
    count += 1;
    return ` (func $${name}${rest}\n  (unreachable)\n )`;
  });
  let blanked = 0;
  const blank = short.replace(/^( \(data \S+ \(i32\.const \d+\) )"(.*)"\)$/gm, (_, head, written) => {
    const data = bytesOf(written).replace(MESSAGE, (message) => {
      blanked += message.length;
      return "\0".repeat(message.length);
    });
    return `${head}"${Array.from(data, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")}")`;
  });
  if (count < 5 || blanked < 300) throw new Stop(`Expected at least 5 functions that panic and 300 bytes of messages in ${module}, found ${count} and ${blanked}; mend scripts/build/panics.mjs`);
  writeFileSync(text, blank);
  await run(process.execPath, [npmCommand.wasmAs, ...enabled, text, "-o", module]);
  rmSync(text);
}

/** A string of the text format, a character for each byte. */
function bytesOf(written) {
  const named = { t: "\t", n: "\n", r: "\r" };
  return written.replace(/\\([0-9a-f]{2}|.)/g, (_, code) => (code.length === 2 ? String.fromCharCode(parseInt(code, 16)) : (named[code] ?? code)));
}
