// Every answer is checked before a time is believed. The checks come after all timing, as nothing
// may run beside what is timed.

import { readFileSync } from "node:fs";
import { AGREE, inertiaByLabels, inertiaOf, reference } from "./reference.mjs";
import { Threads } from "./threads.mjs";

/**
 * What is wrong with the answers to each set's measures. `measured`: sets, each with its entries, one
 * per peer and measure. `iterationsOf`: how many the reference makes, undefined where there is none.
 *
 * @returns for each entry its different answers' inertias and what is wrong with them
 */
export async function checkAll(measured, iterationsOf) {
  const threads = new Threads();
  const results = new Map();
  for (const { shape, start, file, entries } of measured) {
    await threads.load(read(file, Float32Array), shape.columns);
    for (const measure of new Set(entries.map((entry) => entry.measure))) {
      const iterations = iterationsOf(measure);
      const expected = iterations && (await reference(threads, { ...shape, start }, iterations));
      for (const entry of entries.filter((one) => one.measure === measure)) {
        const answers = new Map(entry.runs.map((run) => [run.files.centroids, run])); // equal ones have one file
        const checked = [];
        for (const answer of answers.values()) checked.push(await check(threads, shape, answer, expected));
        results.set(entry, checked);
      }
    }
  }
  await threads.stop();
  return results;
}

async function check(threads, { k, columns }, { files, inertia: claimed }, expected) {
  const centroids = read(files.centroids, Float64Array);
  if (centroids.length !== k * columns) return { wrong: [`${centroids.length / columns} centroids, not ${k}`] };
  const inertia = await inertiaOf(threads, centroids);
  const wrong = [];
  const compare = (what, value, to) => {
    const off = Math.abs(value - to) / to;
    if (!(off <= AGREE)) wrong.push(`${what} is ${value}, not ${to} (off by ${off.toExponential(1)})`);
  };
  if (expected) compare("the inertia of its centroids", inertia, expected.inertia);
  if (claimed !== undefined) compare("the inertia that it gives", claimed, inertia);
  if (files.labels) compare("the inertia by its labels", await inertiaByLabels(threads, centroids, read(files.labels, Int32Array)), inertia);
  return { inertia, wrong };
}

function read(file, type) {
  const bytes = readFileSync(file);
  return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
