import { expect } from "vitest";
import type { KMeansModel } from "../ts/index.js";
import { mean, squared } from "./reference.js";

interface Terms {
  readonly weights?: readonly number[];
  /** The rows were narrowed to 32 bits before the fit saw them in full. */
  readonly narrow?: boolean;
  /** Rows are whole numbers of few digits: nothing was rounded. */
  readonly whole?: boolean;
}

/** Part of the rows' spread by which narrowing to f32 may move a distance. */
const NARROWING = 1e-6;

/** Checks all that a model says of the points it was made from, by nothing but definitions. */
export function certify(rows: number[][], model: KMeansModel, { weights = rows.map(() => 1), narrow = false, whole = false }: Terms = {}): void {
  const { centroids, labels, history } = model;
  const [n, k] = [rows.length, model.k];
  const [most, least] = [extreme(rows, Math.max), extreme(rows, Math.min)];
  const spread = Math.sqrt(squared(most, least));
  /** What the last bit of a coordinate may move a distance. */
  const bit = Number.EPSILON * Math.sqrt(squared(most.map(Math.abs), least.map((v) => -Math.abs(v))));
  const weight = weights.reduce((a, b) => a + b, 0);
  const atMost = (value: number, bound: number, what: string) => value <= bound || expect.fail(`${what}: ${value} is more than ${bound}`);

  expect(labels, "one label per row").toHaveLength(n);
  expect(model.columns).toBe(rows[0].length);
  expect(centroids.flat().every(Number.isFinite), "centroids are finite").toBe(true);
  const distances = rows.map((row) => centroids.map((c) => Math.sqrt(squared(row, c))));
  const slack = bit + spread * (whole ? 1e-12 : NARROWING);
  labels.forEach((label, i) => atMost(distances[i][label], Math.min(...distances[i]) + slack, `row ${i} is nearest to centroid ${label}`));

  const counts = new Array<number>(k).fill(0);
  labels.forEach((label) => (counts[label] += 1));
  expect(model.sizes, "sizes count the labels").toEqual(counts);
  expect(model.warnings.map(({ code }) => code)).toEqual(counts.includes(0) ? ["empty-clusters"] : []);

  if (model.stopped === "stable") {
    const shifted = rows.map((row) => row.map((v, j) => v - rows[0][j]));
    centroids.forEach((c, j) => {
      const middle = mean(shifted, weights.map((w, i) => (labels[i] === j ? w : 0)));
      const off = middle ? Math.sqrt(squared(c, middle.map((v, column) => v + rows[0][column]))) : 0;
      atMost(off, bit + spread * (narrow ? NARROWING : 1e-9), `centroid ${j} is the mean of its rows`);
    });
  }

  // Each distance may be off by so much: rows that came in 32 bits are measured as they were loaded.
  const off = narrow ? bit + NARROWING * spread : bit + 1e-15 * spread;
  const near = (value: number, exact: number, w: number, what: string) =>
    atMost(Math.abs(value - exact), 1e-9 * exact + 2 * off * Math.sqrt(w * exact) + w * off ** 2, `${what} ${value}, by definition ${exact}, off`);
  const own = centroids.map((_, j) => rows.reduce((sum, row, i) => sum + (labels[i] === j ? weights[i] * squared(row, centroids[j]) : 0), 0));
  near(model.inertia, own.reduce((a, b) => a + b, 0), weight, "inertia");
  model.inertias.forEach((inertia, j) => near(inertia, own[j], weight, `inertia of cluster ${j}`));
  atMost(Math.abs(model.distortion * weight - model.inertia), 1e-12 * model.inertia, "distortion is inertia by weight, off");

  expect(history).toHaveLength(model.iterations);
  history.slice(1).forEach(({ inertia }, i) => atMost(inertia, history[i].inertia, `inertia of iteration ${i + 2}`));
  atMost(Math.sqrt(model.inertia), Math.sqrt(history.at(-1)!.inertia) + Math.sqrt(weight) * (bit + spread * NARROWING), "inertia after the last iteration");
  expect(model.converged).toBe(model.stopped === "stable" || model.stopped === "converged");
  expect(model.inertia, "the best restart").toBe(Math.min(...model.restarts.map(({ inertia }) => inertia)));

  expect(model.predict(rows), "predict gives the labels again").toEqual(labels);
  model.transform(rows).forEach((to, i) => to.forEach((distance, j) => atMost(Math.abs(distance - distances[i][j]), 1e-9 * distance + bit + 1e-15 * spread, `distance of row ${i} to centroid ${j}, off`)));
}

function extreme(rows: number[][], pick: (...values: number[]) => number): number[] {
  return rows[0].map((_, j) => rows.reduce((found, row) => pick(found, row[j]), rows[0][j]));
}
