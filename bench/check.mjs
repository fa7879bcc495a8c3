// Every answer is checked before a time is believed. The checks come after all timing, on threads
// of their own, as nothing may run beside what is timed.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { AGREE, inertiaByLabels, inertiaOf, reference } from "./reference.mjs";

/** Checks jobs of `{ shape, file, iterations, answers }`; the k-th result belongs to the k-th job. */
export async function checkAll(jobs) {
  const results = new Array(jobs.length);
  const cost = ({ shape, iterations }) => shape.count * shape.columns * shape.k * (iterations ?? 1);
  const waiting = jobs.map((_, at) => at).sort((a, b) => cost(jobs[b]) - cost(jobs[a]));
  const threads = Array.from({ length: Math.min(availableParallelism(), jobs.length) }, async () => {
    const worker = new Worker(new URL(import.meta.url));
    while (waiting.length > 0) {
      const at = waiting.shift();
      results[at] = await new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
        worker.postMessage(jobs[at]);
      });
    }
    await worker.terminate();
  });
  await Promise.all(threads);
  return results;
}

/** The reference's answer where there is one (`iterations`), and what is wrong with each of the others. */
function check({ shape, file, iterations, answers }) {
  const set = { ...shape, data: read(file, Float32Array) };
  const expected = iterations === undefined ? undefined : reference(set, iterations);
  const near = expected?.labels ?? new Int32Array(set.count);
  const checked = answers.map(({ files, inertia: claimed }) => {
    const centroids = read(files.centroids, Float64Array);
    const inertia = inertiaOf(set, centroids, near);
    const wrong = [];
    const compare = (what, value, to) => {
      const off = Math.abs(value - to) / to;
      if (!(off <= AGREE)) wrong.push(`${what} is ${value}, not ${to} (off by ${off.toExponential(1)})`);
    };
    if (centroids.length !== set.k * set.columns) wrong.push(`${centroids.length / set.columns} centroids, not ${set.k}`);
    if (expected) compare("the inertia of its centroids", inertia, expected.inertia);
    if (claimed !== undefined) compare("the inertia that it gives", claimed, inertia);
    if (files.labels) compare("the inertia by its labels", inertiaByLabels(set, centroids, read(files.labels, Int32Array)), inertia);
    return { inertia, wrong };
  });
  return { expected: expected && { inertia: expected.inertia, iterations: expected.iterations }, checked };
}

function read(file, type) {
  const bytes = readFileSync(file);
  return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

if (!isMainThread) parentPort.on("message", (job) => parentPort.postMessage(check(job)));
