import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { kmeans, kmeansSync, type KMeansModel, type KMeansOptions, type Phase, type Points } from "../ts/index.js";
import { certify } from "./certificate.js";
import { anyCase, bits, flat, kinds, rowsOf, someOf, source, weightsOf } from "./data.js";
import { reference, squared } from "./reference.js";

const INITS = ["auto", "k-means++", "k-means||", "random", "random-partition", "farthest", "given"] as const;

describe("a fit is certified: labels, means, sizes and inertia are what they are defined to be", () => {
  const anyOptions = fc.record({
    init: fc.constantFrom(...INITS),
    tolerance: fc.constantFrom(0, 1e-4, 0.05),
    maxIterations: fc.constantFrom(1, 2, 5, 300),
    restarts: fc.constantFrom(1, 1, 3),
    weighted: fc.boolean(),
  });

  test.each(kinds)("on %s", (kind) => {
    fc.assert(
      fc.property(anyCase({ n: 200 }), anyOptions, ({ n, d, k, seed }, { weighted, init, ...rest }) => {
        const rows = rowsOf(kind, n, d, seed);
        const weights = weighted ? weightsOf(n, seed) : undefined;
        const options = { ...rest, k, seed, weights, init: init === "given" ? someOf(rows, k, seed) : init };
        certify(rows, kmeansSync(rows, options), { weights, whole: kind === "integers" });
      }),
      { numRuns: 60 },
    );
  });

  test.each(kinds)("on %s in 32 bits", (kind) => {
    fc.assert(
      fc.property(anyCase({ n: 200 }), anyOptions, ({ n, d, k, seed }, { weighted, init, ...rest }) => {
        const data = Float32Array.from(flat(rowsOf(kind, n, d, seed)));
        const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
        const weights = weighted ? weightsOf(n, seed) : undefined;
        const options = { ...rest, k, seed, weights, init: init === "given" ? someOf(rows, k, seed) : init };
        certify(rows, kmeansSync({ data, columns: d }, options), { weights, narrow: true });
      }),
      { numRuns: 60 },
    );
  });

  test("with many rows, columns and clusters", () => {
    for (const [n, d, k] of [[20_000, 3, 5], [3000, 50, 7], [2000, 5, 150], [400, 333, 9]]) {
      const rows = rowsOf("blobs", n, d, n);
      certify(rows, kmeansSync(rows, { k, seed: 1, maxIterations: 10 }));
    }
  });
});

describe("a fit is the textbook's, iteration for iteration", () => {
  /** Whole numbers, where nothing is rounded; ties within rounding of a mean are left out. */
  const anyStart = fc.record({ some: anyCase({ n: 120, d: 6, k: 8 }), reach: fc.constantFrom(3, 10, 100, 4000), weighted: fc.boolean() });

  test("from given centroids, on whole numbers", () => {
    let compared = 0;
    fc.assert(
      fc.property(anyStart, fc.constantFrom(0, 1e-4, 0.1), fc.constantFrom(1, 3, 300), ({ some: { n, d, k, seed }, reach, weighted }, tolerance, maxIterations) => {
        const { rows, weights: some, init } = wholeNumbers(n, d, k, seed, reach);
        const weights = weighted ? some : rows.map(() => 1);
        const expected = reference(rows, init, { weights, tolerance, maxIterations });
        // Where a budget ends a fit, the last assignment may empty a cluster, which lloyd repairs and the textbook leaves.
        if (expected.margin < 1e-9 || new Set(expected.labels).size < k) return;
        compared += 1;
        const model = kmeansSync(rows, { k, init, tolerance, maxIterations, weights });
        expect(Array.from(model.labels)).toEqual(expected.labels);
        expect(model.iterations).toBe(expected.iterations);
        model.centroids.forEach((c, j) => c.forEach((v, column) => expect(Math.abs(v - expected.centroids[j][column])).toBeLessThanOrEqual(1e-12 * reach)));
        expect(Math.abs(model.inertia - expected.inertia)).toBeLessThanOrEqual(1e-12 * expected.inertia);
      }),
      { numRuns: 400 },
    );
    expect(compared, "cases without ties").toBeGreaterThan(100);
  });

  test("with ties going to the lowest index", () => {
    const rows = [[-1], [0], [1]];
    expect(Array.from(kmeansSync(rows, { k: 2, init: [[-1], [1]] }).labels)).toEqual([0, 0, 1]);
    expect(Array.from(kmeansSync(rows, { k: 2, init: [[1], [-1]] }).labels)).toEqual([1, 0, 0]);
  });

  test("from the centroids that a function makes of the points", () => {
    const rows = rowsOf("blobs", 90, 2, 8);
    const seen: unknown[] = [];
    const init = (points: Points, k: number, random: () => number) => {
      seen.push(points, k, random());
      return rows.slice(0, k);
    };
    const { init: report, ...made } = kmeansSync(rows, { k: 4, seed: 3, init }).toJSON() as Record<string, unknown>;
    const { init: _, ...given } = kmeansSync(rows, { k: 4, seed: 3, init: rows.slice(0, 4) }).toJSON() as Record<string, unknown>;
    expect(bits(made)).toBe(bits(given));
    expect(report).toMatchObject({ method: "function" });
    expect(seen.slice(0, 2)).toEqual([rows, 4]);
    expect(seen[2]).toBeGreaterThanOrEqual(0);
    expect(seen[2]).toBeLessThan(1);
  });
});

describe("starts", () => {
  // 25 round clusters on a grid.
  const { normal } = source(3);
  const rows = Array.from({ length: 1500 }, (_, i) => [10 * (i % 5) + normal(), 10 * ((i / 5 | 0) % 5) + normal()]);
  const begun = (init: KMeansOptions["init"]) => {
    const firsts = Array.from({ length: 30 }, (_, seed) => kmeansSync(rows, { k: 25, seed, init, maxIterations: 1 }).history[0].inertia);
    return firsts.reduce((a, b) => a + b) / firsts.length;
  };

  test("that look at distances begin better than those that do not", () => {
    const [auto, plus, random, partition] = (["auto", "k-means++", "random", "random-partition"] as const).map(begun);
    // Measured: 3029, 3039, 30408 and 105459; 3000 is the inertia of the clusters themselves.
    expect(auto).toBeLessThan(3200);
    expect(plus).toBeLessThan(3200);
    expect(random).toBeGreaterThan(10_000);
    expect(partition).toBeGreaterThan(random);
  });

  test("farthest has a seed in every cluster that lies apart", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { centroids } = kmeansSync(rows, { k: 25, seed, init: "farthest" });
      expect(new Set(centroids.map((c) => c.map((v) => Math.round(v / 10)).join())).size).toBe(25);
    }
  });

  test("are reported", () => {
    for (const init of INITS.slice(0, -1)) expect(kmeansSync(rows, { k: 5, init, seed: 1 } as KMeansOptions).init.method).toBe(init);
    expect(kmeansSync(rows, { k: 5, seed: 1 }).init).toMatchObject({ method: "auto", rows: 1500, description: expect.stringMatching(/k-means\+\+ on all 1500 rows/) });
    expect(kmeansSync(rows, { k: 5, init: rows.slice(0, 5) }).init.method).toBe("given");
  });
});

describe("budgets", () => {
  const rows = rowsOf("uniform", 500, 3, 2);

  test("tolerance 0 goes on until nothing moves", () => {
    const { stopped, iterations } = kmeansSync(rows, { k: 9, seed: 1, tolerance: 0, init: "random" });
    expect(stopped).toBe("stable");
    expect(kmeansSync(rows, { k: 9, seed: 1, tolerance: 0, init: "random", maxIterations: iterations - 1 }).stopped).toBe("max-iterations");
  });

  test("a tolerance ends a fit as soon as the centroids move less", () => {
    const variance = 1 / 12;
    const many = rowsOf("uniform", 5000, 3, 2);
    for (const tolerance of [0.1, 1e-2, 1e-4]) {
      const { stopped, history } = kmeansSync(many, { k: 9, seed: 1, tolerance, init: "random" });
      expect(stopped).toBe("converged");
      // The one that moves farthest has at most all of the movement and at least a ninth of it.
      expect(history.at(-1)!.shift ** 2).toBeLessThanOrEqual(tolerance * variance * 1.1);
      history.slice(0, -1).forEach(({ shift }) => expect(shift ** 2 * 9).toBeGreaterThan(tolerance * variance * 0.9));
    }
  });

  test("maxIterations is the number of iterations", () => {
    for (const maxIterations of [1, 2, 7]) {
      const model = kmeansSync(rows, { k: 9, seed: 1, tolerance: 0, init: "random", maxIterations });
      expect([model.iterations, model.stopped, model.converged]).toEqual([maxIterations, "max-iterations", false]);
      certify(rows, model);
    }
  });

  test("a time limit ends the iterations, and the restarts", () => {
    // The clock stands still until a fit is under way.
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    const onStep = () => void (now = 20);
    const model = kmeansSync(rows, { k: 9, seed: 1, init: "random", timeLimit: 10, restarts: 5, onStep });
    clock.mockRestore();
    expect([model.iterations, model.stopped, model.converged, model.restarts.length]).toEqual([1, "time-limit", false, 1]);
    certify(rows, model);
  });

  test("a time limit that ends before there is a fit is an error, while rows are loaded and while seeds are sought", async () => {
    const late = { code: "time-limit", message: expect.stringContaining("timeLimit is 0 ms") };
    expect(() => kmeansSync(rows, { k: 9, timeLimit: 0 })).toThrow(expect.objectContaining(late));
    await expect(kmeans(rows, { k: 9, timeLimit: 0 })).rejects.toMatchObject(late);
    for (const fit of [kmeans, async (...args: Parameters<typeof kmeansSync>) => kmeansSync(...args)]) {
      let now = 0;
      const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
      const phases: string[] = [];
      const onPhase = ({ phase }: Phase) => (phases.push(phase), void (now = phase === "seeding" ? 20 : 0));
      await expect(fit(rows, { k: 9, timeLimit: 10, onPhase })).rejects.toMatchObject({ code: "time-limit" });
      clock.mockRestore();
      expect(phases.at(-1)).toBe("seeding");
    }
  });

  test("a time limit that is not reached changes nothing", () => {
    const calm = kmeansSync(rows, { k: 9, seed: 1 });
    for (const timeLimit of [1e9, Infinity]) expect(bits(kmeansSync(rows, { k: 9, seed: 1, timeLimit }))).toBe(bits(calm));
  });

  test("the best restart is kept, and each is reported", () => {
    const model = kmeansSync(rows, { k: 9, seed: 1, init: "random", restarts: 12 });
    expect(model.restarts).toHaveLength(12);
    expect(new Set(model.restarts.map(({ seed }) => seed)).size).toBe(12);
    for (const { seed, inertia, iterations, stopped } of model.restarts) {
      const alone = kmeansSync(rows, { k: 9, seed, init: "random" });
      expect([alone.inertia, alone.iterations, alone.stopped]).toEqual([inertia, iterations, stopped]);
      if (inertia === model.inertia) expect(bits(alone.labels)).toBe(bits(model.labels));
    }
    expect(model.inertia).toBe(Math.min(...model.restarts.map(({ inertia }) => inertia)));
  });
});

describe("a weight is a number of rows", () => {
  test("whole weights are the same as repeated rows", () => {
    fc.assert(
      fc.property(anyCase({ n: 80, d: 5, k: 6 }), ({ n, d, k, seed }) => {
        const { rows, weights, init } = wholeNumbers(n, d, k, seed, 1000);
        if (reference(rows, init, { weights }).margin < 1e-9) return;
        const repeated = rows.flatMap((row, i) => Array.from({ length: weights[i] }, () => row));
        const [once, again] = [kmeansSync(rows, { k, init, weights, tolerance: 0 }), kmeansSync(repeated, { k, init, tolerance: 0 })];
        expect(rows.flatMap((_, i) => Array.from({ length: weights[i] }, () => once.labels[i]))).toEqual(Array.from(again.labels));
        once.centroids.forEach((c, j) => expect(Math.sqrt(squared(c, again.centroids[j]))).toBeLessThanOrEqual(1e-9));
        expect(Math.abs(once.inertia - again.inertia)).toBeLessThanOrEqual(1e-12 * once.inertia);
        expect(Math.abs(once.distortion - again.distortion)).toBeLessThanOrEqual(1e-12 * once.distortion);
        expect(once.iterations).toBe(again.iterations);
      }),
      { numRuns: 200 },
    );
  });

  test("weights times a constant change the inertia and nothing else", () => {
    const rows = rowsOf("blobs", 300, 4, 6);
    const weights = weightsOf(300, 1);
    const calm = kmeansSync(rows, { k: 8, weights, seed: 2 });
    for (const factor of [2 ** -40, 4, 2 ** 100]) {
      const model = kmeansSync(rows, { k: 8, weights: weights.map((w) => w * factor), seed: 2 });
      expect(bits([model.centroids, model.labels, model.iterations, model.stopped])).toBe(bits([calm.centroids, calm.labels, calm.iterations, calm.stopped]));
      expect(model.inertia).toBe(calm.inertia * factor);
      expect(model.inertias).toEqual(calm.inertias.map((v) => v * factor));
      expect(model.history.map(({ inertia }) => inertia)).toEqual(calm.history.map(({ inertia }) => inertia * factor));
    }
    for (const factor of [3, 1e-9, 0.1, 1e30]) {
      const model = kmeansSync(rows, { k: 8, weights: weights.map((w) => w * factor), seed: 2 });
      expect(bits([model.labels, model.iterations, model.stopped])).toBe(bits([calm.labels, calm.iterations, calm.stopped]));
      expect(Math.abs(model.inertia / (calm.inertia * factor) - 1)).toBeLessThan(1e-9);
      expect(Math.abs(model.distortion / calm.distortion - 1)).toBeLessThan(1e-9);
    }
  });

  test("weights that are all the same are no weights", () => {
    const rows = rowsOf("blobs", 300, 4, 6);
    const calm = kmeansSync(rows, { k: 8, seed: 2, init: rows.slice(0, 8) });
    for (const weight of [1, 0.25, 7]) {
      const model = kmeansSync(rows, { k: 8, seed: 2, init: rows.slice(0, 8), weights: rows.map(() => weight) });
      expect(model.labels).toEqual(calm.labels);
      expect(Math.abs(model.inertia / (calm.inertia * weight) - 1)).toBeLessThan(1e-9);
    }
  });

  test("rows of weight 0 get a label and move nothing", () => {
    const rows = rowsOf("blobs", 150, 3, 9);
    const strangers = rowsOf("heavyTails", 20, 3, 9).map((row) => row.map((v) => Math.min(100, Math.max(-100, v))));
    const init = rows.slice(0, 5);
    const alone = kmeansSync(rows, { k: 5, init, tolerance: 0 });
    const all = [...rows, ...strangers];
    const model = kmeansSync(all, { k: 5, init, tolerance: 0, weights: all.map((_, i) => (i < 150 ? 1 : 0)) });
    expect(Array.from(model.labels.subarray(0, 150))).toEqual(Array.from(alone.labels));
    model.centroids.forEach((c, j) => expect(Math.sqrt(squared(c, alone.centroids[j]))).toBeLessThan(1e-6));
    expect(Array.from(model.labels.subarray(150))).toEqual(strangers.map((row) => nearest(row, model.centroids)));
    expect(model.inertia).toBeCloseTo(alone.inertia, 4);
  });

  test("four rows, by hand", () => {
    // Rows 0 and 2 of weights 3 and 1 make the mean 0.5; rows 10 and 14 of weights 1 and 3 the mean 13.
    const model = kmeansSync([[0], [2], [10], [14]], { k: 2, init: [[0], [10]], weights: [3, 1, 1, 3] });
    expect(model.centroids).toEqual([[0.5], [13]]);
    expect(Array.from(model.labels)).toEqual([0, 0, 1, 1]);
    expect(model.inertias).toEqual([3 * 0.25 + 2.25, 9 + 3]);
    expect(model.inertia).toBe(15);
    expect(model.distortion).toBe(15 / 8);
    expect(model.sizes).toEqual([2, 2]);
  });
});

describe("edges", () => {
  test("fewer distinct rows than k: valid labels, finite centroids, a warning, an end", () => {
    fc.assert(
      fc.property(anyCase({ n: 60, d: 4 }), fc.constantFrom(...INITS), fc.boolean(), ({ n, d, seed }, init, weighted) => {
        const rows = rowsOf("duplicates", n, d, seed);
        const distinct = new Set(rows.map(String)).size;
        if (distinct === n) return;
        const weights = weighted ? rows.map((_, i) => 1 + (i % 7) / 3) : undefined;
        const model = kmeansSync(rows, { k: n, seed, init: init === "given" ? someOf(rows, n, seed) : init, weights, tolerance: 0 });
        certify(rows, model, { weights });
        expect(model.warnings.map(({ code }) => code)).toEqual(["empty-clusters"]);
        expect(model.warnings[0].message).toContain(`of ${n} clusters`);
        expect(model.stopped).toBe("stable");
        expect(new Set(Array.from(model.labels, (label, i) => `${label} ${rows[i]}`)).size, "equal rows have equal labels").toBe(distinct);
      }),
      { numRuns: 200 },
    );
  });

  test("k = n: every row is a cluster", () => {
    const rows = rowsOf("blobs", 40, 3, 1);
    for (const init of ["auto", "k-means++", "random", "farthest"] as const) {
      const model = kmeansSync(rows, { k: 40, seed: 1, init });
      expect(model.sizes).toEqual(new Array(40).fill(1));
      expect([model.inertia, model.iterations], `${init} begins at the rows themselves`).toEqual([0, 1]);
      rows.forEach((row, i) => model.centroids[model.labels[i]].forEach((v, j) => expect(v).toBeCloseTo(row[j], 12)));
    }
  });

  test("k = 1: the mean of all rows", () => {
    const rows = rowsOf("uniform", 77, 5, 1);
    for (const init of INITS.slice(0, -1)) {
      const model = kmeansSync(rows, { k: 1, seed: 4, init } as KMeansOptions);
      certify(rows, model);
      expect(model.sizes).toEqual([77]);
      expect(model.stopped).not.toBe("max-iterations");
    }
  });

  test("one row", () => {
    const model = kmeansSync([[3, -4]], { k: 1 });
    expect([model.centroids, Array.from(model.labels), model.inertia, model.sizes, model.warnings]).toEqual([[[3, -4]], [0], 0, [1], []]);
  });

  test("one column", () => {
    const model = kmeansSync({ data: [1, 2, 3, 101, 102, 103], columns: 1 }, { k: 2, seed: 1 });
    expect(model.centroids.flat().sort((a, b) => a - b)).toEqual([2, 102]);
    expect(model.inertia).toBe(4);
  });

  test("all rows equal: one cluster has them, at the very value", () => {
    for (const value of [0, 0.1, -1e300, 1e-300, 123456789.123]) {
      const rows = Array.from({ length: 9 }, () => [value, 7]);
      for (const init of INITS.slice(0, -1)) {
        const model = kmeansSync(rows, { k: 3, seed: 1, init } as KMeansOptions);
        expect([...model.sizes].sort(), `${init} ${value}`).toEqual([0, 0, 9]);
        expect(model.centroids, `${init} ${value}`).toEqual([[value, 7], [value, 7], [value, 7]]);
        expect([model.inertia, model.stopped]).toEqual([0, "stable"]);
      }
    }
  });

  test("empty clusters take the rows that lie farthest", () => {
    const rows = [[0, 0], [0, 1], [1, 0], [10, 10], [10, 11], [14, 10], [0, 3]];
    const model = kmeansSync(rows, { k: 4, init: [[0, 0], [10, 10], [1000, 1000], [-1000, 500]], tolerance: 0 });
    expect(Array.from(model.labels)).toEqual([0, 0, 0, 1, 1, 2, 3]);
    expect(model.warnings).toEqual([]);
  });

  test("no cluster is empty where there are enough distinct rows", () => {
    fc.assert(
      fc.property(anyCase({ n: 100, d: 4, k: 12 }), fc.boolean(), fc.constantFrom(1, 2, 300), ({ kind, n, d, k, seed }, weighted, maxIterations) => {
        const rows = rowsOf(kind === "heavyTails" ? "blobs" : kind, n, d, seed);
        if (new Set(rows.map(String)).size < k) return;
        const far = Array.from({ length: k }, (_, j) => rows[0].map((v) => v + (j + 1) * 1e4));
        const weights = weighted ? rows.map((_, i) => 1 + (i % 5)) : undefined;
        const model = kmeansSync(rows, { k, init: far, maxIterations, weights });
        certify(rows, model, { weights });
        expect(Math.min(...model.sizes)).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("large offsets and odd scales cost no digits", () => {
  const { uniform, normal } = source(12);
  const blob = (i: number) => [0, 9, 25][i % 3];
  const OFFSETS: Record<string, { offset: number[]; row: (i: number) => number[] }> = {
    "timestamps, seconds apart": { offset: [1.7e12], row: (i) => [Math.round(1000 * (blob(i) + normal()))] },
    "UTM metres": { offset: [5e6, 4.4e5], row: (i) => [blob(i) + normal(), 2 * blob(i) + normal()] },
    "1e8 + noise": { offset: [1e8, -1e8, 1e8], row: (i) => [blob(i) + normal(), normal(), uniform()] },
    "one offset column of three": { offset: [0, 1e9, 0], row: (i) => [blob(i) + normal(), normal(), uniform()] },
  };

  test.each(Object.entries(OFFSETS))("%s", (_, { offset, row }) => {
    const rows = Array.from({ length: 400 }, (_, i) => row(i).map((v, j) => v + offset[j]));
    const centred = rows.map((row) => row.map((v, j) => v - offset[j]));
    const options = { k: 3, tolerance: 0 };
    const model = kmeansSync(rows, { ...options, init: rows.slice(0, 3) });
    const plain = kmeansSync(centred, { ...options, init: centred.slice(0, 3) });
    expect(model.labels).toEqual(plain.labels);
    expect(model.iterations).toBe(plain.iterations);
    expect(Math.abs(model.inertia / plain.inertia - 1)).toBeLessThan(1e-9);
    model.centroids.forEach((c, j) => c.forEach((v, i) => expect(Math.abs(v - offset[i] - plain.centroids[j][i])).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(offset[i]) + 1e-12)));
  });

  test.each([1e-100, 2 ** -60, 1e-9, 1e9, 2 ** 60, 1e100])("times %d", (scale) => {
    const rows = rowsOf("blobs", 300, 3, 4);
    const plain = kmeansSync(rows, { k: 7, seed: 1 });
    const model = kmeansSync(rows.map((row) => row.map((v) => v * scale)), { k: 7, seed: 1 });
    expect(model.labels).toEqual(plain.labels);
    expect(Math.abs(model.inertia / plain.inertia / scale / scale - 1)).toBeLessThan(1e-9);
    if (Number.isInteger(Math.log2(scale))) {
      expect(model.inertia).toBe(plain.inertia * scale * scale);
      expect(model.centroids).toEqual(plain.centroids.map((c) => c.map((v) => v * scale)));
    }
  });
});

describe("points", () => {
  const rows = rowsOf("blobs", 120, 3, 10);
  const numbers = flat(rows);
  const column = (j: number) => rows.map((row) => row[j]);
  const FORMS: Record<string, Points> = {
    "rows of arrays": rows,
    "rows of typed arrays": rows.map((row) => Float64Array.from(row)),
    "flat array": { data: rows.flat(), columns: 3 },
    "flat typed array": { data: numbers, columns: 3 },
    ndarray: { data: numbers, shape: [120, 3] },
    "ndarray with strides": { data: numbers, shape: [120, 3], stride: [3, 1], offset: 0 },
    "transposed ndarray": { data: Float64Array.from([...column(0), ...column(1), ...column(2)]), shape: [120, 3], stride: [1, 120] },
    "reversed ndarray with an offset": { data: Float64Array.from([9, 9, ...[...rows].reverse().flat()]), shape: [120, 3], stride: [-3, 1], offset: 2 + 119 * 3 },
    columns: { x: column(0), y: Float64Array.from(column(1)), z: column(2) },
  };

  test("of any form give the same bits", () => {
    const options = { k: 6, seed: 3 };
    const expected = bits(kmeansSync(rows, options));
    for (const [form, points] of Object.entries(FORMS)) expect(bits(kmeansSync(points, options)), form).toBe(expected);
  });

  test("in 32 bits give the same bits in any form", () => {
    const narrow = Float32Array.from(numbers);
    const options = { k: 6, seed: 3 };
    const expected = bits(kmeansSync({ data: narrow, columns: 3 }, options));
    expect(bits(kmeansSync({ data: narrow, shape: [120, 3] }, options))).toBe(expected);
    expect(bits(kmeansSync(rows.map((row) => Float32Array.from(row)), options))).toBe(expected);
  });

  test("as integers of any width are the same as in 64 bits", () => {
    const whole = rows.flat().map((v) => Math.round(Math.abs(v)));
    const options = { k: 6, seed: 3 };
    const expected = bits(kmeansSync({ data: whole, columns: 3 }, options));
    for (const Type of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]) {
      expect(bits(kmeansSync({ data: Type.from(whole), columns: 3 }, options)), Type.name).toBe(expected);
    }
  });

  test("weights and initial centroids are never changed", () => {
    const narrow = Float32Array.from(numbers);
    const weights = Float64Array.from(weightsOf(120, 3));
    const init = someOf(rows, 5, 2);
    const forms: Points[] = [...Object.values(FORMS), { data: narrow, columns: 3 }];
    const before = bits([forms, weights, init]);
    const models: KMeansModel[] = forms.map((points) => kmeansSync(points, { k: 5, seed: 1, weights, init, maxIterations: 5 }));
    models.forEach((model, i) => [model.predict(forms[i]), model.transform(forms[i]), model.score(forms[i])]);
    expect(bits([forms, weights, init])).toBe(before);
  });

  test("may lie in shared memory", () => {
    const shared = new Float64Array(new SharedArrayBuffer(numbers.byteLength));
    shared.set(numbers);
    expect(bits(kmeansSync({ data: shared, columns: 3 }, { k: 6, seed: 3 }))).toBe(bits(kmeansSync(rows, { k: 6, seed: 3 })));
  });
});

/** Rows that no rounding touches, with weights from 1 to 4 and k of them to begin with. */
function wholeNumbers(n: number, d: number, k: number, seed: number, reach: number) {
  const { below } = source(seed);
  const rows = Array.from({ length: n }, () => Array.from({ length: d }, () => below(reach) - (reach >> 1)));
  return { rows, weights: rows.map(() => below(4) + 1), init: someOf(rows, k, seed + 1) };
}

function nearest(row: number[], centroids: number[][]): number {
  const all = centroids.map((c) => squared(row, c));
  return all.indexOf(Math.min(...all));
}
