// Draws docs/pictures/iris.svg: iris flowers clustered by the petals, with this very package.
//   node docs/pictures/draw.mjs     (after npm run build)

import { readFileSync, writeFileSync } from "node:fs";
import { kmeansSync } from "../../dist/index.js";

const here = (path) => new URL(path, import.meta.url);

const [names, ...rows] = readFileSync(here("../../examples/iris.csv"), "utf8").trim().split("\n").map((line) => line.split(","));
const [across, up, kind] = ["petal_length", "petal_width", "species"].map((name) => names.indexOf(name));
const points = rows.map((row) => [Number(row[across]), Number(row[up])]);
const species = rows.map((row) => row[kind]);
const model = kmeansSync(points, { k: 3, seed: 1, tolerance: 0 });

// One scale for both axes, in pixels per cm: so cell edges stand at right angles between centroids.
const scale = 116;
const [left, right, bottom, top] = [0.6, 7.3, -0.15, 2.75];
const margin = { left: 66, right: 20, top: 56, bottom: 58 };
const width = margin.left + (right - left) * scale + margin.right;
const height = margin.top + (top - bottom) * scale + margin.bottom;
const x = (cm) => (margin.left + (cm - left) * scale).toFixed(1);
const y = (cm) => (margin.top + (top - cm) * scale).toFixed(1);

/** The part of the plot that is nearest to centroid `j`: the frame, cut by one half-plane per other centroid. */
function cell(j) {
  let corners = [[left, bottom], [right, bottom], [right, top], [left, top]];
  const own = model.centroids[j];
  for (const other of model.centroids) {
    if (other === own) continue;
    // Positive on the own side: |p - other|² - |p - own|² is linear in p.
    const side = ([px, py]) => (px - other[0]) ** 2 + (py - other[1]) ** 2 - (px - own[0]) ** 2 - (py - own[1]) ** 2;
    corners = corners.flatMap((to, i) => {
      const from = corners.at(i - 1);
      const [a, b] = [side(from), side(to)];
      const crossing = a * b < 0 ? [from.map((v, c) => v + (a / (a - b)) * (to[c] - v))] : [];
      return b >= 0 ? [...crossing, to] : crossing;
    });
  }
  return corners.map(([px, py]) => `${x(px)},${y(py)}`).join(" ");
}

/** Flowers of the same measures in the same cluster: one dot, whose area is their number. */
function dots() {
  const counts = new Map();
  points.forEach(([px, py], i) => {
    const key = `${px},${py},${model.labels[i]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return [...counts].map(([key, count]) => {
    const [px, py, label] = key.split(",").map(Number);
    return `<circle class="c${rank[label]}" cx="${x(px)}" cy="${y(py)}" r="${(3.2 * Math.sqrt(count)).toFixed(1)}"/>`;
  });
}

/** "48 versicolor + 4 virginica" */
function content(j) {
  const counts = new Map();
  species.forEach((name, i) => model.labels[i] === j && counts.set(name, (counts.get(name) ?? 0) + 1));
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${count} ${name}`).join(" + ");
}

// Colours go by petal length, so that another seed's numbering draws the same picture.
const order = [0, 1, 2].sort((a, b) => model.centroids[a][0] - model.centroids[b][0]);
const rank = order.map((_, j) => order.indexOf(j));
const notes = [[1.5, 0.86], [3.4, 1.92], [6.4, 1.02]];

const ticks = (from, to, step) => Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" width="${width.toFixed(0)}" height="${height.toFixed(0)}" role="img" aria-labelledby="title desc">
<title id="title">150 iris flowers in 3 clusters</title>
<desc id="desc">Scatter plot of petal width against petal length in centimetres. Three centroids divide the plane into three cells: ${order.map(content).join("; ")}.</desc>
<style>
  svg { --page: #ffffff; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0; --c0: #0072b2; --c1: #d98200; --c2: #008a64; }
  @media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --c0: #56b4e9; --c1: #e69f00; --c2: #2bc299; } }
  text { font: 14px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: var(--quiet); }
  .page { fill: var(--page); }
  .head { font-size: 17px; font-weight: 600; fill: var(--ink); }
  .axis { stroke: var(--line); }
  .cell { stroke: var(--quiet); stroke-width: 1.5; fill-opacity: 0.1; }
  .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); }
  circle { fill-opacity: 0.85; stroke: var(--page); stroke-width: 0.8; }
  .centroid { fill: var(--page); fill-opacity: 0.45; stroke: var(--ink); stroke-width: 2.4; stroke-linejoin: round; }
  .note { fill: var(--ink); }
</style>
<rect class="page" width="100%" height="100%" rx="8"/>
<text class="head" x="${margin.left}" y="34">150 iris flowers, k = 3, by petal length and width</text>
${order.map((j) => `<polygon class="cell c${rank[j]}" points="${cell(j)}"/>`).join("\n")}
${ticks(1, 7, 1).map((cm) => `<path class="axis" d="M${x(cm)} ${y(bottom)}v6"/><text x="${x(cm)}" y="${Number(y(bottom)) + 22}" text-anchor="middle">${cm}</text>`).join("\n")}
${ticks(0, 2.5, 0.5).map((cm) => `<path class="axis" d="M${x(left)} ${y(cm)}h-6"/><text x="${Number(x(left)) - 11}" y="${Number(y(cm)) + 5}" text-anchor="end">${cm.toFixed(1)}</text>`).join("\n")}
<text x="${x((left + right) / 2)}" y="${(height - 12).toFixed(0)}" text-anchor="middle">petal length (cm)</text>
<text transform="translate(20 ${y((top + bottom) / 2)}) rotate(-90)" text-anchor="middle">petal width (cm)</text>
${dots().join("\n")}
${model.centroids.map(([px, py]) => `<path class="centroid" d="M${x(px)} ${y(py)}m0-9l9 9l-9 9l-9-9z"/>`).join("\n")}
${order.map((j) => `<text class="note" x="${x(notes[rank[j]][0])}" y="${y(notes[rank[j]][1])}" text-anchor="middle">${content(j)}</text>`).join("\n")}
<g transform="translate(${(width - margin.right).toFixed(0)} 34)"><text text-anchor="end">◇ centroid, ● flowers: area by number</text></g>
</svg>
`;

writeFileSync(here("iris.svg"), svg);
