// `lloyd choose`: fits a range of k, prints the table, the votes and the recommendation.

import { chooseKSteps, type Candidate, type Choice } from "../select/index.js";
import { chooseColumns, quoted, type Chosen } from "./columns.js";
import { draw, keepInput, plots } from "./files.js";
import { aligned, significant } from "./layout.js";
import { dataLines, emphasis, type Emphasis } from "./report.js";
import { readTable, type Table } from "./table.js";
import type { ChooseOptions } from "./usage.js";

/** @throws Mistake, LloydError */
export async function choose(options: ChooseOptions): Promise<void> {
  const { file, json, plot, columns, header, ...rest } = options;
  keepInput(file, plot, "--plot");
  const pictures = plot === undefined ? undefined : await plots();
  const table = await readTable(file, header);
  const chosen = chooseColumns(table, columns);
  const choice = await followed(chooseKSteps({ data: chosen.data, columns: chosen.names.length }, rest));
  if (pictures) await draw(pictures, plot!, pictures.criteria(choice));
  if (json) process.stdout.write(`${JSON.stringify(plain(choice, chosen))}\n`);
  else if (plot === "-") process.stderr.write(report(table, chosen, choice, options, process.stderr));
  else process.stdout.write(report(table, chosen, choice, options, process.stdout));
}

/** The choice; meanwhile a line on stderr where someone watches. */
async function followed(steps: AsyncGenerator<Candidate, Choice>): Promise<Choice> {
  const watched = process.stderr.isTTY;
  try {
    for (;;) {
      const turn = await steps.next();
      if (turn.done) return turn.value;
      if (watched) process.stderr.write(`\r\x1b[Kk = ${turn.value.k}: inertia ${turn.value.inertia.toPrecision(6)}`);
    }
  } finally {
    if (watched) process.stderr.write("\r\x1b[K");
  }
}

function plain({ k, seed, votes, table }: Choice, { names, leftOut }: Chosen): object {
  return { k, seed, votes, table: table.map(({ model, ...row }) => ({ ...row, seed: model.seed })), columns: names, leftOut };
}

/** Columns of the table: what they are called, and how they are written. */
const SHOWN: readonly [keyof Candidate, string, (value: number, all: readonly Candidate[]) => string][] = [
  ["inertia", "inertia", (v, all) => significant(v, 6, all[0].inertia)],
  ["silhouette", "silhouette", (v) => v.toFixed(4)],
  ["dunn", "Dunn", (v) => v.toFixed(4)],
  ["daviesBouldin", "Davies-B.", (v) => v.toFixed(4)],
  ["calinskiHarabasz", "Caliński-H.", (v) => v.toFixed(1)],
  ["bic", "BIC", (v) => v.toFixed(0)],
  ["gap", "gap", (v) => v.toFixed(4)],
  ["gapError", "± s", (v) => v.toFixed(4)],
  ["stability", "stability", (v) => v.toFixed(3)],
];

const CALLED: Record<string, string> = { calinskiHarabasz: "Caliński-Harabasz", daviesBouldin: "Davies-Bouldin", dunn: "Dunn", bic: "BIC" };

function report(table: Table, chosen: Chosen, { k, votes, table: rows, model, seed }: Choice, options: ChooseOptions, stream: NodeJS.WriteStream): string {
  const bold = emphasis(stream);
  const parts = [dataLines(table, chosen, options.header, bold), numbers(rows, k, bold)];
  const [names, picks, reasons] = [votes.map(({ criterion }) => CALLED[criterion] ?? criterion), votes.map((vote) => (vote.k === null ? "-" : String(vote.k))), votes.map(({ why }) => why)];
  const [head, ...lines] = aligned([["criterion", ...names].map((name) => name.padEnd(17)), ["k", ...picks], ["why", ...reasons]], 2);
  parts.push([bold(head), ...lines].join("\n"));
  const count = votes.filter((vote) => vote.k === k).length;
  const last = [`${bold("recommended")}: k = ${k}, by ${count} of ${votes.length} criteria`];
  last.push(`${bold("repeat it")}: lloyd cluster ${quoted([options.file])} -k ${k} --seed ${model.seed}${asGiven(options)}`);
  last.push(`${bold("seed")}: ${seed}${options.seed === undefined ? `, drawn; --seed ${seed} repeats all of this` : ""}`);
  if (options.plot !== undefined) last.push(`${bold("picture")}: ${options.plot === "-" ? "standard output" : options.plot}`);
  return `${[...parts, last.join("\n")].join("\n\n")}\n`;
}

/** The options that a fit depends on, as they were given. */
function asGiven({ columns, init, restarts, maxIterations, tolerance, header }: ChooseOptions): string {
  const given: [string, string | number | undefined][] = [
    ["columns", columns.length > 0 ? quoted(columns) : undefined],
    ["init", init === undefined ? undefined : quoted([init])],
    ["restarts", restarts],
    ["max-iterations", maxIterations],
    ["tolerance", tolerance],
  ];
  const flags = header === undefined ? "" : header ? " --header" : " --no-header";
  return given.flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${value}`])).join("") + flags;
}

/** One line for each k; the recommended one is marked. */
function numbers(rows: readonly Candidate[], k: number, bold: Emphasis): string {
  const columns = SHOWN.filter(([name]) => rows.some((row) => row[name] !== null)).map(([name, title, write]) => [title, ...rows.map((row) => (row[name] === null ? "-" : write(row[name] as number, rows)))]);
  const [head, ...lines] = aligned([["k", ...rows.map((row) => String(row.k))], ...columns, ["", ...rows.map((row) => (row.k === k ? "◀" : ""))]], columns.length + 1);
  return [bold(head), ...lines].join("\n");
}
