// `npm run bench -- --workers`: what workers gain. The same fit on this thread and in pools of 1, 2 and 4 workers,
// taking turns; all answers have to be the same bits.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine } from "./machine.mjs";
import { median } from "./measure.mjs";
import { aligned, machineLines } from "./report.mjs";
import { headOf, makeSet, startOf } from "./sets.mjs";

const COUNTS = [0, 1, 2, 4];
const ITERATIONS = 10;
/** Seconds after which a set's rounds end, and before which more are made. */
const LONG = 20;
const SHORT = 4;

export async function measureWorkers({ sets, repeats, whole }, build, say) {
  const here = machine(build);
  const { kmeans, createPool } = await import(process.env.BENCH_LLOYD);
  const pools = new Map();
  for (const workers of COUNTS.slice(1)) pools.set(workers, await createPool({ workers }));
  const rows = [["set", "1 thread", ...COUNTS.slice(1).map((n) => `${n} worker${n === 1 ? "" : "s"}`), "whole fit, 4", "overhead, 4", "processor time, 4"]];
  for (const name of sets) {
    const set = makeSet(name);
    const fit = ({ data, columns, k, ...rest }, workers) => {
      const start = startOf({ data, columns, ...rest });
      const init = Array.from({ length: k }, (_, j) => start.subarray(j * columns, (j + 1) * columns));
      const where = workers > 0 ? { workers, pool: pools.get(workers) } : { workers };
      return timed(() => kmeans({ data, columns }, { k, init, maxIterations: ITERATIONS, tolerance: 0, seed: 0, ...where }));
    };
    const head = headOf(set);
    for (const workers of COUNTS) await fit(head, workers);
    const fits = COUNTS.map((workers) => ({ workers, runs: [] }));
    const began = performance.now();
    let answer;
    for (let round = 0; round < repeats || (round < 9 && performance.now() - began < SHORT * 1000); round++) {
      for (let turn = 0; turn < fits.length; turn++) {
        const { workers, runs } = fits[(turn + round) % fits.length];
        const run = await fit(set, workers);
        const bits = bitsOf(run.model);
        if (answer !== undefined && bits !== answer) throw new Error(`${name}: ${workers} workers gave other bits`);
        answer = bits;
        runs.push(run);
      }
      if (performance.now() - began > LONG * 1000) break;
    }
    const of = (workers, what) => median(fits.find((one) => one.workers === workers).runs.map(what));
    const iteration = ({ model }) => median(model.history.map(({ milliseconds }) => milliseconds));
    const gain = (what) => (workers) => of(0, what) / of(workers, what);
    rows.push([
      name,
      `${of(0, iteration).toPrecision(3)} ms`,
      ...COUNTS.slice(1).map((workers) => `${of(workers, iteration).toPrecision(3)} ms, ${gain(iteration)(workers).toFixed(2)}×`),
      `${(of(4, ({ wall }) => wall) / 1000).toPrecision(3)} s, ${gain(({ wall }) => wall)(4).toFixed(2)}×`,
      `${of(4, ({ model }) => model.executor.overhead).toFixed(0)} µs`,
      `${(1 / gain(({ cpu }) => cpu)(4)).toFixed(2)}×`,
    ]);
    say(rows.at(-1).join("  "));
  }
  for (const pool of pools.values()) pool.dispose();
  const text = [
    `# Workers, measured with Node ${here.node}`,
    "",
    ...machineLines(here),
    "",
    ...aligned(rows),
    "",
    `Medians of an iteration, over ${ITERATIONS} from the same centroids, in warm pools; "n×": so many times as fast as one thread. "Whole fit": with sending, loading, the last assignment and the model. "Overhead": of a question, what not even the slowest worker worked for; it has the wait for a free core in it. "Processor time": of the whole fit, beside one thread's: what is above 1 is lost to more than the wait for cores. Every answer was the same, bit for bit.`,
    "",
  ].join("\n");
  process.stdout.write(`\n${text}`);
  if (!whole) return;
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `workers-${here.node.split(".")[0]}.md`), text);
}

async function timed(work) {
  globalThis.gc?.();
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  const model = await work();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { model, wall, cpu: user + system };
}

function bitsOf(model) {
  const costs = ["milliseconds", "computed", "saved"];
  return createHash("sha256").update(JSON.stringify(model, (key, value) => (costs.includes(key) ? undefined : value))).digest("hex");
}
