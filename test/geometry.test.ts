import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnPlane, hulls, principalPlane, project, voronoi, type Polygon, type XY } from "../ts/geometry/index.js";
import { lifted } from "../ts/geometry/plane.js";
import { firstTwo, principal } from "../ts/driver/principal.js";
import { kmeansSync } from "../ts/index.js";
import { flat, rowsOf, source, type Kind } from "./data.js";

/** Twice the signed area: positive anticlockwise. */
const area = (ring: Polygon) => ring.reduce((sum, [x, y], i) => (i === 0 ? 0 : sum + ring[i - 1][0] * y - x * ring[i - 1][1]), 0);

/** How far inside a convex ring a place is; negative outside. Sides that only rounding makes do not count. */
const inside = (ring: Polygon, [x, y]: XY) =>
  Math.min(...ring.slice(1).map(([bx, by], i) => {
    const [ax, ay] = ring[i];
    const length = Math.hypot(bx - ax, by - ay);
    return length < 1e-9 * Math.hypot(ring[0][0] - x, ring[0][1] - y) ? Infinity : ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length;
  }));

const anyPlanar = fc.record({
  kind: fc.constantFrom<Kind>("blobs", "uniform", "integers", "duplicates", "offsets", "constants"),
  n: fc.integer({ min: 1, max: 60 }),
  k: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1e6),
});

describe("Voronoi cells", () => {
  test("of a model of two columns fill the box, and hold the points that predict gives them", () => {
    fc.assert(
      fc.property(anyPlanar, ({ kind, n, k, seed }) => {
        const rows = rowsOf(kind, n, 2, seed);
        const model = kmeansSync(rows, { k: Math.min(k, n), seed });
        const { cells, box, find, centroids } = voronoi(model, { points: rows });
        expect(centroids).toEqual(model.centroids);
        const [left, bottom, right, top] = box;
        const size = Math.max(right - left, top - bottom);
        const whole = 2 * (right - left) * (top - bottom);
        const at = (ring: Polygon) => ring.map(([x, y]): XY => [x - left, y - bottom]);
        const filled = cells.reduce((sum, cell) => sum + (cell ? area(at(cell)) : 0), 0);
        expect(Math.abs(filled / whole - 1)).toBeLessThan(1e-6);
        const { uniform } = source(seed);
        const places = [...rows.map(([x, y]): XY => [x, y]), ...Array.from({ length: 20 }, (): XY => [left + uniform() * (right - left), bottom + uniform() * (top - bottom)])];
        const labels = model.predict(places);
        places.forEach((place, i) => {
          const own = cells[labels[i]];
          expect(own, "a cluster that is predicted has a cell").not.toBeNull();
          expect(inside(own!, place)).toBeGreaterThan(-1e-6 * size);
          if (inside(own!, place) > 1e-6 * size) expect(find(place)).toBe(labels[i]);
        });
      }),
      { numRuns: 200 },
    );
  });

  test("of a section hold the points of the plane that predict gives them", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 3, max: 6 }), fc.boolean(), (seed, d, byColumns) => {
        const rows = rowsOf("blobs", 80, d, seed);
        const model = kmeansSync(rows, { k: 7, seed });
        const plane = byColumns ? columnPlane(d, [d - 1, 0]) : principalPlane(rows);
        const { cells, box: [left, bottom, right, top], find } = voronoi(model, { plane, points: rows, cells: "section" });
        const { uniform } = source(seed);
        const places = Array.from({ length: 30 }, (): XY => [left + uniform() * (right - left), bottom + uniform() * (top - bottom)]);
        const labels = model.predict(places.map((place) => lifted(place, plane)));
        places.forEach((place, i) => {
          expect(inside(cells[labels[i]]!, place)).toBeGreaterThan(-1e-5 * (right - left));
          if (inside(cells[labels[i]]!, place) > 1e-5 * (right - left)) expect(find(place)).toBe(labels[i]);
        });
      }),
      { numRuns: 60 },
    );
  });

  test("of a projection hold the places nearest to each centroid as it is seen", () => {
    const rows = rowsOf("blobs", 90, 5, 3);
    const model = kmeansSync(rows, { k: 6, seed: 1 });
    const { cells, centroids, find } = voronoi(model, { points: rows });
    centroids.forEach((place, j) => {
      expect(find(place)).toBe(j);
      expect(inside(cells[j]!, place)).toBeGreaterThan(0);
    });
  });

  test("coinciding centroids: the first has the cell", () => {
    const { cells } = voronoi({ centroids: [[0, 0], [1, 1], [0, 0], [2, 0]] }, { box: [-1, -1, 3, 2] });
    expect(cells.map((cell) => cell !== null)).toEqual([true, true, false, true]);
  });

  test.each([
    [{ box: [0, 0, 0, 1] }, "box is [0, 0, 0, 1]; expected [left, bottom, right, top]"],
    [{ cells: "both" }, 'cells is "both"; expected "projection" or "section"'],
    [{ plane: columnPlane(3) }, "points have 2 columns; the plane lies in 3"],
  ])("%j is refused", (options, message) => {
    expect(() => voronoi({ centroids: [[0, 0], [1, 1]] }, options as object)).toThrow(message);
  });
});

describe("hulls", () => {
  test("are convex rings of rows around all rows of a cluster", () => {
    fc.assert(
      fc.property(anyPlanar, ({ kind, n, k, seed }) => {
        const rows = rowsOf(kind, n, 2, seed).map(([x, y]): XY => [x, y]);
        const labels = rows.map((_, i) => i % k);
        const found = hulls(rows, labels);
        expect(found.map(({ label }) => label)).toEqual([...new Set(labels)].sort((a, b) => a - b));
        for (const { label, polygon } of found) {
          const own = rows.filter((_, i) => labels[i] === label);
          for (const corner of polygon) expect(own).toContainEqual(corner);
          const size = Math.max(...own.map(([x, y]) => Math.hypot(x - own[0][0], y - own[0][1])));
          const [first, last] = [polygon[0], polygon.at(-1)!];
          if (polygon.length === 1) expect(size).toBe(0);
          else if (polygon.length === 2) {
            const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
            for (const [x, y] of own) expect(Math.abs((last[0] - first[0]) * (y - first[1]) - (last[1] - first[1]) * (x - first[0])) / length).toBeLessThanOrEqual(1e-7 * size);
          } else {
            expect(last).toEqual(first);
            for (const place of own) expect(inside(polygon, place)).toBeGreaterThan(-1e-7 * size);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("of more columns are those in the principal plane, or another", () => {
    const rows = rowsOf("blobs", 60, 4, 1);
    const plane = principalPlane(rows);
    const labels = rows.map((_, i) => (i % 2 ? "odd" : "even"));
    expect(hulls(rows, labels)).toEqual(hulls(project(rows, plane), labels));
    expect(hulls(rows, { labels }, columnPlane(4, [1, 3]))).toEqual(hulls(rows.map((row) => [row[1], row[3]]), labels));
  });
});

describe("principal components", () => {
  test("are orthonormal, diagonalise the covariances, widest first", () => {
    fc.assert(
      fc.property(fc.constantFrom<Kind>("blobs", "uniform", "integers", "offsets", "constants"), fc.integer({ min: 1, max: 9 }), fc.nat(1e6), (kind, d, seed) => {
        const rows = rowsOf(kind, 50, d, seed);
        const { mean, axes, variances, all } = principal({ data: flat(rows), count: 50, columns: d });
        const axis = (a: number) => axes.subarray(a * d, (a + 1) * d);
        const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, c) => sum + v * b[c], 0);
        const centred = rows.map((row) => row.map((v, c) => v - mean[c]));
        const slack = 1e-9 * (all + 1e-300);
        for (let a = 0; a < d; a++) {
          for (let b = 0; b < d; b++) {
            expect(dot(axis(a), axis(b))).toBeCloseTo(Number(a === b), 10);
            const covariance = centred.reduce((sum, row) => sum + dot(row, axis(a)) * dot(row, axis(b)), 0) / 50;
            expect(Math.abs(covariance - (a === b ? variances[a] : 0))).toBeLessThanOrEqual(slack + 1e-12);
          }
          if (a > 0) expect(variances[a]).toBeLessThanOrEqual(variances[a - 1]);
        }
      }),
    );
  });

  test("of many columns: the first two alone are the same", () => {
    const [n, d] = [300, 120];
    const { normal } = source(4);
    const data = Float64Array.from({ length: n * d }, (_, at) => normal() * (1 + 30 / (1 + (at % d))));
    const [all, two] = [principal({ data, count: n, columns: d }), firstTwo({ data, count: n, columns: d })];
    for (let a = 0; a < 2; a++) {
      expect(Math.abs(two.variances[a] / all.variances[a] - 1)).toBeLessThan(1e-9);
      for (let c = 0; c < d; c++) expect(Math.abs(two.axes[a * d + c] - all.axes[a * d + c])).toBeLessThan(1e-4);
    }
  });

  test("one column spans no plane", () => expect(() => principalPlane([[1], [2]])).toThrow("points have 1 column; expected at least 2"));

  test("a plane of columns that do not exist is refused", () => {
    expect(() => columnPlane(3, [0, 3])).toThrow("column 3 does not exist; expected two of 0 to 2");
    expect(() => columnPlane(3, [1, 1])).toThrow("expected two different ones");
  });
});
