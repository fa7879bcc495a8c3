// `lloyd cluster`: reads a table, fits it, prints the model and writes the labels.

import Papa from "papaparse";
import { kmeans, type KMeansModel, type Step } from "../index.js";
import { chooseColumns } from "./columns.js";
import { keepInput, write } from "./files.js";
import { report } from "./report.js";
import { readTable, type Table } from "./table.js";
import type { ClusterOptions } from "./usage.js";

/** @throws Mistake, LloydError */
export async function cluster(options: ClusterOptions): Promise<void> {
  const { file, k, out, json, seed, init, restarts, maxIterations, tolerance } = options;
  keepInput(file, out, "--out");
  const table = await readTable(file, options.header);
  const chosen = chooseColumns(table, options.columns);
  const points = { data: chosen.data, columns: chosen.names.length };
  const progress = progressOf(table.rows.length);
  const model = await kmeans(points, { k, seed, init, restarts, maxIterations, tolerance, onStep: progress?.show }).finally(progress?.clear);
  for (const { message } of model.warnings) process.stderr.write(`lloyd: warning: ${message}\n`);

  if (json) process.stdout.write(`${JSON.stringify({ ...model.toJSON(), columns: chosen.names, leftOut: chosen.leftOut })}\n`);
  const labelColumn = free("cluster", table.names);
  if (out !== undefined) await write(out, labelled(table, labelColumn, model));
  if (json) return;
  const stream = out === "-" ? process.stderr : process.stdout;
  stream.write(report({ table, chosen, model, options, labelColumn }, stream));
}

/** The input with a last column that names each row's cluster. */
function labelled({ names, rows, hasHeader, delimiter }: Table, column: string, { labels }: KMeansModel): string {
  const records = rows.map((row, i) => [...row, String(labels[i])]);
  return `${Papa.unparse(hasHeader ? [[...names, column], ...records] : records, { delimiter, newline: "\n" })}\n`;
}

/** `name`, or with a number behind it where it is taken. */
function free(name: string, taken: readonly string[]): string {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}${i}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

/** A line about the fit on stderr, ten times a second; only where someone watches it. */
function progressOf(rows: number): { show: (step: Step) => void; clear: () => void } | undefined {
  if (!process.stderr.isTTY || rows < 10_000) return undefined;
  let shown = 0;
  return {
    show({ restart, iteration, inertia, changed }) {
      if (performance.now() - shown < 100) return;
      shown = performance.now();
      process.stderr.write(`\r\x1b[Krestart ${restart + 1}, iteration ${iteration}: inertia ${inertia.toPrecision(6)}, ${changed} rows changed cluster`);
    },
    clear: () => void process.stderr.write("\r\x1b[K"),
  };
}
