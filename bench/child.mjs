// A peer in a process of its own: nothing that another peer compiled, allocated or left behind is in
// its way. Reads a line of JSON, does what it says, writes a line of JSON; large arrays go by files.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { headOf, startOf } from "./sets.mjs";

const { default: peer } = await import(`./peers/${process.argv[2]}.mjs`);
let set;
let prepared;

const tasks = {
  hello: () => ({ title: peer.title, version: peer.version, sets: peer.sets }),

  load({ set: shape, file }) {
    const bytes = readFileSync(file);
    set = { ...shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
    const head = headOf(set);
    const warm = peer.prepare(head);
    for (let i = 0; i < 2; i++) peer.fit(warm, { ...problemOf(head), iterations: 3 });
    prepared = peer.prepare(set);
    return {};
  },

  fit: ({ iterations, out }) => timed((problem) => peer.fit(prepared, { ...problem, iterations }), out),

  default: ({ seed, out }) => timed(({ k }) => peer.fitByDefault(prepared, { k, seed }), out),
};

function problemOf(some) {
  return { start: startOf(some), startRows: some.start, columns: some.columns, k: some.k };
}

/** Collects garbage before, so that no run pays for the one before it. */
function timed(work, out) {
  const problem = problemOf(set);
  globalThis.gc?.();
  const before = resetPeak();
  const began = performance.now();
  const { centroids, labels, inertia, iterations, inIterations } = work(problem);
  const seconds = (performance.now() - began) / 1000;
  const peak = peakSince(before);
  return { seconds, iterations, inertia, inIterations, peak, files: stored(out, flat(centroids), labels) };
}

/** Bytes of memory in use, after which the most in use is counted anew; undefined where that cannot be (Linux only). */
function resetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
    return status("VmRSS");
  } catch {
    return undefined;
  }
}

/** How much more was in use at most: the copy of the rows, bounds, the answer. */
function peakSince(before) {
  return before === undefined ? undefined : Math.max(0, status("VmHWM") - before);
}

function status(field) {
  return Number(readFileSync("/proc/self/status", "utf8").match(new RegExp(`${field}:\\s+(\\d+)`))[1]) * 1024;
}

/** Named by content: runs that gave the same answer are checked once. */
function stored(out, centroids, labels) {
  const parts = [centroids, labels ? Buffer.from(labels.buffer, labels.byteOffset, labels.byteLength) : Buffer.alloc(0)];
  const hash = createHash("sha256");
  parts.forEach((part) => hash.update(part));
  const stem = `${out}-${hash.digest("hex").slice(0, 16)}`;
  writeFileSync(`${stem}.centroids`, parts[0]);
  if (labels) writeFileSync(`${stem}.labels`, parts[1]);
  return { centroids: `${stem}.centroids`, labels: labels ? `${stem}.labels` : undefined };
}

function flat(centroids) {
  const rows = ArrayBuffer.isView(centroids) ? [centroids] : centroids.map((row) => Float64Array.from(row));
  return Buffer.concat(rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength)));
}

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  let reply;
  try {
    reply = tasks[task.do](task);
  } catch (error) {
    reply = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
