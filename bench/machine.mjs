// What the times depend on.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { dirname, join } from "node:path";

export function machine(build) {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    date: new Date().toISOString().slice(0, 10),
    /** How busy the machine was before the first run: a number near 0 makes quiet times. */
    load: Number(loadavg()[0].toFixed(2)),
    /** Two results with the same one are of the same lloyd. */
    build: hashOf(build),
  };
}

/** Of a file and of all that it imports from beside it. */
function hashOf(file) {
  const seen = new Set();
  const hash = createHash("sha256");
  const visit = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(path, "utf8");
    hash.update(text);
    for (const [, name] of text.matchAll(/from\s*"(\.\/[^"]+)"/g)) visit(join(dirname(path), name));
  };
  visit(file);
  return hash.digest("hex").slice(0, 12);
}
