// A clustering as text: the data, the clusters, how the fit went, why it ended, how to repeat it.

import type { Iteration, KMeansModel } from "../index.js";
import { listed, type Chosen } from "./columns.js";
import { aligned, bar, coordinates, significant } from "./layout.js";
import type { Table } from "./table.js";
import type { ClusterOptions } from "./usage.js";

export interface Reported {
  readonly table: Table;
  readonly chosen: Chosen;
  readonly model: KMeansModel;
  readonly options: ClusterOptions;
  /** The column that labels are written to. */
  readonly labelColumn: string;
}

/** Columns whose centroids are printed; the rest is for --json. */
const COLUMNS_SHOWN = 24;
/** Iterations printed: the first and the last. */
const FIRST = 6;
const LAST = 5;

export function report(reported: Reported, stream: NodeJS.WriteStream): string {
  const bold = emphasis(stream);
  const width = stream.columns || 100;
  const { table, chosen, options } = reported;
  return `${[dataLines(table, chosen, options.header, bold), clusters(reported, width, bold), trace(reported.model, bold), outcome(reported, bold)].join("\n\n")}\n`;
}

export type Emphasis = (text: string) => string;

/** Bold, where the stream shows it. */
export function emphasis(stream: NodeJS.WriteStream): Emphasis {
  const styled = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return (text) => (styled ? `\x1b[1m${text}\x1b[22m` : text);
}

/** What was read, and what of it is used. `header`: as it was asked for. */
export function dataLines({ name, rows, hasHeader }: Table, { names, leftOut }: Chosen, header: boolean | undefined, bold: Emphasis): string {
  const lines = [`${bold(name)}: ${count(rows.length, "row")}, ${count(names.length, "column")}: ${listed(names)}`];
  if (leftOut.length > 0) lines.push(`left out: ${listed(leftOut.map((column) => `${column.name} (${column.reason})`))}`);
  if (!hasHeader && header === undefined) lines.push("no header: all cells of the first line are numbers, so it is a row (--header if it is not)");
  return lines.join("\n");
}

/** One line a cluster; centroids in as many blocks of columns as the width asks for. */
function clusters({ chosen: { names, spans }, model, table }: Reported, width: number, bold: Emphasis): string {
  const { k, sizes, inertias, inertia, centroids } = model;
  const number = (v: number) => significant(v, 5, inertia);
  const lead = [
    ["cluster", ...centroids.map((_, j) => String(j)), "all"],
    ["size", ...sizes.map(String), String(table.rows.length)],
    ["share", ...sizes.map((size) => `${((100 * size) / table.rows.length).toFixed(1)}%`), "100%"],
    ["inertia", ...inertias.map(number), number(inertia)],
  ];
  const places = names.slice(0, COLUMNS_SHOWN).map((name, c) => [name, ...coordinates(centroids.map((row) => row[c]), spans[c]), ""]);
  const blocks: string[][][] = [lead];
  for (const column of places) {
    const block = blocks[blocks.length - 1];
    if (aligned([...block, column])[0].length <= width || block.length === 1) block.push(column);
    else blocks.push([lead[0].slice(0, k + 1), column]);
  }
  // The last line, of all clusters, has nothing to say about centroids alone.
  const tables = blocks.map((block, b) => aligned(b === 0 ? block : block.map((column) => column.slice(0, k + 1))));
  const hidden = names.length - COLUMNS_SHOWN;
  const more = hidden > 0 ? `\n\nand ${count(hidden, "more column")} of centroids; --json prints all` : "";
  return tables.map(([head, ...lines]) => [bold(head), ...lines].join("\n")).join("\n\n") + more;
}

/** Each iteration's inertia, with a bar for how far it still is above the last. */
function trace({ history }: KMeansModel, bold: Emphasis): string {
  const all = history.map((iteration, i) => ({ ...iteration, number: i + 1 }));
  const skipped = all.length - FIRST - LAST;
  const shown = skipped > 1 ? [...all.slice(0, FIRST), ...all.slice(-LAST)] : all;
  const [first, last] = [all[0].inertia, all[all.length - 1].inertia];
  const [head, ...lines] = aligned(
    [
      ["iteration", ...shown.map(({ number }) => String(number))],
      ["inertia", ...shown.map(({ inertia }) => significant(inertia, 6, first))],
      ["shift", ...shown.map(({ shift }) => significant(shift, 3, largestShift(history)))],
      ["changed", ...shown.map(({ changed }) => String(changed))],
      ...(first > last ? [["above the last", ...shown.map(({ inertia }) => bar((inertia - last) / (first - last), 20))]] : []),
    ],
    4,
  );
  if (skipped > 1) lines.splice(FIRST, 0, `… ${skipped} more`.padStart(9));
  return [bold(head), ...lines].join("\n");
}

function outcome({ model, options, labelColumn }: Reported, bold: Emphasis): string {
  const { init, stopped, iterations, seed, restarts } = model;
  const after = `after ${count(iterations, "iteration")}`;
  const reasons: Record<KMeansModel["stopped"], string> = {
    stable: `no centroid moves any more, ${after}`,
    converged: `the centroids move less than the tolerance of ${options.tolerance ?? 1e-4}, ${after}`,
    "max-iterations": `centroids still move ${after}; --max-iterations allows more`,
    "time-limit": `the time is up ${after}`,
  };
  const lines = [`${bold("initial centroids")}: ${init.description}`];
  if (restarts.length > 1) {
    const reached = restarts.map(({ inertia }) => inertia).sort((a, b) => a - b);
    const [least, most] = [reached[0], reached[reached.length - 1]].map((v) => significant(v, 6, v));
    lines.push(`${bold("restarts")}: ${restarts.length}, ${least === most ? `all of inertia ${least}` : `of inertia ${least} to ${most}; the least is kept`}`);
  }
  lines.push(`${bold(stopped)}: ${reasons[stopped]}`);
  lines.push(`${bold("seed")}: ${seed}${options.seed === undefined ? `, drawn; --seed ${seed} repeats this clustering` : ""}`);
  if (options.out !== undefined) lines.push(`${bold("labels")}: ${options.out === "-" ? "standard output" : options.out}, column ${JSON.stringify(labelColumn)}`);
  return lines.join("\n");
}

function largestShift(history: readonly Iteration[]): number {
  return history.reduce((most, { shift }) => Math.max(most, shift), 0);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
