import { describe, expect, test } from "vitest";
import { kmeansSync, KMeansModel, LloydError } from "../ts/index.js";
import { bits, kinds, rowsOf, source, weightsOf } from "./data.js";
import { squared } from "./reference.js";

const rows = rowsOf("blobs", 200, 4, 7);
const model = kmeansSync(rows, { k: 6, seed: 2 });
const nearest = (row: number[], centroids: number[][]) => {
  const all = centroids.map((c) => squared(row, c));
  return all.indexOf(Math.min(...all));
};

describe("a saved model", () => {
  test.each(kinds)("of %s comes back bit for bit, and predicts the same", (kind) => {
    const points = rowsOf(kind, 150, 3, 5);
    const others = rowsOf(kind, 80, 3, 6);
    const fits = [
      kmeansSync(points, { k: 5, seed: 1 }),
      kmeansSync(points, { k: 5, seed: 1, weights: weightsOf(150, 2), restarts: 2, maxIterations: 2 }),
      kmeansSync({ data: Float32Array.from(points.flat()), columns: 3 }, { k: 5, seed: 1, init: points.slice(0, 5) }),
    ];
    for (const saved of fits) {
      const text = JSON.stringify(saved);
      const again = KMeansModel.fromJSON(text);
      expect(again).toBeInstanceOf(KMeansModel);
      expect(JSON.stringify(again)).toBe(text);
      expect(JSON.stringify(KMeansModel.fromJSON(JSON.parse(text)))).toBe(text);
      expect(again.labels).toEqual(saved.labels);
      expect(bits(again.predict(others))).toBe(bits(saved.predict(others)));
      expect(bits(again.transform(others))).toBe(bits(saved.transform(others)));
      expect(again.score(others)).toBe(saved.score(others));
      expect([again.k, again.columns, again.converged, again.warnings]).toEqual([saved.k, saved.columns, saved.converged, saved.warnings]);
    }
  });

  test("is read from the object that toJSON gives", () => {
    expect(JSON.stringify(KMeansModel.fromJSON(model.toJSON()))).toBe(JSON.stringify(model));
  });

  test("shares no array with what it was read from", () => {
    const json = JSON.parse(JSON.stringify(model)) as { centroids: number[][]; sizes: number[] };
    const again = KMeansModel.fromJSON(json);
    json.centroids[0][0] = NaN;
    json.sizes[0] = -1;
    expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  });
});

describe("predict", () => {
  test("gives the nearest centroid of new points", () => {
    const others = rowsOf("blobs", 500, 4, 8);
    expect(Array.from(model.predict(others))).toEqual(others.map((row) => nearest(row, model.centroids)));
  });

  test("of points far outside, up to 1e6 times the spread", () => {
    const { normal } = source(1);
    for (const reach of [10, 1e3, 1e6]) {
      const far = Array.from({ length: 100 }, () => Array.from({ length: 4 }, () => 20 * reach * normal()));
      model.predict(far).forEach((label, i) => {
        const distances = model.centroids.map((c) => Math.sqrt(squared(far[i], c)));
        expect(distances[label]).toBeLessThanOrEqual(Math.min(...distances) + 1e-6 * 20 * reach);
      });
      expect(model.transform(far).map((to) => to.indexOf(Math.min(...to)))).toEqual(far.map((row) => nearest(row, model.centroids)));
    }
  });

  test("does not depend on what else is asked about", () => {
    const all = model.predict(rows);
    rows.slice(0, 20).forEach((row, i) => expect(model.predict([row])[0]).toBe(all[i]));
    const far = model.predict([...rows.slice(0, 20), [1e5, -1e5, 1e5, 0]]);
    expect(Array.from(far.subarray(0, 20))).toEqual(Array.from(all.subarray(0, 20)));
  });

  test("of no points is an error, as of points with other columns", () => {
    for (const points of [[[1, 2, 3]], [[1, 2, 3, 4, 5]], { data: [1, 2, 3], columns: 3 }]) {
      for (const ask of [() => model.predict(points), () => model.transform(points), () => model.score(points), () => model.predictInto(points, [0])]) {
        expect(ask).toThrow(expect.objectContaining({ code: "bad-points", message: expect.stringMatching(/points have \d columns?; the model has 4/) }));
      }
    }
  });
});

describe("predictInto", () => {
  test("fills an array of the caller's and returns it", () => {
    for (const labels of [new Int32Array(200), new Uint8Array(201), new Float64Array(200), new Array<number>(200).fill(0)]) {
      expect(model.predictInto(rows, labels)).toBe(labels);
      expect(Array.from(labels).slice(0, 200)).toEqual(Array.from(model.labels));
    }
  });

  test("refuses an array that is too short, and leaves it alone", () => {
    const labels = new Int32Array(199).fill(-7);
    expect(() => model.predictInto(rows, labels)).toThrow(LloydError);
    expect(() => model.predictInto(rows, labels)).toThrow(/199.*200/);
    expect(labels.every((label) => label === -7)).toBe(true);
  });
});

describe("transform and score", () => {
  test("transform gives the distances to every centroid", () => {
    for (const kind of kinds) {
      const points = rowsOf(kind, 100, 3, 3);
      const fitted = kmeansSync(points, { k: 4, seed: 1 });
      const spread = Math.sqrt(Math.max(...points.map((row) => squared(row, points[0]))));
      const distances = fitted.transform(points);
      expect(distances).toHaveLength(100);
      distances.forEach((to, i) => {
        expect(to).toBeInstanceOf(Float64Array);
        to.forEach((distance, j) => expect(Math.abs(distance - Math.sqrt(squared(points[i], fitted.centroids[j])))).toBeLessThanOrEqual(1e-9 * distance + 1e-15 * spread + 3e-8 * Number(kind === "offsets")));
      });
    }
  });

  test("score is minus the inertia, of new points too", () => {
    expect(Math.abs(-model.score(rows) / model.inertia - 1)).toBeLessThan(1e-9);
    const others = rowsOf("blobs", 300, 4, 9);
    const inertia = others.reduce((sum, row) => sum + Math.min(...model.centroids.map((c) => squared(row, c))), 0);
    expect(Math.abs(-model.score(others) / inertia - 1)).toBeLessThan(1e-9);
  });

  test("a model's answers never change it", () => {
    const before = JSON.stringify(model);
    model.predict(rows).fill(-1);
    model.transform(rows).forEach((to) => to.fill(-1));
    model.score(rows);
    expect(JSON.stringify(model)).toBe(before);
  });
});

describe("results are plain data", () => {
  test("fields survive a structured clone", () => {
    const { centroids, labels, inertia, sizes, history, restarts, init } = structuredClone({ ...model });
    expect(bits({ centroids, labels, inertia, sizes, history, restarts, init })).toBe(
      bits({ centroids: model.centroids, labels: model.labels, inertia: model.inertia, sizes: model.sizes, history: model.history, restarts: model.restarts, init: model.init }),
    );
  });

  test("nothing of wasm's memory leaks out", () => {
    const labels = model.labels;
    expect(labels.buffer.byteLength).toBe(labels.byteLength);
    const before = Array.from(labels);
    kmeansSync(rowsOf("uniform", 3000, 8, 1), { k: 20, seed: 1 });
    expect(Array.from(labels)).toEqual(before);
    model.transform(rows).forEach((to) => expect(to.buffer).toBeInstanceOf(ArrayBuffer));
  });

  test("k, columns and warnings follow from the rest", () => {
    expect([model.k, model.columns, model.warnings]).toEqual([6, 4, []]);
  });
});
