import fc from "fast-check";
import * as theirs from "ml-kmeans";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as ours from "../ts/compat/ml-kmeans.js";
import { finderFor } from "../ts/compat/trajectory.js";
import { Certain, Direct } from "../ts/executor/finders.js";
import { flat, kinds, rowsOf, someOf, source } from "./data.js";

type Options = ours.Options;
const RUNS = Number(process.env.LLOYD_RUNS ?? 600);

/** What a call leads to: every field of the result, or the error. */
function outcome(kmeans: typeof ours.kmeans, data: number[][], K: number, options?: Options) {
  try {
    const { clusters, centroids, converged, iterations } = kmeans(data, K, options as Options);
    return { clusters, centroids, converged, iterations };
  } catch (error) {
    return { error: String((error as Error).message) };
  }
}

function sameAsTheirs(data: number[][], K: number, options?: Options): void {
  const before = JSON.stringify([data, options]);
  expect(outcome(ours.kmeans, data, K, options)).toStrictEqual(outcome(theirs.kmeans as never, data, K, options));
  expect(JSON.stringify([data, options])).toBe(before);
}

/** Problems with ties, duplicates, offsets, wide ranges; k up to n. */
const problem = fc
  .record({
    kind: fc.constantFrom(...kinds),
    n: fc.integer({ min: 1, max: 120 }),
    d: fc.integer({ min: 1, max: 6 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(1e6),
    digits: fc.constantFrom(0, 1, 3, 17),
  })
  .map(({ kind, n, d, share, seed, digits }) => {
    const data = rowsOf(kind, n, d, seed).map((row) => row.map((v) => (digits === 17 ? v : Number(v.toFixed(digits)))));
    return { data, K: Math.max(1, Math.min(n, Math.round(share * share * n))), seed };
  });

const small = problem.map(({ data, K, seed }) => ({ data: data.slice(0, 30), K: Math.min(K, data.length, 30), seed }));

const options = fc.record(
  {
    maxIterations: fc.constantFrom(0, 1, 2, 5, 1.5, 100),
    tolerance: fc.constantFrom(0, -1, 1e-12, 1e-6, 1e-3, 1, 1e9, Infinity),
  },
  { requiredKeys: [] },
);
/** A tolerance that nothing meets never ends without a limit. */
const ending = (options: Options): Options => (options.tolerance === -1 && options.maxIterations === 0 ? { ...options, maxIterations: 9 } : options);

describe("lloyd/ml-kmeans gives ml-kmeans' answers, bit for bit", () => {
  test("from given centroids, which may coincide or lie nowhere near", () => {
    fc.assert(
      fc.property(problem, options, fc.boolean(), ({ data, K, seed }, options, far) => {
        const initialization = someOf(data, K, seed);
        if (far) initialization[0] = initialization[0].map((v) => v * 3 + 1);
        sameAsTheirs(data, K, ending({ ...options, initialization }));
      }),
      { numRuns: 2 * RUNS },
    );
  });

  test.each(["kmeans++", "random", "mostDistant"] as const)("from the rows that a seed draws: %s", (initialization) => {
    fc.assert(
      fc.property(problem, options, fc.integer({ min: -5e9, max: 5e9 }), ({ data, K }, options, seed) => sameAsTheirs(data, K, ending({ ...options, initialization, seed }))),
      { numRuns: RUNS },
    );
  });

  test("with a distance of the caller's, which gets what it gets there, in that order", () => {
    const distances: Record<string, ours.DistanceFunction> = {
      manhattan: (p, q) => p.reduce((sum, v, j) => sum + Math.abs(v - q[j]), 0),
      chebyshev: (p, q) => Math.max(...p.map((v, j) => Math.abs(v - q[j]))),
      lopsided: (p, q) => p.reduce((sum, v, j) => sum + Math.max(0, v - q[j]), 0),
    };
    fc.assert(
      fc.property(small, options, fc.constantFrom(...Object.keys(distances)), fc.constantFrom("random", "kmeans++", "given", "mostDistant"), ({ data, K, seed }, options, name, init) => {
        const calls: [unknown, unknown][][] = [[], []];
        const initialization = init === "given" ? someOf(data, K, seed) : (init as "random");
        // Means need not lower these distances: without a limit, some go round in circles.
        const run = (kmeans: typeof ours.kmeans, calls: [unknown, unknown][]) =>
          outcome(kmeans, data, K, ending({ ...options, maxIterations: options.maxIterations || 20, seed, initialization, distanceFunction: (p, q) => (calls.push([[...p], [...q]]), distances[name](p, q)) }));
        expect(run(ours.kmeans, calls[0])).toStrictEqual(run(theirs.kmeans as never, calls[1]));
        // All distances are there from the start, in another order, for one way to begin.
        if (init !== "mostDistant") expect(calls[0]).toStrictEqual(calls[1]);
      }),
      { numRuns: RUNS / 6 },
    );
  });

  test.each(kinds)("where WebAssembly labels the rows: %s", (kind) => {
    for (const [n, d, K] of [[3000, 2, 16], [2000, 9, 40], [700, 40, 12]]) {
      const data = rowsOf(kind, n, d, n);
      sameAsTheirs(data, K, { initialization: someOf(data, K, 5), tolerance: 0, maxIterations: 30 });
      sameAsTheirs(data, K, { seed: 3 });
    }
  });

  test("the generator's, iteration by iteration", () => {
    fc.assert(
      fc.property(problem, options, ({ data, K, seed }, options) => {
        const given = ending({ ...options, initialization: someOf(data, K, seed) });
        const all = (generate: typeof ours.kmeansGenerator) =>
          Array.from(generate(data, K, given), ({ clusters, centroids, converged, iterations }) => ({ clusters: [...clusters], centroids, converged, iterations }));
        expect(all(ours.kmeansGenerator)).toStrictEqual(all(theirs.kmeansGenerator as never));
      }),
      { numRuns: RUNS / 4 },
    );
  });

  test("nearest and computeInformation", () => {
    fc.assert(
      fc.property(problem, ({ data, K, seed }) => {
        const given = { initialization: someOf(data, K, seed), maxIterations: 2 };
        const [a, b] = [ours.kmeans(data, K, given), theirs.kmeans(data, K, given)];
        const others = [...rowsOf("blobs", 20, data[0].length, seed), data[0].map(() => NaN), []];
        expect(a.nearest(others)).toStrictEqual(b.nearest(others));
        expect(a.nearest(data)).toStrictEqual(b.nearest(data));
        expect(a.computeInformation(data)).toStrictEqual(b.computeInformation(data));
        expect(a.computeInformation(data.slice(0, 2))).toStrictEqual(b.computeInformation(data.slice(0, 2)));
      }),
      { numRuns: RUNS / 2 },
    );
  });

  test("nearest, where WebAssembly labels the points", () => {
    for (const kind of kinds) {
      const data = rowsOf(kind, 3000, 6, 1);
      const given = { initialization: someOf(data, 16, 2), maxIterations: 1 };
      expect(ours.kmeans(data, 16, given).nearest(data)).toStrictEqual(theirs.kmeans(data, 16, given).nearest(data));
    }
  });

  test("rows of typed arrays", () => {
    const data = rowsOf("blobs", 60, 3, 1);
    for (const Row of [Float32Array, Float64Array]) {
      const typed = data.map((row) => Row.from(row)) as unknown as number[][];
      for (const initialization of ["kmeans++", "random", "mostDistant"] as const) sameAsTheirs(typed, 5, { initialization, seed: 7 });
    }
  });
});

describe("what WebAssembly is certain of is what plain arithmetic finds", () => {
  test("on any rows and centroids, first and last on ties", () => {
    fc.assert(
      fc.property(problem, fc.constantFrom("first", "last"), fc.nat(3), ({ data, K, seed }, ties, moved) => {
        const table = { data: new Float64Array(flat(data)), count: data.length, columns: data[0].length };
        const { uniform } = source(seed);
        const start = someOf(data, K, seed).map((row) => row.map((v) => (moved ? v + (uniform() - 0.5) * 10 ** -(5 * moved) : v)));
        const measure = { by: "squares", ties } as const;
        const labels = [0, 1].map(() => new Int32Array(table.count));
        new Direct(table.data, table.columns, measure).find(flat(start), K, labels[0]);
        const finder = finderFor(table, K, measure, true);
        finder.find(flat(start), K, labels[1]);
        finder.dispose?.();
        expect(labels[1]).toStrictEqual(labels[0]);
        return finder instanceof Certain;
      }),
      { numRuns: 2 * RUNS },
    );
  });
});

describe("lloyd/ml-kmeans says what is wrong", () => {
  const rows = [[1, 2], [3, 4], [5, 6]];
  test.each<[string, unknown[], RegExp, string]>([
    ["K above n", [rows, 4], /^K should be a positive integer smaller than the number of points/, "bad-k"],
    ["K of 0", [rows, 0], /^K should be a positive integer/, "bad-k"],
    ["K of 1.5", [rows, 1.5], /^K should be a positive integer/, "bad-k"],
    ["K as text", [rows, "2"], /^K should be a positive integer/, "bad-k"],
    ["no rows", [[], 1], /^K should be a positive integer/, "bad-k"],
    ["too few centers", [rows, 2, { initialization: [[1, 2]] }], /^The initial centers should have the same length as K/, "bad-init"],
    ["another method", [rows, 2, { initialization: "lol" }], /^Unknown initialization method: "lol"/, "bad-init"],
    ["null as method", [rows, 2, { initialization: null }], /^Unknown initialization method: "null"/, "bad-init"],
    ["no step", [rows, 2, { maxIterations: -1 }], /^unreachable: no kmeans step executed/, "bad-option"],
    ["ragged rows", [[[1, 2], [3]], 1], /^Inconsistent array dimensions: row 1 has 1 number; expected 2/, "ragged-rows"],
    ["flat numbers", [[1, 2, 3], 1], /^Data must be a 2D array with at least one element/, "bad-points"],
    ["text", [[["a", 1]], 1], /^Input data contains non-numeric values: row 0, column 0 is "a"/, "not-a-number"],
  ])("%s, in their words", (_, args, message, code) => {
    const call = (kmeans: unknown) => () => (kmeans as (...args: unknown[]) => unknown)(...args);
    const first = /^[^:]*(: "\w+")?/.exec(message.source.slice(1))![0].split(":")[0];
    expect(call(ours.kmeans)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
    expect(call(theirs.kmeans)).toThrow(first);
  });

  test("where they fail by accident", () => {
    expect(() => ours.kmeans([[1, NaN], [2, 3]], 1)).toThrow(/row 0, column 1 is NaN; expected a finite number/);
    expect(() => ours.kmeans([[1, 2], [2, 3]], 1, { initialization: [[1]] })).toThrow(/coordinate 1 of center 0 is undefined; expected 2 finite numbers/);
    expect(() => ours.kmeans([[1, 2], [2, 3]], 1, { seed: 1.5 })).toThrow(TypeError);
    expect(() => ours.kmeans([[1, 2], [2, 3]], 1, { seed: "x" as never })).toThrow("seed must be an integer");
    expect(() => ours.kmeans([[1], [2]], 1, { initialization: "random", distanceFunction: () => NaN })).toThrow(/no centroid is nearest to row 0/);
  });

  test("only when the generator is asked for its first step", () => {
    const steps = ours.kmeansGenerator(rows, 9);
    expect(() => steps.next()).toThrow(/K should be/);
    expect([...ours.kmeansGenerator(rows, 2, { maxIterations: 0 })]).toEqual([]);
  });
});

describe("where there is no WebAssembly", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("the same answers come from plain JavaScript", async () => {
    const data = rowsOf("blobs", 3000, 4, 2);
    const expected = outcome(ours.kmeans, data, 12, { seed: 1 });
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    const without = (await import("../ts/compat/ml-kmeans.js")) as typeof ours;
    expect(outcome(without.kmeans, data, 12, { seed: 1 })).toStrictEqual(expected);
  });
});
