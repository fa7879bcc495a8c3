// `node bench/judge.mjs [rows] [columns] [repeats]`: silhouette and Dunn's index of lloyd/metrics beside careful plain JavaScript.
// Medians of interleaved runs, every answer checked; after `npm run build`.

import { kmeansSync } from "../dist/index.js";
import { dunnSync, silhouetteSync } from "../dist/metrics.js";
import { normal, uniform, uniform32 } from "./random.mjs";

const [count = 50_000, columns = 16, repeats = 3] = process.argv.slice(2).map(Number);

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

function timed(run) {
  const began = performance.now();
  const value = run();
  return { value, ms: performance.now() - began };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

console.log(`${count} x ${columns}, one thread, Node ${process.versions.node}, medians of ${repeats}\n`);
console.log("rows                       k  index       lloyd ms     JS ms  ratio");
for (const [name, centres, spread, ks] of [["16 clusters, spread 1", 16, 1, [16, 2]], ["16 clusters, spread 3", 16, 3, [16]], ["noise", 0, 0, [16]]]) {
  for (const Numbers of [Float64Array, Float32Array]) {
    const points = { data: rowsAbout(centres, spread, Numbers), columns };
    for (const k of ks) {
      const { labels } = kmeansSync(points, { k, seed: 1 });
      const cases = {
        silhouette: [() => silhouetteSync(points, labels).mean, () => silhouetteInJs(points.data, columns, labels, k)],
        dunn: [() => dunnSync(points, labels), () => dunnInJs(points.data, columns, labels)],
      };
      for (const [index, runs] of Object.entries(cases)) {
        const times = [[], []];
        for (let r = 0; r < repeats; r++) {
          const found = runs.map((run, at) => {
            const { value, ms } = timed(run);
            times[at].push(ms);
            return value;
          });
          if (!(Math.abs(found[0] / found[1] - 1) < 1e-9)) throw new Error(`${name}, ${index}: ${found}`);
        }
        const [own, js] = times.map(median);
        console.log(`${`${name}, ${Numbers.name.slice(5, 7)}`.padEnd(26)} ${String(k).padStart(2)}  ${index.padEnd(10)} ${own.toFixed(0).padStart(9)} ${js.toFixed(0).padStart(9)}  ${(js / own).toFixed(1)}`);
      }
    }
  }
}
