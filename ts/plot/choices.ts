// Pictures of a choice of k, and of how well rows lie in their clusters.

import * as Plot from "@observablehq/plot";
import { LloydError } from "../errors.js";
import type { Silhouette } from "../metrics/index.js";
import type { Candidate, Choice, Vote } from "../select/index.js";
import { colour, decades, PAGE, picture, QUIET, roomFor, shown, type PictureOptions, type Spec } from "./theme.js";

type Chosen = Pick<Choice, "table" | "votes">;

/** Inertia by k on logarithmic axes, where rows without clusters give a straight line, and the knee, if there is one. */
export function elbow({ table, votes }: Chosen, options: PictureOptions = {}): Spec {
  const rows = table.filter(({ inertia }) => inertia > 0);
  const vote = votes.find(({ criterion }) => criterion === "elbow");
  const inertias = rows.map(({ inertia }) => inertia);
  const levels = decades(Math.min(...inertias), Math.max(...inertias));
  const knee = rows.filter(({ k }) => k === vote?.k);
  return picture(
    {
      marginLeft: roomFor(levels),
      x: byK(rows, "log"),
      y: { type: "log", label: "inertia", ticks: levels, tickFormat: shown, grid: true, inset: 8 },
      marks: [
        Plot.ruleX(knee, { x: "k", stroke: colour(1), strokeDasharray: "4 4" }),
        Plot.line(rows, { x: "k", y: "inertia", stroke: colour(0), strokeWidth: 2 }),
        Plot.dot(rows, { x: "k", y: "inertia", fill: colour(0), r: 3.4 }),
        Plot.dot(knee, { x: "k", y: "inertia", fill: PAGE, stroke: colour(1), strokeWidth: 2.5, r: 7 }),
        Plot.text(knee, { x: "k", y: "inertia", text: ({ k }: Candidate) => `k = ${k}`, dx: 12, dy: -12, textAnchor: "start", fontWeight: 600, fill: colour(1), stroke: PAGE, strokeWidth: 5 }),
      ],
    },
    options,
    { title: knee.length > 0 ? `Elbow at k = ${knee[0].k}` : "No clear elbow", subtitle: vote?.why },
  );
}

/** The gap statistic by k with its errors, and the k that it picks. */
export function gap({ table, votes }: Chosen, options: PictureOptions = {}): Spec {
  const rows = table.filter((row) => row.gap !== null);
  if (rows.length === 0) throw new LloydError("bad-option", "the table has no gap statistic; choose k with references above 0");
  const vote = votes.find(({ criterion }) => criterion === "gap");
  const picked = rows.filter(({ k }) => k === vote?.k);
  const cap = (rows[rows.length - 1].k - rows[0].k || 1) / 120;
  const ends = (sign: number) => (row: Candidate) => row.gap! + sign * row.gapError!;
  return picture(
    {
      marginLeft: 70,
      x: byK(rows, "linear"),
      y: { label: "gap: mean ln W of references less ln W", grid: true, inset: 8 },
      marks: [
        Plot.line(rows, { x: "k", y: "gap", stroke: colour(0), strokeWidth: 2 }),
        Plot.ruleX(rows, { x: "k", y1: ends(-1), y2: ends(1), stroke: colour(0), strokeWidth: 1.5 }),
        ...[-1, 1].map((sign) => Plot.ruleY(rows, { x1: ({ k }: Candidate) => k - cap, x2: ({ k }: Candidate) => k + cap, y: ends(sign), stroke: colour(0), strokeWidth: 1.5 })),
        Plot.dot(rows, { x: "k", y: "gap", fill: colour(0), r: 3.4 }),
        Plot.dot(picked, { x: "k", y: "gap", fill: PAGE, stroke: colour(1), strokeWidth: 2.5, r: 7 }),
        Plot.text(picked, { x: "k", y: "gap", text: ({ k }: Candidate) => `k = ${k}`, dy: -20, fontWeight: 600, fill: colour(1), stroke: PAGE, strokeWidth: 5 }),
      ],
    },
    options,
    { title: picked.length > 0 ? `Gap statistic: k = ${picked[0].k}` : "Gap statistic: no k", subtitle: "bars: ± s, the error of the simulated references" },
  );
}

/** Criteria that one index decides, and what they are called. */
const INDICES = [
  ["elbow", "ln inertia (its elbow)", ({ inertia }: Candidate) => (inertia > 0 ? Math.log(inertia) : null)],
  ["silhouette", "silhouette", ({ silhouette }: Candidate) => silhouette],
  ["gap", "gap (by its rule)", ({ gap }: Candidate) => gap],
  ["calinskiHarabasz", "Caliński-Harabasz", ({ calinskiHarabasz }: Candidate) => calinskiHarabasz],
  ["daviesBouldin", "Davies-Bouldin (lower is better)", ({ daviesBouldin }: Candidate) => daviesBouldin],
  ["dunn", "Dunn", ({ dunn }: Candidate) => dunn],
  ["bic", "BIC", ({ bic }: Candidate) => bic],
  ["stability", "stability", ({ stability }: Candidate) => stability],
] as const;

/** Every criterion by k, one strip each, in its own scale, with the k that it picks. */
export function criteria({ table, votes, k: chosen }: Choice, options: PictureOptions = {}): Spec {
  const strips = INDICES.flatMap(([index, name, read]) => {
    const rows = table.filter((row) => read(row) !== null);
    if (rows.length < 2) return [];
    const values = rows.map((row) => read(row)!);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const picked = votes.find(({ criterion }) => criterion === index)?.k;
    return rows.map((row) => ({ name, k: row.k, value: high > low ? (read(row)! - low) / (high - low) : 0.5, picked: row.k === picked }));
  });
  const names = [...new Set(strips.map(({ name }) => name))];
  return picture(
    {
      marginLeft: 24,
      marginRight: 210,
      x: byK(table, "linear"),
      y: { axis: null, insetTop: 8, insetBottom: 8 },
      fy: { domain: names, label: null, axis: "right" as never, padding: 0.12 },
      marks: [
        Plot.frame({ strokeOpacity: 0.15 }),
        Plot.ruleX([chosen], { stroke: QUIET, strokeDasharray: "4 4" }),
        Plot.line(strips, { x: "k", y: "value", fy: "name", stroke: colour(0), strokeWidth: 1.8 }),
        Plot.dot(strips, { x: "k", y: "value", fy: "name", fill: colour(0), r: 2.4 }),
        Plot.dot(strips.filter(({ picked }) => picked), { x: "k", y: "value", fy: "name", fill: PAGE, stroke: colour(1), strokeWidth: 2.5, r: 6 }),
      ],
    },
    { height: 130 + 58 * names.length, ...options },
    { title: `Recommended: k = ${chosen}`, subtitle: `${tally(votes)}; ○ the k that an index picks` },
  );
}

function tally(votes: readonly Vote[]): string {
  const counts = new Map<number | null, number>();
  for (const { k } of votes) counts.set(k, (counts.get(k) ?? 0) + 1);
  const some = [...counts].sort((a, b) => b[1] - a[1] || (a[0] ?? 0) - (b[0] ?? 0)).slice(0, 4);
  return `votes: ${some.map(([k, count]) => `${count} for ${k === null ? "none" : `k = ${k}`}`).join(", ")}`;
}

/** Bars that are drawn; of more rows, evenly spaced ones stand for all. */
const BARS = 1200;

/** The silhouette of each row, longest first within its cluster, with the mean. */
export function silhouettes({ values, rows, mean, clusters }: Silhouette, labels: ArrayLike<number | string>, options: PictureOptions = {}): Spec {
  const place = new Map(clusters.map(({ label }, j) => [label, j]));
  const own = clusters.map(() => [] as number[]);
  rows.forEach((row, i) => own[place.get(labels[row])!].push(values[i]));
  const space = Math.max(1, Math.round(values.length / 60));
  const edges: { cluster: number; at: number; value: number }[] = [];
  const names: { cluster: number; at: number; mean: number }[] = [];
  let at = 0;
  own.forEach((list, cluster) => {
    if (list.length === 0) return;
    list.sort((a, b) => b - a);
    const every = Math.max(1, Math.ceil((list.length * clusters.length) / BARS / clusters.length));
    for (let i = 0; i < list.length; i += every) edges.push({ cluster, at: at + i, value: list[i] });
    edges.push({ cluster, at: at + list.length, value: list[list.length - 1] });
    names.push({ cluster, at: at + list.length / 2, mean: clusters[cluster].mean });
    at += list.length + space;
  });
  const least = Math.min(0, ...values);
  return picture(
    {
      marginLeft: 64,
      marginRight: 92,
      x: { label: "silhouette", domain: [Math.max(-1, least * 1.05), 1], grid: true },
      y: { axis: null, domain: [at, 0] },
      marks: [
        Plot.areaX(edges, { y: "at", x1: 0, x2: "value", z: "cluster", fill: ({ cluster }: { cluster: number }) => colour(cluster), curve: "step-after" }),
        Plot.ruleX([0]),
        Plot.ruleX([mean], { stroke: "currentColor", strokeDasharray: "5 4" }),
        Plot.text(names, { y: "at", text: ({ cluster }: { cluster: number }) => String(clusters[cluster].label), frameAnchor: "left", textAnchor: "end", dx: -8, fontWeight: 600 }),
        Plot.text(names, { y: "at", text: (n: { mean: number }) => `mean ${n.mean.toFixed(2)}`, frameAnchor: "right", textAnchor: "start", dx: 8 }),
        Plot.text([mean], { x: (v: number) => v, frameAnchor: "bottom", text: (v: number) => `mean ${v.toFixed(3)}`, dy: -6, dx: 6, textAnchor: "start", stroke: PAGE, strokeWidth: 5, fill: "currentColor" }),
      ],
    },
    { height: 480, ...options },
    { title: `Silhouettes of ${values.length.toLocaleString("en")} rows, mean ${mean.toFixed(3)}`, subtitle: "one bar a row, by cluster; below 0: nearer to another cluster" },
  );
}

/** The axis of k: whole numbers, as many as have room. */
function byK(rows: readonly Candidate[], type: "log" | "linear"): Spec["x"] {
  const ks = rows.map(({ k }) => k);
  const along = (k: number) => (type === "log" ? Math.log(k) : k);
  const room = (along(ks[ks.length - 1]) - along(ks[0])) / 18;
  const ticks: number[] = [];
  for (const k of ks) if (ticks.length === 0 || along(k) - along(ticks[ticks.length - 1]) >= room) ticks.push(k);
  return { type, label: "k, number of clusters", ticks, tickFormat: (k: number) => String(k), inset: 14 };
}
