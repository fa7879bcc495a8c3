// `node bench/judge.mjs [rows] [columns] [repeats]`: silhouette and Dunn's index of lloyd/metrics beside careful plain JavaScript.
// With `--workers 1,2,4`: on this thread beside pools of so many workers. Medians of interleaved runs, every answer checked,
// those of pools to the bit; after `npm run build`.

import { parseArgs } from "node:util";
import { createPool, kmeansSync } from "../dist/index.js";
import { dunn, dunnSync, silhouette, silhouetteSync } from "../dist/metrics.js";
import { normal, uniform, uniform32 } from "./random.mjs";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { workers: { type: "string", default: "" } } });
const [count = 50_000, columns = 16, repeats = 3] = positionals.map(Number);
const pools = [];
for (const workers of options.workers.split(",").filter(Boolean).map(Number)) pools.push({ workers, pool: await createPool({ workers }) });

/** Every pair of rows once; sums by row and cluster. */
function silhouetteInJs(data, columns, labels, k) {
  const count = labels.length;
  const sums = new Float64Array(count * k);
  const sizes = new Float64Array(k);
  for (let i = 0; i < count; i++) sizes[labels[i]] += 1;
  for (let i = 0; i < count; i++) {
    const own = labels[i];
    const a = i * columns;
    for (let j = 0; j < i; j++) {
      const b = j * columns;
      let squared = 0;
      for (let c = 0; c < columns; c++) {
        const apart = data[a + c] - data[b + c];
        squared += apart * apart;
      }
      const distance = Math.sqrt(squared);
      sums[i * k + labels[j]] += distance;
      sums[j * k + own] += distance;
    }
  }
  let total = 0;
  for (let i = 0; i < count; i++) {
    const own = labels[i];
    if (sizes[own] === 1) continue;
    const a = sums[i * k + own] / (sizes[own] - 1);
    let b = Infinity;
    for (let j = 0; j < k; j++) if (j !== own) b = Math.min(b, sums[i * k + j] / sizes[j]);
    total += (b - a) / Math.max(a, b);
  }
  return total / count;
}

/** Every pair of rows once; no root but the last. */
function dunnInJs(data, columns, labels) {
  let [least, most] = [Infinity, 0];
  for (let i = 0; i < labels.length; i++) {
    const own = labels[i];
    const a = i * columns;
    for (let j = 0; j < i; j++) {
      const b = j * columns;
      let squared = 0;
      for (let c = 0; c < columns; c++) {
        const apart = data[a + c] - data[b + c];
        squared += apart * apart;
      }
      if (labels[j] === own) {
        if (squared > most) most = squared;
      } else if (squared < least) least = squared;
    }
  }
  return Math.sqrt(least) / Math.sqrt(most);
}

/** Rows about true centres uniform in [-5, 5]^d, of standard deviation `spread`; 0 centres: noise. */
function rowsAbout(centres, spread, Numbers) {
  const next = uniform32(7);
  const [flat, gauss] = [uniform(next), normal(next)];
  const middles = Float64Array.from({ length: centres * columns }, () => flat() * 10 - 5);
  return Numbers.from({ length: count * columns }, (_, at) => (centres ? middles[(Math.floor(at / columns) % centres) * columns + (at % columns)] + spread * gauss() : flat()));
}

/** Milliseconds and answers of each run, which take turns; medians. */
async function measured(runs) {
  const times = runs.map(() => []);
  let answers;
  for (let r = 0; r < repeats; r++) {
    answers = [];
    for (const [at, run] of runs.entries()) {
      const began = performance.now();
      answers.push(await run());
      times[at].push(performance.now() - began);
    }
  }
  return { answers, times: times.map((some) => some.sort((a, b) => a - b)[some.length >> 1]) };
}

const others = pools.length > 0 ? pools.map(({ workers }) => `in a pool: ${workers}`) : ["JavaScript"];
const line = (...cells) => console.log(cells.map((cell, at) => (at === 0 ? `${cell}`.padEnd(24) : `${cell}`.padStart(14))).join(""));
console.log(`${count} x ${columns}, Node ${process.versions.node}, milliseconds, medians of ${repeats}; ${pools.length > 0 ? "n×: so many times as fast as one thread" : "n×: so many times as long as lloyd"}\n`);
line("rows", "k", "index", "one thread", ...others.flatMap((other) => [other, "n×"]));
for (const [name, centres, spread, ks] of [["16 clusters, spread 1", 16, 1, [16, 2]], ["16 clusters, spread 3", 16, 3, [16]], ["noise", 0, 0, [16]]]) {
  for (const Numbers of [Float64Array, Float32Array]) {
    const data = rowsAbout(centres, spread, Numbers);
    const points = { data, columns };
    for (const k of ks) {
      const { labels } = kmeansSync(points, { k, seed: 1 });
      const onPools = (index) => pools.map(({ workers, pool }) => () => index(points, labels, { workers, pool }));
      const cases = {
        silhouette: [() => silhouetteSync(points, labels).mean, onPools(async (...given) => (await silhouette(...given)).mean), () => silhouetteInJs(data, columns, labels, k)],
        dunn: [() => dunnSync(points, labels), onPools(dunn), () => dunnInJs(data, columns, labels)],
      };
      for (const [index, [here, there, inJs]] of Object.entries(cases)) {
        // One thread before and after the others, which take long: others use this machine, too.
        const { answers, times } = await measured([here, ...(pools.length > 0 ? there : [inJs]), here]);
        const slack = pools.length > 0 ? 0 : 1e-9;
        if (!answers.every((answer) => Math.abs(answer / answers[0] - 1) <= slack)) throw new Error(`${name}, ${index}: ${answers}`);
        const [own, rest] = [(times[0] + times.at(-1)) / 2, times.slice(1, -1)];
        const gain = (time) => (pools.length > 0 ? own / time : time / own).toFixed(1);
        line(`${name}, ${Numbers.name.slice(5, 7)}`, k, index, own.toFixed(0), ...rest.flatMap((time) => [time.toFixed(0), gain(time)]));
      }
    }
  }
}
for (const { pool } of pools) pool.dispose();
