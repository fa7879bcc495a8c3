// Every answer is checked before a time is believed. The checks come after all timing, as nothing
// may run beside what is timed.

import { readFileSync } from "node:fs";
import { AGREE, inertiaByLabels, inertiaOf, reference } from "./reference.mjs";
import { Threads } from "./threads.mjs";

/** As {@link AGREE}, for fits of a hundred iterations from the same start. */
const ABOUT = 0.01;

/**
 * What is wrong with the answers to each set's measures. `measured`: sets, each with its entries, one
 * per peer and measure, lloyd's first. `iterationsOf`: how many the reference makes, undefined where there is none.
 *
 * @returns for each entry its runs' inertias and what is wrong with them
 */
export async function checkAll(measured, iterationsOf) {
  const threads = new Threads();
  const results = new Map();
  for (const { shape, start, file, entries } of measured) {
    await threads.load(read(file, Float32Array), shape.columns);
    for (const measure of new Set(entries.map((entry) => entry.measure))) {
      const iterations = iterationsOf(measure, shape.name);
      let expected = iterations && { ...(await reference(threads, { ...shape, start }, iterations)), agree: AGREE };
      for (const entry of entries.filter((one) => one.measure === measure)) {
        const answers = new Map(); // equal ones have one file
        for (const run of entry.runs) answers.set(run.files.centroids, answers.get(run.files.centroids) ?? (await check(threads, shape, run, expected)));
        results.set(entry, entry.runs.map((run) => answers.get(run.files.centroids)));
        // Without a reference, the same start has to end about where lloyd ends: 32-bit sums part from it at ties.
        if (measure === "convergence") expected ??= { inertia: results.get(entry)[0].inertia, agree: ABOUT };
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
  const compare = (what, value, to, agree = AGREE) => {
    const off = Math.abs(value - to) / to;
    if (!(off <= agree)) wrong.push(`${what} is ${value}, not ${to} (off by ${off.toExponential(1)})`);
  };
  if (expected) compare("the inertia of its centroids", inertia, expected.inertia, expected.agree);
  if (claimed !== undefined) compare("the inertia that it gives", claimed, inertia);
  if (files.labels) compare("the inertia by its labels", await inertiaByLabels(threads, centroids, read(files.labels, Int32Array)), inertia);
  return { inertia, wrong };
}

function read(file, type) {
  const bytes = readFileSync(file);
  return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
