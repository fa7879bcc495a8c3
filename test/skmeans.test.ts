import fc from "fast-check";
import { createRequire } from "node:module";
import { afterEach, describe, expect, test, vi } from "vitest";
import ours from "../ts/compat/skmeans.js";
import { kinds, rowsOf, someOf, source } from "./data.js";

const theirs = createRequire(import.meta.url)("skmeans") as typeof import("skmeans");
const RUNS = Number(process.env.LLOYD_RUNS ?? 600);

type Call = (...args: Parameters<typeof ours<number[]>>) => ReturnType<typeof ours<number[]>>;

/** Every field of the result, and whether the initial centroids became the final ones. */
function outcome(skmeans: Call, data: number[][] | number[], k: number, initial?: unknown, maxit?: number, fndist?: unknown) {
  const given = structuredClone(initial);
  const { it, k: same, idxs, centroids } = skmeans(data as number[][], k, given as number[][], maxit, fndist as never);
  return { it, k: same, idxs, centroids, overwritten: (centroids as unknown) === given };
}

const problem = fc
  .record({ kind: fc.constantFrom(...kinds), n: fc.integer({ min: 1, max: 150 }), d: fc.integer({ min: 1, max: 6 }), share: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.nat(1e6) })
  .map(({ kind, n, d, share, seed }) => ({ data: rowsOf(kind, n, d, seed), k: Math.max(1, Math.min(n, Math.round(share * share * n))), seed }));
const maxit = fc.constantFrom(undefined, 0, 1, 2, 7, 1.5, -3);

describe("lloyd/skmeans gives skmeans' answers, bit for bit", () => {
  test("from given centroids", () => {
    fc.assert(
      fc.property(problem, maxit, fc.boolean(), ({ data, k, seed }, maxit, far) => {
        const initial = someOf(data, k, seed);
        if (far) initial[k - 1] = initial[k - 1].map((v) => v * 3 + 1);
        expect(outcome(ours, data, k, initial, maxit)).toStrictEqual(outcome(theirs as never, data, k, initial, maxit));
      }),
      { numRuns: 2 * RUNS },
    );
  });

  test("of numbers", () => {
    fc.assert(
      fc.property(problem, maxit, ({ data, k, seed }, maxit) => {
        const numbers = data.map(([v]) => v);
        const initial = someOf(data, k, seed).map(([v]) => v);
        expect(outcome(ours, numbers, k, initial, maxit)).toStrictEqual(outcome(theirs as never, numbers, k, initial, maxit));
      }),
      { numRuns: RUNS },
    );
  });

  test("as Turf calls it: the first rows begin, and are not changed", () => {
    const data = rowsOf("blobs", 200, 2, 4);
    const before = structuredClone(data);
    expect(outcome(ours, data, 7, data.slice(0, 7))).toStrictEqual(outcome(theirs as never, data, 7, data.slice(0, 7)));
    expect(data).toStrictEqual(before);
  });

  test.each(kinds)("where WebAssembly labels the rows: %s", (kind) => {
    for (const [n, d, k] of [[4000, 2, 16], [700, 40, 12], [9000, 1, 9]]) {
      const rows = rowsOf(kind, n, d, n);
      const [data, initial] = [rows, someOf(rows, k, 5)].map((some) => (d === 1 ? some.map(([v]) => v) : some)) as number[][][];
      expect(outcome(ours, data, k, initial, 25)).toStrictEqual(outcome(theirs as never, data, k, initial, 25));
    }
  });

  test("with centroids that lack coordinates or have more, and more centroids than k", () => {
    const data = rowsOf("blobs", 40, 3, 9);
    for (const initial of [[[1], [2, 2]], [[1, 2, 3, 4], [5, 6, 7, 8]], [[1, 2, 3], [9, 9, 9], [5, 5, 5]]]) {
      expect(outcome(ours, data, 2, initial)).toStrictEqual(outcome(theirs as never, data, 2, initial));
    }
  });

  test("with a distance of the caller's", () => {
    const manhattan = (p: number[], q: number[]) => p.reduce((sum, v, j) => sum + Math.abs(v - q[j]), 0);
    fc.assert(
      fc.property(problem, ({ data, k, seed }) => {
        const [some, few] = [data.slice(0, 40), Math.min(k, 40, data.length)];
        const initial = someOf(some, few, seed);
        expect(outcome(ours, some, few, initial, 15, manhattan)).toStrictEqual(outcome(theirs as never, some, few, initial, 15, manhattan));
        const numbers = some.map(([v]) => v);
        const apart = (p: number, q: number) => Math.abs(p - q);
        expect(outcome(ours, numbers, few, initial.map(([v]) => v), 15, apart)).toStrictEqual(outcome(theirs as never, numbers, few, initial.map(([v]) => v), 15, apart));
      }),
      { numRuns: RUNS / 4 },
    );
  });

  test("its test of other points", () => {
    const data = rowsOf("integers", 30, 2, 3);
    const initial = () => [[0, 0], [1, 1], [2, 2]];
    const [a, b] = [ours(data, 3, initial()), theirs(data, 3, initial())];
    for (const point of [[0, 0], [0.5, 0.5], [9, -9], [1]]) {
      expect(a.test(point)).toStrictEqual(b.test(point));
      expect(a.test(point, (p, q) => Math.abs(p[0] - q[0]))).toStrictEqual(b.test(point, (p, q) => Math.abs(p[0] - q[0])));
    }
    const numbers: number[] = [1, 2, 9];
    const [c, d] = [ours(numbers, 2, [1, 9]), theirs(numbers, 2, [1, 9])];
    for (const point of [0, 5.25, 100]) expect(c.test(point)).toStrictEqual(d.test(point));
  });
});

describe("from points at random", () => {
  afterEach(() => vi.restoreAllMocks());

  test.each([undefined, null, "kmrand"] as const)("%s draws the same points as skmeans from the same Math.random", (initial) => {
    const drawn = (skmeans: Call) => {
      const { uniform } = source(5);
      vi.spyOn(Math, "random").mockImplementation(uniform);
      return outcome(skmeans, rowsOf("blobs", 80, 3, 6), 6, initial);
    };
    expect(drawn(ours)).toStrictEqual(drawn(theirs as never));
  });

  test("kmpp finds blobs that stand apart", () => {
    const data = rowsOf("blobs", 100, 8, 1).map((row, i) => row.map((v) => v + 500 * (i % 5)));
    for (let i = 0; i < 20; i++) expect(new Set(ours(data, 5, "kmpp").idxs.slice(0, 5)).size).toBe(5);
  });
});

describe("lloyd/skmeans says what is wrong, where skmeans hangs or fails by accident", () => {
  test.each<[string, unknown[], RegExp, string]>([
    ["k above n", [[[1], [2]], 3], /^k is 3; expected an integer from 1 to the number of points, 2/, "bad-k"],
    ["no points", [[], 1], /Data must be a 2D array/, "bad-points"],
    ["NaN", [[[1], [NaN]], 1], /row 1, column 0 is NaN/, "not-finite"],
    ["an unknown method", [[[1], [2]], 1, "lol"], /initial is "lol"; expected 1 centroids, "kmrand", "kmpp", or nothing/, "bad-init"],
    ["too few centroids", [[[1], [2]], 2, [[1]]], /initial has 1 centroids; expected 2/, "bad-init"],
    ["too few values", [[[1], [1], [1]], 2, "kmrand"], /Error initializating clusters/, "bad-init"],
    ["ragged rows", [[[1, 2], [1]], 1], /row 1 has 1 number; expected 2/, "ragged-rows"],
  ])("%s", (_, args, message, code) => {
    expect(() => (ours as (...args: unknown[]) => unknown)(...args)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
