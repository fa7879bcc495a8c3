// `node bench/choose.mjs [dist] [other dist ...]`: chooseK by 0, 1, 2 and 4 workers, of one build or of several beside each other;
// after `npm run build`. Medians of interleaved runs; every answer is the same to the bit, or it fails.

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { normal, uniform, uniform32 } from "./random.mjs";

const REPEATS = 3;
const WORKERS = [0, 1, 2, 4];
const SETS = new URL("../../shared/data/sets/", import.meta.url);

/** A set of ../shared/data; null where that is absent. */
function stored(name) {
  if (!existsSync(SETS)) return null;
  const { d, file } = JSON.parse(readFileSync(new URL(`${name}.json`, SETS), "utf8"));
  const lines = gunzipSync(readFileSync(new URL(file, SETS))).toString("utf8").trim().split("\n").slice(1);
  return { data: Float64Array.from(lines.flatMap((line) => line.split(",").slice(0, d).map(Number))), columns: d };
}

/** Rows about 16 centres uniform in [-5, 5]^d, of standard deviation 1. */
function made(count, columns) {
  const next = uniform32(7);
  const [flat, gauss] = [uniform(next), normal(next)];
  const middles = Float64Array.from({ length: 16 * columns }, () => flat() * 10 - 5);
  return { data: Float64Array.from({ length: count * columns }, (_, at) => middles[(Math.floor(at / columns) % 16) * columns + (at % columns)] + gauss()), columns };
}

const bare = { references: 0, resamples: 0 };
const cases = [
  ["S1, 2 to 25", stored("s1"), { to: 25 }],
  ["S1, 2 to 25, bare", stored("s1"), { to: 25, ...bare }],
  ["A3, 2 to 60, bare", stored("a3"), { to: 60, ...bare }],
  ["10,000 x 16, 2 to 12", made(10_000, 16), {}],
  ["50,000 x 16, 2 to 12", made(50_000, 16), {}],
  ["500,000 x 16, 2 to 12", made(500_000, 16), {}],
].filter(([, points]) => points);

const builds = process.argv.length > 2 ? process.argv.slice(2) : [new URL("../dist", import.meta.url).pathname];
const found = await Promise.all(
  builds.map(async (folder) => {
    const at = (name) => import(pathToFileURL(resolve(folder, name)).href);
    return { ...(await at("index.js")), ...(await at("select.js")) };
  }),
);

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const only = process.env.ONLY;

console.log(`Node ${process.versions.node}, seconds, medians of ${REPEATS}; ${builds.join(", ")}\n`);
console.log("chooseK".padEnd(28) + WORKERS.flatMap((workers) => builds.map((_, b) => `${workers} workers${builds.length > 1 ? ` (${b + 1})` : ""}`.padStart(14))).join(""));
for (const [name, points, options] of cases) {
  if (only && !name.includes(only)) continue;
  const times = WORKERS.map(() => builds.map(() => []));
  let expected;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [w, workers] of WORKERS.entries()) {
      for (const [b, { chooseK, createPool }] of found.entries()) {
        const pool = workers > 0 ? await createPool({ workers }) : undefined;
        const began = performance.now();
        const { table } = await chooseK(points, { seed: 1, ...options, ...(pool ? { pool } : { workers: 0 }) });
        times[w][b].push((performance.now() - began) / 1000);
        pool?.dispose();
        const got = JSON.stringify(table.map(({ model, ...row }) => row));
        expected ??= got;
        if (got !== expected) throw new Error(`${name}, ${workers} workers: another answer`);
      }
    }
  }
  console.log(name.padEnd(28) + times.flatMap((some) => some.map((values) => median(values).toFixed(2).padStart(14))).join(""));
}
