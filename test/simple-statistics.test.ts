import fc from "fast-check";
import * as theirs from "simple-statistics";
import { afterEach, describe, expect, test, vi } from "vitest";
import { kMeansCluster } from "../ts/compat/simple-statistics.js";
import { kinds, rowsOf, source } from "./data.js";

const RUNS = Number(process.env.LLOYD_RUNS ?? 600);

/** The result, or the start of what went wrong; and how many numbers were drawn. */
function outcome(cluster: typeof kMeansCluster, data: number[][], k: number, seed: number) {
  const { uniform } = source(seed);
  let drawn = 0;
  try {
    return { ...cluster(data, k, () => ((drawn += 1), uniform())), drawn };
  } catch (error) {
    return { error: /^Centroid \d+ has no friends/.exec((error as Error).message)?.[0] ?? error };
  }
}

const problem = fc
  .record({ kind: fc.constantFrom(...kinds), n: fc.integer({ min: 1, max: 150 }), d: fc.integer({ min: 1, max: 6 }), share: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.nat(1e6) })
  .map(({ kind, n, d, share, seed }) => ({ data: rowsOf(kind, n, d, seed), k: Math.max(1, Math.min(n, Math.round(share * share * n))), seed }));

describe("lloyd/simple-statistics gives simple-statistics' answers, bit for bit", () => {
  test("from the points that a source of random numbers draws, also where a centroid is left without points", () => {
    let [clustered, lonely] = [0, 0];
    fc.assert(
      fc.property(problem, ({ data, k, seed }) => {
        const ours = outcome(kMeansCluster, data, k, seed);
        expect(ours).toStrictEqual(outcome(theirs.kMeansCluster, data, k, seed));
        if ("error" in ours) lonely += 1;
        else clustered += 1;
      }),
      { numRuns: 3 * RUNS },
    );
    expect(Math.min(clustered, lonely)).toBeGreaterThan(RUNS / 100);
  });

  test("among points whose distances differ only before their root is taken", () => {
    // Squares are f64 neighbours here, so their roots are equal and the first centroid wins.
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), { minLength: 4, maxLength: 40 }), fc.nat(1e6), (places, seed) => {
        const data = places.map(([x, y]) => [0.1 * x, 0.1 * y + 1e-17 * (x - y)]);
        expect(outcome(kMeansCluster, data, 3, seed)).toStrictEqual(outcome(theirs.kMeansCluster, data, 3, seed));
      }),
      { numRuns: RUNS },
    );
  });

  test.each(kinds.filter((kind) => kind !== "constants" && kind !== "duplicates"))("where WebAssembly labels the rows: %s", (kind) => {
    for (const [n, d, k] of [[3000, 2, 16], [2000, 9, 20], [700, 40, 12]]) {
      const data = rowsOf(kind, n, d, n);
      const ours = outcome(kMeansCluster, data, k, 3);
      expect(ours).toStrictEqual(outcome(theirs.kMeansCluster, data, k, 3));
    }
  });
});

describe("from Math.random", () => {
  afterEach(() => vi.restoreAllMocks());

  test("unless another source is given", () => {
    const data = rowsOf("blobs", 60, 3, 6);
    const drawn = (cluster: typeof kMeansCluster) => {
      const { uniform } = source(5);
      vi.spyOn(Math, "random").mockImplementation(uniform);
      return cluster(data, 4);
    };
    expect(drawn(kMeansCluster)).toStrictEqual(drawn(theirs.kMeansCluster));
  });
});

test.each<[string, unknown[], RegExp, string]>([
  ["more clusters than points", [[[1], [2]], 3], /^Centroid 2 has no friends: numCluster is 3, for 2 points/, "bad-k"],
  ["no clusters", [[[1], [2]], 0], /numCluster is 0; expected an integer from 1 to the number of points, 2/, "bad-k"],
  ["equal points", [[[1], [1]], 2], /^Centroid 1 has no friends: no point is nearest/, "bad-init"],
  ["NaN", [[[1], [NaN]], 1], /row 1, column 0 is NaN/, "not-finite"],
  ["no points", [[], 1], /Data must be a 2D array/, "bad-points"],
])("lloyd/simple-statistics says what is wrong: %s", (_, args, message, code) => {
  expect(() => (kMeansCluster as (...args: unknown[]) => unknown)(...args)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
