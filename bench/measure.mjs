// The rounds in which peers are timed. In each round every peer runs once, one after another, and
// the order turns by one each time: what slows the machine for seconds slows all of them alike.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSet, startOf } from "./sets.mjs";
import { runs } from "./peers.mjs";

const LONG = 8; // seconds of a run that is made once only
const SHORT = 1.5; // seconds that a peer's runs may take together to be repeated beyond `repeats`
const MOST = 9;
const FIXPOINT = 300; // more iterations than any set needs until nothing moves
const SEEDS = 5;

/** Times all peers on one set; resolves to one entry per peer and measure. */
export async function measureSet(name, { peers, measures, iterations, repeats, full, folder, say }) {
  const { data, ...shape } = makeSet(name);
  const start = startOf({ ...shape, data });
  const file = join(folder, `${name}.f32`);
  writeFileSync(file, data);
  const entries = [];
  for (const measure of measures) {
    const taking = peers.filter((peer) => runs(peer, measure, name, full));
    const made = taking.map((peer) => ({ set: name, measure, peer: peer.name, runs: [] }));
    const started = [];
    try {
      for (const peer of taking) {
        const process = peer.start();
        started.push(process);
        await process.ask({ do: "load", set: shape, file });
      }
      await rounds(made, started, (round, peer) => taskOf(measure, { iterations, round, out: join(folder, `${name}-${measure}-${peer}`) }), repeats);
    } finally {
      started.forEach((process) => process.stop());
    }
    for (const entry of made) entry.peak = median(entry.runs.map(({ peak }) => peak));
    for (const { peer, runs } of made) say(`${name} ${measure}: ${peer} ${runs.map(({ seconds }) => seconds.toPrecision(3)).join(" ")} s`);
    entries.push(...made);
  }
  return { shape, start, file, entries };
}

async function rounds(entries, peers, task, repeats) {
  for (let round = 0; entries.some((entry) => wants(entry, round, repeats)); round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const at = (turn + round) % entries.length;
      if (!wants(entries[at], round, repeats)) continue;
      entries[at].runs.push(await peers[at].ask(task(round, entries[at].peer)));
    }
  }
}

/** Each round of the default call has a seed of its own, so it is not repeated beyond these. */
function wants({ measure, runs }, round, repeats) {
  const spent = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  if (round > 0 && spent / runs.length > LONG) return false;
  if (measure === "default") return round < SEEDS;
  return round < repeats || (round < MOST && spent < SHORT);
}

function taskOf(measure, { iterations, round, out }) {
  if (measure === "default") return { do: "default", seed: round, out };
  return { do: "fit", iterations: iterationsOf(measure, iterations), out };
}

/** How many iterations are asked for; undefined where a peer starts and ends as it likes. */
export function iterationsOf(measure, iterations) {
  return { iterations, convergence: FIXPOINT }[measure];
}

/** How many the reference makes; undefined where it makes none, or would take longer than all peers together. */
export function referenceIterations(measure, set, iterations) {
  return measure === "convergence" && !"AB".includes(set) ? undefined : iterationsOf(measure, iterations);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
