// What the times depend on.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

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
    /** Of lloyd's file, so that two results can be told to be of the same build. */
    build: createHash("sha256").update(readFileSync(build)).digest("hex").slice(0, 12),
  };
}
