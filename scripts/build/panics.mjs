// A panic ends in a trap, whose message nobody could read: so what would make the message, and the formatting code
// behind it, need not ship. In the module as the compiler left it, with its names, every function that only panics
// becomes one instruction; the optimiser then removes what nothing calls any more: 117.0 kB became 113.4, and the core
// entry 59.8 kB of brotli became 57.9.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { run } from "../command.mjs";
import { npmCommand } from "../place.mjs";
import { Stop } from "../say.mjs";

/** Functions of the standard library that do nothing but panic, or prepare it. */
const PANICS = /^"?<?(core|alloc|std|__rustc)\[.*(panic|index_fail|mismatch_fail|expect_failed|unwrap_failed|handle_error|capacity_overflow|alloc_error)/;

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
  if (count < 5) throw new Stop(`Expected at least 5 functions that panic in ${module}, found ${count}; mend scripts/build/panics.mjs`);
  writeFileSync(text, short);
  await run(process.execPath, [npmCommand.wasmAs, ...enabled, text, "-o", module]);
  rmSync(text);
}
