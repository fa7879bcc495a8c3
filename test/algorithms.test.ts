import { describe, expect, test } from "vitest";
import { kmeansSync } from "../ts/index.js";
import { ALGORITHMS } from "../ts/algorithm.js";
import { kinds, rowsOf, someOf, source, weightsOf } from "./data.js";

/** Fits of a size at which each of them has something to skip. */
const SHAPES = [
  { n: 5000, d: 1, k: 20 },
  { n: 6000, d: 2, k: 16 },
  { n: 4000, d: 3, k: 120 },
  { n: 3000, d: 4, k: 9 },
  { n: 3000, d: 16, k: 64 },
  { n: 2000, d: 20, k: 130 },
  { n: 900, d: 300, k: 30 },
];

describe("algorithm changes the time, never a bit", () => {
  test.each(SHAPES)("$n × $d, k = $k", ({ n, d, k }) => {
    for (const kind of kinds) {
      const points = rowsOf(kind, n, d, n + d);
      const options = { k, init: someOf(points, k, 3), tolerance: 0, maxIterations: 40, seed: 1, weights: kind === "blobs" ? weightsOf(n, 5) : undefined };
      const [first, ...others] = ALGORITHMS.map((algorithm) => {
        const { labels, centroids, inertia, inertias, iterations, history } = kmeansSync(points, { ...options, algorithm });
        return { labels, centroids, inertia, inertias, iterations, history: history.map(({ inertia, shift, changed }) => ({ inertia, shift, changed })) };
      });
      for (const other of others) expect(other).toEqual(first);
    }
  });

  test("history says what was computed and what was saved", () => {
    const { normal, below } = source(7);
    const centres = Array.from({ length: 30 }, () => Array.from({ length: 24 }, () => 6 * normal()));
    const points = Array.from({ length: 6000 }, () => centres[below(30)].map((c) => c + normal()));
    const options = { k: 100, init: someOf(points, 100, 1), tolerance: 0 };
    const all = 6000 * 100;
    for (const algorithm of ALGORITHMS) {
      const { history } = kmeansSync(points, { ...options, algorithm });
      history.forEach(({ computed, saved }) => {
        expect(Number.isInteger(computed)).toBe(true);
        expect(computed + saved).toBe(all);
        if (algorithm === "lloyd" || algorithm === "filtering") expect(computed).toBe(all);
      });
      expect(history.length).toBeGreaterThan(5);
      if (["auto", "hamerly", "elkan", "yinyang"].includes(algorithm)) expect(history.at(-1)!.computed).toBeLessThan(all / 4);
    }
    const flat = points.map((row) => row.slice(0, 2));
    const { history } = kmeansSync(flat, { k: 50, init: someOf(flat, 50, 1), algorithm: "filtering" });
    expect(history[0].computed).toBeLessThan(6000 * 50 / 3);
  });

  test("short copies spare nearly all distances of rows whose columns go together", () => {
    const { normal, below } = source(8);
    const bases = Array.from({ length: 8 }, () => Array.from({ length: 200 }, normal));
    const centres = Array.from({ length: 40 }, () => bases.map(() => 8 * normal()));
    const points = Array.from({ length: 4000 }, () => {
      const weights = centres[below(40)].map((w) => w + normal());
      return Float64Array.from({ length: 200 }, (_, j) => bases.reduce((sum, base, b) => sum + weights[b] * base[j], 0.1 * normal()));
    });
    const { history } = kmeansSync(points, { k: 40, init: someOf(points.map((row) => [...row]), 40, 2), algorithm: "projected" });
    for (const { computed } of history.slice(1)) expect(computed).toBeLessThan(4000 * 40 / 8);
  });
});
