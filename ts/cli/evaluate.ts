// `lloyd evaluate`: judges the clusters that a column names.

import * as metrics from "../metrics/index.js";
import { Mistake } from "./arguments.js";
import { chooseColumns, placesOf } from "./columns.js";
import { draw, keepInput, plots } from "./files.js";
import { aligned, significant } from "./layout.js";
import { dataLines, emphasis, type Emphasis } from "./report.js";
import { readTable, type Table } from "./table.js";
import type { EvaluateOptions } from "./usage.js";

/** Rows from which on silhouettes are those of a sample, and Dunn's index that in O(n·k). */
const MANY = 20_000;
const SAMPLE = 5000;

/** @throws Mistake, LloydError */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const { file, json, plot } = options;
  keepInput(file, plot, "--plot");
  const pictures = plot === undefined ? undefined : await plots();
  const table = await readTable(file, options.header);
  const [labels, truth] = [labelsIn(table, options.labels, "--labels"), options.truth === undefined ? undefined : labelsIn(table, options.truth, "--truth")];
  const apart = [options.labels, ...(options.truth === undefined ? [] : [options.truth])];
  const chosen = chooseColumns(table, options.columns, apart);
  const points = { data: chosen.data, columns: chosen.names.length };
  const many = table.rows.length > MANY;
  const silhouette = await attempted(() => metrics.silhouette(points, labels, many ? { sample: SAMPLE } : {}));
  const found = {
    clusters: await metrics.clusterSummary(points, labels),
    silhouette: silhouette?.mean ?? null,
    silhouetteError: silhouette?.standardError ?? null,
    simplifiedSilhouette: (await attempted(() => metrics.simplifiedSilhouette(points, labels)))?.mean ?? null,
    dunn: many ? null : await attempted(() => metrics.dunn(points, labels)),
    dunnOfCentroids: await attempted(() => metrics.dunn(points, labels, { separation: "centroid", diameter: "centroid" })),
    daviesBouldin: await attempted(() => metrics.daviesBouldin(points, labels)),
    calinskiHarabasz: await attempted(() => metrics.calinskiHarabasz(points, labels)),
    inertia: metrics.inertia(points, labels),
    explainedVariance: metrics.explainedVariance(points, labels),
    bic: await attempted(() => metrics.bic(points, labels)),
    aic: await attempted(() => metrics.aic(points, labels)),
  };
  const agreement = truth && agreementOf(truth, labels);
  if (pictures) {
    if (!silhouette) throw new Mistake(`--plot: silhouettes need 2 to n - 1 clusters; column ${JSON.stringify(options.labels)} has ${found.clusters.length}`);
    await draw(pictures, plot!, pictures.silhouettes(silhouette, labels));
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...found, ...(agreement ? { agreement } : {}), columns: chosen.names, leftOut: chosen.leftOut })}\n`);
    return;
  }
  const stream = plot === "-" ? process.stderr : process.stdout;
  const bold = emphasis(stream);
  const parts = [dataLines(table, chosen, options.header, bold), clusters(found.clusters, silhouette, bold), indices(found, bold)];
  if (agreement) parts.push(pairs(`agreement of ${options.labels} with ${options.truth}`, Object.entries(agreement).map(([name, value]) => [AGREEMENT[name as keyof Agreement], value.toFixed(4)]), bold));
  stream.write(`${parts.join("\n\n")}\n`);
}

type Found = { readonly [index: string]: unknown; readonly inertia: number; readonly silhouetteError: number | null };
type Agreement = ReturnType<typeof agreementOf>;

const AGREEMENT = {
  adjustedRand: "adjusted Rand",
  rand: "Rand",
  adjustedMutualInformation: "adjusted mutual information",
  normalizedMutualInformation: "normalised mutual information",
  homogeneity: "homogeneity",
  completeness: "completeness",
  fowlkesMallows: "Fowlkes-Mallows",
  purity: "purity",
};

function agreementOf(truth: string[], labels: string[]) {
  return {
    adjustedRand: metrics.adjustedRand(truth, labels),
    rand: metrics.rand(truth, labels),
    adjustedMutualInformation: metrics.adjustedMutualInformation(truth, labels),
    normalizedMutualInformation: metrics.normalizedMutualInformation(truth, labels),
    homogeneity: metrics.homogeneity(truth, labels),
    completeness: metrics.completeness(truth, labels),
    fowlkesMallows: metrics.fowlkesMallows(truth, labels),
    purity: metrics.purity(truth, labels),
  };
}

/** The cells of a column, as they are. @throws Mistake */
function labelsIn(table: Table, column: string, option: string): string[] {
  const [place] = placesOf(table, [column], false);
  const labels = table.rows.map((row) => row[place].trim());
  const empty = labels.indexOf("");
  if (empty >= 0) throw new Mistake(`${table.name}, line ${table.lineOf(empty)}: ${option} column ${JSON.stringify(column)} has no value`);
  return labels;
}

/** An index, or null where it is undefined. */
async function attempted<T>(run: () => T | Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if ((error as { code?: string }).code === "bad-labels") return null;
    throw error;
  }
}

function clusters(found: readonly metrics.ClusterSummary[], silhouette: metrics.Silhouette | null, bold: Emphasis): string {
  const scale = found.reduce((most, { diameter }) => Math.max(most, diameter), 0);
  const length = (value: number) => (Number.isFinite(value) ? significant(value, 4, scale) : "-");
  const [head, ...lines] = aligned([
    ["cluster", ...found.map(({ label }) => String(label))],
    ["size", ...found.map(({ size }) => String(size))],
    ["spread", ...found.map(({ spread }) => length(spread))],
    ["radius", ...found.map(({ radius }) => length(radius))],
    ["diameter", ...found.map(({ diameter }) => length(diameter))],
    ["nearest", ...found.map(({ nearest }) => (nearest === null ? "-" : String(nearest)))],
    ["at", ...found.map(({ separation }) => length(separation))],
    ...(silhouette ? [["silhouette", ...silhouette.clusters.map(({ mean }) => (Number.isNaN(mean) ? "-" : mean.toFixed(4)))]] : []),
  ]);
  return [bold(head), ...lines].join("\n");
}

function indices(found: Found, bold: Emphasis): string {
  const error = found.silhouetteError ? ` ± ${found.silhouetteError.toFixed(4)} (a sample of ${SAMPLE} rows)` : "";
  const rows: [string, string, number | null, (v: number) => string][] = [
    ["silhouette", "-1 to 1, higher is better", found.silhouette as number | null, (v) => v.toFixed(4) + error],
    ["simplified silhouette", "", found.simplifiedSilhouette as number | null, (v) => v.toFixed(4)],
    ["Dunn", "higher is better", found.dunn as number | null, (v) => v.toFixed(4)],
    ["Dunn, of centroids", "", found.dunnOfCentroids as number | null, (v) => v.toFixed(4)],
    ["Davies-Bouldin", "lower is better", found.daviesBouldin as number | null, (v) => v.toFixed(4)],
    ["Caliński-Harabasz", "higher is better", found.calinskiHarabasz as number | null, (v) => v.toFixed(2)],
    ["BIC", "higher is better", found.bic as number | null, (v) => v.toFixed(1)],
    ["AIC", "", found.aic as number | null, (v) => v.toFixed(1)],
    ["inertia", "", found.inertia, (v) => significant(v, 6, v)],
    ["explained variance", "0 to 1", found.explainedVariance as number, (v) => v.toFixed(4)],
  ];
  return pairs("index", rows.map(([name, note, value, write]) => [name, value === null ? "undefined" : write(value), note]), bold);
}

/** Names and values under a head. */
function pairs(head: string, rows: readonly (readonly string[])[], bold: Emphasis): string {
  const columns = [0, 1, 2].map((c) => rows.map((row) => row[c] ?? ""));
  return [bold(head), ...aligned(columns, 0)].join("\n");
}
