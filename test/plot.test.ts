import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { kmeansSync } from "../ts/index.js";
import { columnPlane } from "../ts/geometry/index.js";
import { silhouetteSync } from "../ts/metrics/index.js";
import * as plot from "../ts/plot/index.js";
import { chooseKSync } from "../ts/select/index.js";
import { rowsOf } from "./data.js";

const rows = rowsOf("blobs", 300, 4, 2);
const names = ["length (cm)", "width (cm)", "mass (g)", "age (s)"];
const model = kmeansSync(rows, { k: 5, seed: 1 });
const choice = chooseKSync(rows, { from: 1, to: 8, seed: 1, references: 3, resamples: 2 });

/** Each picture with its title and what stands at its axes. */
const PICTURES: Record<string, [() => plot.Spec, string, string[]]> = {
  scatter: [() => plot.scatter(model, rows), "300 rows in 5 clusters", ["component 1, ", "component 2, "]],
  "scatter of two columns": [() => plot.scatter(model, rows, { plane: columnPlane(4, [0, 2], names) }), "300 rows in 5 clusters", ["length (cm)", "mass (g)"]],
  convergence: [() => plot.convergence(model), `Inertia and shift in ${model.iterations} iterations`, ["iteration", "inertia", "shift"]],
  sizes: [() => plot.sizes(model), "300 rows in 5 clusters", ["rows", "cluster"]],
  profiles: [() => plot.profiles(model, { names }), "Centroids of 5 clusters, column by column", ["standard deviations from the mean", ...names]],
  elbow: [() => plot.elbow(choice), "Elbow at k = 5", ["k, number of clusters", "inertia"]],
  gap: [() => plot.gap(choice), "Gap statistic", ["k, number of clusters", "gap: "]],
  criteria: [() => plot.criteria(choice), "Recommended: k = 5", ["k, number of clusters", "silhouette", "Dunn", "BIC", "stability"]],
  silhouettes: [() => plot.silhouettes(silhouetteSync(rows, model), model.labels), "Silhouettes of 300 rows", ["silhouette", "mean 0."]],
};

describe.each(Object.entries(PICTURES))("%s", (_, [make, title, labels]) => {
  test("is one SVG with its title, its axes and no number that is none", async () => {
    const text = await plot.toSVG(make());
    expect(text).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(text).toMatch(/<\/svg>\n$/);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    const svg = parseHTML(`<body>${text}</body>`).document.querySelector("svg")!;
    expect(svg.getAttribute("aria-label")).toContain(title);
    const written = [...svg.querySelectorAll("text, title")].map((element) => element.textContent).join("\n");
    for (const label of [title, ...labels]) expect(written).toContain(label);
    expect(svg.querySelectorAll("path, circle, rect, line").length).toBeGreaterThan(3);
  });

  test("has colours for light pages and dark ones, and is the same each time", async () => {
    const text = await plot.toSVG(make());
    expect(text).toContain("prefers-color-scheme: dark");
    expect(await plot.toSVG(make())).toBe(text);
  });

  test("takes a title and a size", async () => {
    const text = await plot.toSVG({ ...make(), width: 500 });
    expect(text).toContain('width="500"');
  });
});

describe("a scatter plot", () => {
  test("draws dots for few rows, squares for many, cells where asked", async () => {
    const dots = (text: string) => text.split("<circle").length - 1;
    expect(dots(await plot.toSVG(plot.scatter(model, rows)))).toBe(300);
    const many = await plot.toSVG(plot.scatter(model, rows, { rasterFrom: 300 }));
    expect(dots(many)).toBe(0);
    expect(many).toContain('aria-label="raster"');
    const lines = (text: string) => /<g [^>]*aria-label="line"[\s\S]*?<\/g>/.exec(text)?.[0].split("<path").length ?? 1;
    expect(lines(await plot.toSVG(plot.scatter(model, rows)))).toBe(1 + 5);
    expect(lines(await plot.toSVG(plot.scatter(model, rows, { cells: false })))).toBe(1);
  });

  test("of 20,000 rows is a raster, however many rows lie in a square", async () => {
    const many = { data: Float32Array.from({ length: 50_000 }, (_, at) => Math.sin(at * at) * (at % 2 ? 1 : 3)), columns: 2 };
    const text = await plot.toSVG(plot.scatter(kmeansSync(many, { k: 3, seed: 1 }), many));
    expect(text).toContain('aria-label="raster"');
    expect(text.length).toBeLessThan(600_000);
  });

  test("has one scale for both axes", () => {
    const { x, y, width, height, marginLeft, marginRight, marginTop, marginBottom } = plot.scatter(model, rows) as Required<plot.Spec>;
    const [[left, right], [bottom, top]] = [x!.domain as number[], y!.domain as number[]];
    expect((right - left) / (width - marginLeft - marginRight)).toBeCloseTo((top - bottom) / (height - marginTop - marginBottom), 10);
  });

  test("of other rows than the model's is refused", () => {
    expect(() => plot.scatter(model, rows.slice(1))).toThrow("points have 299 rows; the model has labels of 300");
  });
});

test("models and choices at their edges can be drawn", async () => {
  const one = kmeansSync([[1, 2], [3, 4]], { k: 1, seed: 1 });
  const few = chooseKSync([[1, 2], [3, 4], [9, 9]], { seed: 1, references: 0, resamples: 0 });
  for (const spec of [plot.scatter(one, [[1, 2], [3, 4]]), plot.convergence(one), plot.sizes(one), plot.profiles(one), plot.elbow(few), plot.criteria(few)]) {
    expect(await plot.toSVG(spec)).not.toMatch(/NaN|Infinity|undefined/);
  }
  const same = kmeansSync([[1, 1], [1, 1]], { k: 2, seed: 1 });
  expect(await plot.toSVG(plot.scatter(same, [[1, 1], [1, 1]]))).not.toMatch(/NaN|Infinity/);
  expect(() => plot.gap(few)).toThrow("the table has no gap statistic");
});
