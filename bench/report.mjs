// Results as tables.

import { median } from "./measure.mjs";

const TITLES = {
  iterations: ({ iterations }) => `Time per iteration, over ${iterations} iterations from the same centroids`,
  convergence: () => "Time until no row changes its cluster, from the same centroids",
  default: () => "The default call: time, and inertia reached",
};

export function report({ machine, asked, peers, shapes, results, leftOut }) {
  const lines = [`# Measured with Node ${machine.node}`, "", ...machineLines(machine), ""];
  lines.push(...peers.map(({ title, version }) => `- ${title}: ${version}`), "");
  lines.push("Sets: " + shapes.map(({ name, count, columns, k, like }) => `${name} ${count} × ${columns}, k = ${k} (${like})`).join(" · "), "");
  for (const measure of asked.measures) {
    const own = results.filter((result) => result.measure === measure);
    if (own.length === 0) continue;
    lines.push(`## ${TITLES[measure](asked)}`, "");
    const taken = shapes.filter(({ name }) => own.some(({ set }) => set === name));
    lines.push(...aligned(measure === "default" ? defaults(own, peers, taken) : speeds(own, peers, taken, measure)), "");
    lines.push(NOTES[measure], "");
  }
  lines.push(...memory(results, peers, shapes));
  if (leftOut.length > 0) lines.push("## Left out, as it is slow (`--full` runs it)", "", ...leftOut.map((line) => `- ${line}`), "");
  const wrong = results.flatMap(({ set, measure, peer, wrong }) => wrong.map((what) => `- ${set}, ${measure}, ${peer}: ${what}`));
  if (wrong.length > 0) lines.push("## DIFFERS", "", ...wrong, "");
  return lines.join("\n").trimEnd() + "\n";
}

const NOTES = {
  memory: "How much more of the process was in memory at most during a call than before it, medians: a copy of the rows where there is one, bounds, the answer. A library that takes no copy, or took it before (the JavaScript ones get rows of plain arrays), shows less than the rows.",
  iterations:
    "Medians; a whole call divided by its iterations. \"n×\": the peer takes n times as long as lloyd. \"Outside\": what of lloyd's call is not in its iterations: the copy into WebAssembly's memory, the last assignment, labels and the model.",
  convergence: "Medians of whole calls, and iterations. \"n×\": the peer takes n times as long as lloyd.",
  default: "Medians over seeds 0 to 4 (only 0 where a call takes more than 8 s), the mean inertia and the greatest. Here every library starts from centroids of its own, so these are different work; lower inertia is better.",
};

export function machineLines({ cpu, cores, memory, platform, v8, date, load, build }) {
  return [`${cpu}, ${cores} cores, ${memory}, ${platform}; V8 ${v8}; ${date}; load before the first run ${load}; lloyd's build ${build}.`];
}

function speeds(results, peers, shapes, measure) {
  const each = peers.filter(({ name }) => results.some(({ peer }) => peer === name));
  const extra = measure === "iterations" ? ["outside"] : [];
  const rows = shapes.map(({ name }) => {
    const at = (peer) => results.find((result) => result.set === name && result.peer === peer);
    const cells = each.map((peer) => speed(at(peer.name), at("lloyd"), measure));
    return [name, cells[0], ...extra.map(() => outside(at("lloyd"))), ...cells.slice(1)];
  });
  return [["set", each[0].title, ...extra, ...each.slice(1).map(({ title }) => title)], ...rows];
}

/** A peer whose answer is wrong has no time; neither has a ratio to a wrong lloyd any meaning. */
function speed(result, lloyd, measure) {
  if (!result) return "–";
  if (result.wrong.length > 0) return "DIFFERS";
  const seconds = measure === "iterations" ? result.seconds / result.iterations : result.seconds;
  const time = measure === "iterations" ? duration(seconds) : `${duration(seconds)} (${result.iterations})`;
  if (result === lloyd) return time;
  return lloyd.wrong.length > 0 ? time : `${time}, ${ratio(result.seconds / lloyd.seconds)}×`;
}

function outside(result) {
  return result.wrong.length > 0 ? "–" : duration(result.outside);
}

/** What a call takes beside the caller's own rows. */
function memory(results, peers, shapes) {
  const own = results.filter(({ measure, peak }) => measure === "iterations" && peak !== undefined && peak !== null);
  if (own.length === 0) return [];
  const each = peers.filter(({ name }) => own.some(({ peer }) => peer === name));
  const rows = shapes.map(({ name, count, columns }) => {
    const of = (peer) => own.find((result) => result.set === name && result.peer === peer.name);
    return [name, megabytes(count * columns * 4), ...each.map((peer) => (of(peer) ? megabytes(of(peer).peak) : "–"))];
  });
  return ["## Peak memory of those calls", "", ...aligned([["set", "the rows", ...each.map(({ title }) => title)], ...rows]), "", NOTES.memory, ""];
}

function defaults(results, peers, shapes) {
  const each = peers.filter(({ name }) => results.some(({ peer }) => peer === name));
  const rows = shapes.map(({ name }) => [
    name,
    ...each.flatMap((peer) => {
      const result = results.find((one) => one.set === name && one.peer === peer.name);
      if (!result) return ["–", "–"];
      if (result.wrong.length > 0) return ["DIFFERS", "DIFFERS"];
      const own = results.find((one) => one.set === name && one.peer === "lloyd");
      const mean = result.inertias.reduce((a, b) => a + b, 0) / result.inertias.length;
      const times = result === own ? "" : `, ${ratio(result.seconds / own.seconds)}×`;
      return [`${duration(result.seconds)} (${result.iterations})${times}`, `${mean.toPrecision(6)}, ${Math.max(...result.inertias).toPrecision(6)}`];
    }),
  ]);
  return [["set", ...each.flatMap(({ title }) => [`${title} (iterations)`, "inertia, mean and most"])], ...rows];
}

export function result(entry, checked) {
  const { runs } = entry;
  const last = runs[runs.length - 1];
  return {
    set: entry.set,
    measure: entry.measure,
    peer: entry.peer,
    seconds: median(runs.map(({ seconds }) => seconds)),
    runs: runs.map(({ seconds }) => seconds),
    iterations: median(runs.map(({ iterations }) => iterations)),
    peak: entry.peak,
    outside: last.inIterations === undefined ? undefined : median(runs.map(({ seconds, inIterations }) => seconds - inIterations)),
    inertias: checked.map(({ inertia }) => inertia),
    wrong: [...new Set(checked.flatMap(({ wrong }) => wrong))],
  };
}

const megabytes = (bytes) => `${(bytes / 1e6).toPrecision(3)} MB`;
const duration = (seconds) => (seconds >= 1 ? `${seconds.toPrecision(3)} s` : `${(seconds * 1000).toPrecision(3)} ms`);
const ratio = (value) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));

/** A table that can be read before it is rendered, too. */
export function aligned([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(" | ")} |`;
  return [line(head), `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`, ...rows.map(line)];
}
