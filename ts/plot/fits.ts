// Pictures of one model: how the fit went, how large its clusters are, how they differ.

import * as Plot from "@observablehq/plot";
import type { KMeansModel } from "../model.js";
import { colour, picture, QUIET, roomFor, shown, type PictureOptions, type Spec } from "./theme.js";

/**
 * Inertia and shift of every iteration, each with an axis of its own: the shift's, at the right, is
 * logarithmic.
 */
export function convergence(model: KMeansModel, options: PictureOptions = {}): Spec {
  const steps = model.history.map(({ inertia, shift }, i) => ({ iteration: i + 1, inertia, shift }));
  const inertias = steps.map(({ inertia }) => inertia);
  const [low, high] = [Math.min(...inertias), Math.max(...inertias)];
  const room = high > low ? (high - low) * 0.06 : Math.max(1, Math.abs(high)) * 0.06;
  const domain: [number, number] = [low - room, high + room];
  // A second scale: logarithms of shifts, laid over the first one's domain.
  const moved = steps.filter(({ shift }) => shift > 0);
  const powers = moved.map(({ shift }) => Math.log10(shift));
  const [least, most] = moved.length > 0 ? [Math.floor(Math.min(...powers)), Math.ceil(Math.max(...powers) + 1e-9)] : [0, 1];
  const placed = (power: number) => domain[0] + ((power - least) / Math.max(1, most - least)) * (domain[1] - domain[0]);
  const every = Math.ceil((most - least) / 6);
  const decades = Array.from({ length: most - least + 1 }, (_, i) => least + i).filter((power) => (power - least) % every === 0);
  const [blue, orange] = [colour(0), colour(1)];
  return picture(
    {
      marginLeft: roomFor(inertias),
      marginRight: 72,
      x: { label: "iteration", ticks: Math.min(10, steps.length), tickFormat: (v: number) => (Number.isInteger(v) ? String(v) : ""), inset: 10 },
      y: { domain, grid: true },
      marks: [
        Plot.axisY({ anchor: "left", label: "inertia", labelAnchor: "center", labelArrow: "none", labelOffset: roomFor(inertias) - 10, color: blue, tickFormat: shown, ticks: 6 }),
        Plot.axisY(decades.map(placed), { anchor: "right", label: "shift", labelAnchor: "center", labelArrow: "none", labelOffset: 58, color: orange, tickFormat: (_: number, i: number) => `1e${decades[i]}` }),
        Plot.line(moved, { x: "iteration", y: ({ shift }: { shift: number }) => placed(Math.log10(shift)), stroke: orange, strokeDasharray: "5 4" }),
        Plot.dot(moved, { x: "iteration", y: ({ shift }: { shift: number }) => placed(Math.log10(shift)), stroke: orange, fill: "var(--plot-background)", r: 3.2 }),
        Plot.line(steps, { x: "iteration", y: "inertia", stroke: blue, strokeWidth: 2 }),
        Plot.dot(steps, { x: "iteration", y: "inertia", fill: blue, r: 3.2 }),
      ],
    },
    options,
    { title: `Inertia and shift in ${model.iterations} iterations`, subtitle: `● inertia, ○ shift of the centroid that went farthest; ended ${model.stopped}` },
  );
}

/** The rows of each cluster. */
export function sizes(model: KMeansModel, options: PictureOptions = {}): Spec {
  const rows = model.labels.length;
  const bars = model.sizes.map((size, cluster) => ({ cluster, size }));
  const { height = Math.max(160, 120 + 24 * model.k) } = options;
  const roomy = (height - 120) / model.k >= 13;
  return picture(
    {
      marginRight: 104,
      x: { label: "rows", grid: true, insetRight: 4 },
      y: { type: "band", label: "cluster", tickFormat: (j: number) => (roomy || j % 5 === 0 ? String(j) : ""), padding: 0.15 },
      marks: [
        Plot.barX(bars, { x: "size", y: "cluster", fill: ({ cluster }: { cluster: number }) => colour(cluster) }),
        ...(roomy ? [Plot.text(bars, { x: "size", y: "cluster", text: ({ size }: { size: number }) => `${size.toLocaleString("en")}  (${((100 * size) / rows).toFixed(1)}%)`, textAnchor: "start", dx: 6 })] : []),
        Plot.ruleX([0]),
      ],
    },
    { ...options, height },
    { title: `${rows.toLocaleString("en")} rows in ${model.k} clusters` },
  );
}

export interface ProfileOptions extends PictureOptions {
  /** Names of the columns. Default: their numbers. */
  names?: readonly string[];
}

/**
 * How the clusters differ, column by column: each centroid less the mean of all rows, in standard deviations of
 * the centroids of that column (weighted by rows).
 */
export function profiles(model: KMeansModel, options: ProfileOptions = {}): Spec {
  const { centroids, sizes: rows, columns } = model;
  const name = (c: number) => options.names?.[c] ?? `column ${c}`;
  const all = rows.reduce((a, b) => a + b, 0);
  const marks = Array.from({ length: columns }, (_, c) => {
    const mean = centroids.reduce((sum, row, j) => sum + rows[j] * row[c], 0) / all;
    const deviation = Math.sqrt(centroids.reduce((sum, row, j) => sum + rows[j] * (row[c] - mean) ** 2, 0) / all);
    return centroids.map((row, cluster) => ({ cluster, column: c, value: deviation > 0 ? (row[c] - mean) / deviation : 0 }));
  }).flat();
  const ends = marks.filter(({ column }) => column === columns - 1);
  const long = Array.from({ length: columns }, (_, c) => name(c)).some((text) => text.length > 60 / columns);
  return picture(
    {
      marginRight: 40,
      marginBottom: long ? 96 : 52,
      x: { type: "point", domain: Array.from({ length: columns }, (_, c) => c), label: null, tickFormat: (c: number) => (columns <= 40 || c % Math.ceil(columns / 40) === 0 ? name(c) : ""), tickRotate: long ? -35 : 0 },
      y: { label: "standard deviations from the mean", grid: true, inset: 6 },
      marks: [
        Plot.ruleY([0], { stroke: QUIET }),
        Plot.line(marks, { x: "column", y: "value", z: "cluster", stroke: ({ cluster }: { cluster: number }) => colour(cluster), strokeWidth: 2 }),
        Plot.dot(marks, { x: "column", y: "value", fill: ({ cluster }: { cluster: number }) => colour(cluster), r: 3.4, title: ({ cluster, column }: { cluster: number; column: number }) => `cluster ${cluster}, ${name(column)}: ${shown(centroids[cluster][column])}` }),
        Plot.text(apart(ends), { x: "column", y: "value", text: ({ cluster }: { cluster: number }) => String(cluster), textAnchor: "start", dx: 10, fontWeight: 600, fill: ({ cluster }: { cluster: number }) => colour(cluster) }),
      ],
    },
    options,
    { title: `Centroids of ${model.k} clusters, column by column`, subtitle: "each column in its own scale; numbers at the right are the clusters" },
  );
}

/** Labels moved apart until none hides another. */
function apart<T extends { value: number }>(labels: readonly T[]): T[] {
  const sorted = [...labels].sort((a, b) => a.value - b.value);
  const range = sorted.length > 0 ? Math.max(1e-9, sorted[sorted.length - 1].value - sorted[0].value) : 1;
  const least = Math.min(range / 18, range / Math.max(1, sorted.length));
  const moved: T[] = [];
  for (const label of sorted) {
    const before = moved[moved.length - 1];
    moved.push({ ...label, value: before && label.value < before.value + least ? before.value + least : label.value });
  }
  return moved;
}
