import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kmeansSync, LloydError } from "../ts/index.js";
import * as metrics from "../ts/metrics/index.js";
import type { DunnOptions } from "../ts/metrics/index.js";
import { anyCase, rowsOf as made, source, type Case } from "./data.js";
import * as naive from "./naive.js";
import { found, labelsOf, read, rowsOf } from "./sets.js";

if (!found) console.log("golden data is absent (../shared/data): parts of test/metrics.test.ts are skipped");

interface Labeling {
  readonly kind: string;
  readonly k: number;
  readonly init_rows?: number[];
  readonly silhouette: number;
  readonly davies_bouldin: number;
  readonly calinski_harabasz: number;
  readonly dunn: number | null;
  readonly simplified_silhouette: number;
  readonly sse: number;
  readonly silhouette_samples?: number[];
}
interface Agreement {
  readonly [index: string]: number | number[][] | string;
}
interface Toy extends Agreement {
  readonly name: string;
}
interface Golden {
  readonly sets: { readonly set: string; readonly labelings: Record<string, Labeling>; readonly external: Record<string, Agreement> }[];
  readonly toy: (Toy & { X?: number[][]; labels?: number[]; truth?: number[]; pred?: number[] })[];
}
const golden = (read("metrics") as Golden | null) ?? { sets: [], toy: [] };

const { runs } = (read("kmeans") as { runs: { set: string; k: number; init_rows: number[]; labels_u8_b64?: string }[] } | null) ?? { runs: [] };

/** Within 1e-9 of a reference, relative; or of `bit` where the reference itself is a small rest of larger numbers. */
function near(value: number, reference: unknown, what: string, bit = 1e-14): void {
  const wanted = reference as number;
  const off = Math.abs(value - wanted);
  if (!(off <= 1e-9 * Math.abs(wanted) || off <= bit)) expect.fail(`${what}: ${value}, reference ${wanted}, off by ${off / Math.abs(wanted)}`);
}

/** By the golden files' names. */
const AGREEMENTS: Record<string, (truth: number[], found: number[]) => number> = {
  ari: metrics.adjustedRand,
  rand: metrics.rand,
  mi: metrics.mutualInformation,
  homogeneity: metrics.homogeneity,
  completeness: metrics.completeness,
  v_measure: metrics.vMeasure,
  fowlkes_mallows: metrics.fowlkesMallows,
  purity: metrics.purity,
  ...Object.fromEntries(
    (["arithmetic", "geometric", "min", "max"] as const).flatMap((average) => [
      [`ami_${average}`, (a: number[], b: number[]) => metrics.adjustedMutualInformation(a, b, { average })],
      [`nmi_${average}`, (a: number[], b: number[]) => metrics.normalizedMutualInformation(a, b, { average })],
    ]),
  ),
};

describe.skipIf(!found)("scikit-learn's values to 1e-9", () => {
  test.each(golden.sets.map((set) => [set.set, set] as const))("%s", (name, { labelings, external }) => {
    const rows = rowsOf(name);
    const labels: Record<string, number[]> = {};
    for (const [kind, some] of Object.entries(labelings)) {
      const own = (labels[kind] = labelsFor(name, rows, some));
      const { mean, values } = metrics.silhouetteSync(rows, own);
      near(mean, some.silhouette, `silhouette, ${kind}`, 1e-12);
      some.silhouette_samples?.forEach((value, i) => near(values[i], value, `silhouette of row ${i}, ${kind}`));
      near(metrics.simplifiedSilhouette(rows, own).mean, some.simplified_silhouette, `simplified silhouette, ${kind}`);
      // Where means all but coincide, the reference's own ‖a‖² - 2ab + ‖b‖² has lost digits; the definition decides.
      const spreads = metrics.daviesBouldin(rows, own);
      if (some.davies_bouldin < 1000) near(spreads, some.davies_bouldin, `Davies-Bouldin, ${kind}`);
      else close(spreads, some.davies_bouldin, 1e-7 * spreads, `Davies-Bouldin, ${kind}`);
      near(spreads, naive.daviesBouldin(rows, own), `Davies-Bouldin by definition, ${kind}`);
      near(metrics.calinskiHarabasz(rows, own), some.calinski_harabasz, `Caliński-Harabasz, ${kind}`);
      near(metrics.inertia(rows, own), some.sse, `inertia, ${kind}`);
      near(metrics.dunnSync(rows, own), some.dunn, `Dunn, ${kind}`);
    }
    for (const [pair, references] of Object.entries(external)) {
      const [truth, pred] = pair.split("|").map((kind) => labels[kind]);
      for (const [index, by] of Object.entries(AGREEMENTS)) {
        if (index in references) near(by(truth, pred), references[index], `${index}, ${pair}`);
      }
      if (references.contingency) expect(metrics.contingency(truth, pred).counts).toEqual(references.contingency);
      const { both, first, second, neither } = metrics.pairCounts(truth, pred);
      expect([[2 * neither, 2 * second], [2 * first, 2 * both]]).toEqual(references.pair_confusion);
    }
  });

  test.each(golden.toy.filter((toy) => toy.truth && toy.truth.length > 0).map((toy) => [toy.name, toy] as const))("labelings: %s", (_, toy) => {
    for (const [index, by] of Object.entries(AGREEMENTS)) if (index in toy) near(by(toy.truth!, toy.pred!), toy[index], index);
  });

  test.each(golden.toy.filter((toy) => toy.X).map((toy) => [toy.name, toy] as const))("points: %s", (_, { X, labels, ...toy }) => {
    const by: Record<string, () => number> = {
      silhouette: () => metrics.silhouetteSync(X!, labels!).mean,
      davies_bouldin: () => metrics.daviesBouldin(X!, labels!),
      calinski_harabasz: () => metrics.calinskiHarabasz(X!, labels!),
      dunn: () => metrics.dunnSync(X!, labels!),
    };
    for (const [index, value] of Object.entries(by)) {
      const undefinedThere = typeof toy[index] !== "number";
      if (undefinedThere) expect(codeOf(value), index).toBe("bad-labels");
      else near(value(), toy[index], index);
    }
  });
});

function labelsFor(set: string, rows: number[][], { kind, k, init_rows }: Labeling): number[] {
  if (kind.startsWith("row index")) return rows.map((_, i) => i % k);
  if (kind === "label column") return labelsOf(set);
  const run = runs.find((run) => run.set === set && run.k === k && run.init_rows.join() === init_rows!.join() && run.labels_u8_b64);
  return Array.from(Buffer.from(run!.labels_u8_b64!, "base64"));
}

/** Any rows, and labels for them: by k-means, or at random, with names that leave gaps. */
const anyLabeled = fc.record({ data: anyCase({ n: 90, d: 6, k: 9 }), random: fc.boolean(), gap: fc.integer({ min: 1, max: 5 }) }).map(({ data, random, gap }) => labeled(data, random, gap));

function labeled(data: Case, random: boolean, gap: number): { rows: number[][]; labels: number[]; k: number } {
  const rows = made(data.kind, Math.max(3, data.n), data.d, data.seed);
  const { below } = source(data.seed);
  const codes = random ? rows.map(() => below(data.k)) : Array.from(kmeansSync(rows, { k: Math.min(data.k, rows.length), seed: 1 }).labels);
  const labels = codes.map((code) => gap * code - 2);
  return { rows, labels, k: new Set(labels).size };
}

/** What a distance may be off by, from the rows' own digits. */
const noiseOf = (rows: number[][]) => 1e-15 * Math.max(...rows.flat().map(Math.abs));

describe("every index is its definition", () => {
  test("silhouettes, Dunn's index in all variants, Davies-Bouldin", () => {
    fc.assert(
      fc.property(anyLabeled, ({ rows, labels, k }) => {
        fc.pre(k >= 2 && k < rows.length);
        const noise = noiseOf(rows);
        const exact = naive.silhouettes(rows, labels);
        const scale = Math.max(...naive.groupsOf(rows, labels).map(naive.diameters.maximum));
        const found = metrics.silhouetteSync(rows, labels);
        found.values.forEach((value, i) => close(value, exact[i], 1e-9 + (scale > 0 ? (100 * noise) / nearestTo(rows, i) : 0), `silhouette of row ${i}`));
        if (!(scale > 0)) return;
        const worst = naive.daviesBouldin(rows, labels);
        if (worst < 1e4) close(metrics.daviesBouldin(rows, labels), worst, worst * 1e-9 + worst ** 2 * ((100 * noise) / scale), "Davies-Bouldin");
        for (const separation of Object.keys(naive.separations) as DunnOptions["separation"][]) {
          for (const diameter of Object.keys(naive.diameters) as DunnOptions["diameter"][]) {
            const value = metrics.dunnSync(rows, labels, { separation, diameter });
            close(value, naive.dunn(rows, labels, separation, diameter), 1e-9 * value + (100 * noise) / scale, `Dunn, ${separation}, ${diameter}`);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test("Davies-Bouldin passes over means that only rounding tells apart", () => {
    // Both means are 1/3; the third one is far.
    const rows = [[0], [0], [1], [0], [0], [0], [0], [1], [1], [9], [9.5]];
    const labels = [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2];
    expect(metrics.daviesBouldin(rows, labels)).toBeLessThan(1);
    expect(metrics.dunnSync(rows, labels, { separation: "centroid" })).toBe(0);
  });

  test("BIC and AIC, by the likelihood of each row", () => {
    const rows = made("blobs", 200, 3, 4);
    for (const k of [1, 3, 5]) {
      const labels = rows.map((_, i) => i % k);
      const log = naive.logLikelihood(rows, labels);
      // By rows the residuals' term is d (n - k) / 2 as well: the variance is made from their sum.
      const parameters = k - 1 + 3 * k + 1;
      expect(metrics.bic(rows, labels)).toBeCloseTo(log - (parameters / 2) * Math.log(200), 7);
      expect(metrics.aic(rows, labels)).toBeCloseTo(log - parameters, 7);
    }
  });

  test("the summary of each cluster", async () => {
    const rows = made("blobs", 120, 3, 5);
    const labels = rows.map((_, i) => ["b", "a", "c"][i % 3]);
    const found = await metrics.clusterSummary(rows, labels);
    expect(found.map(({ label }) => label)).toEqual(["a", "b", "c"]);
    for (const { label, size, mean, radius, spread, diameter, density, nearest, separation, inertia } of found) {
      const own = rows.filter((_, i) => labels[i] === label);
      const distances = own.map((row) => naive.apart(row, mean));
      expect(size).toBe(own.length);
      mean.forEach((v, j) => expect(v).toBeCloseTo(naive.mean(own.map((row) => row[j])), 12));
      expect(radius).toBeCloseTo(Math.max(...distances), 10);
      expect(inertia).toBeCloseTo(distances.reduce((a, b) => a + b * b, 0), 8);
      expect(spread).toBeCloseTo(Math.sqrt(inertia / size), 10);
      expect(diameter).toBeCloseTo(naive.diameters.maximum(own), 10);
      expect(density).toBeCloseTo(size / ((4 / 3) * Math.PI * spread ** 3), 10);
      const others = found.filter((other) => other.label !== label).map((other) => ({ label: other.label, to: naive.apart(mean, other.mean) }));
      others.sort((a, b) => a.to - b.to);
      expect(nearest).toBe(others[0].label);
      expect(separation).toBeCloseTo(others[0].to, 10);
    }
    const [only] = metrics.clusterSummarySync(rows, rows.map(() => 7));
    expect(only).toMatchObject({ label: 7, nearest: null, separation: Infinity });
  });

  test("explained variance and distortion", () => {
    const rows = [[0], [2], [10], [12]];
    expect(metrics.inertia(rows, [0, 0, 1, 1])).toBe(4);
    expect(metrics.distortion(rows, [0, 0, 1, 1])).toBe(1);
    expect(metrics.explainedVariance(rows, [0, 0, 1, 1])).toBeCloseTo(100 / 104, 15);
    expect(metrics.explainedVariance(rows, [0, 0, 0, 0])).toBe(0);
    expect(metrics.explainedVariance([[1], [1]], [0, 0])).toBe(1);
  });

  test("expected mutual information, by all permutations", () => {
    const permutations = (items: number[]): number[][] => (items.length < 2 ? [items] : items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest])));
    const [a, b] = [[0, 0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 1, 2]];
    const expected = naive.mean(permutations([0, 1, 2, 3, 4, 5, 6]).map((order) => metrics.mutualInformation(a, order.map((i) => b[i]))));
    const entropy = (sizes: number[]) => -sizes.reduce((sum, n) => sum + (n / 7) * Math.log(n / 7), 0);
    const most = (entropy([3, 2, 2]) + entropy([2, 4, 1])) / 2;
    expect(metrics.adjustedMutualInformation(a, b)).toBeCloseTo((metrics.mutualInformation(a, b) - expected) / (most - expected), 12);
  });

  test("the centroid index counts what has no counterpart", () => {
    const four = [[0, 0], [10, 0], [0, 10], [10, 10]];
    expect(metrics.centroidIndex(four, four.map(([x, y]) => [x + 0.1, y]).reverse())).toBe(0);
    expect(metrics.centroidIndex(four, [[0, 0], [0.1, 0], [0, 10], [10, 10]])).toBe(1);
    expect(metrics.centroidIndex(four, [[5, 5]])).toBe(3);
  });
});

function nearestTo(rows: number[][], i: number): number {
  const others = rows.map((row) => naive.apart(row, rows[i])).filter((distance) => distance > 0);
  return others.length > 0 ? Math.min(...others) : Infinity;
}

function close(value: number, exact: number, slack: number, what: string): void {
  if (!(Math.abs(value - exact) <= slack)) expect.fail(`${what}: ${value}, by definition ${exact}`);
}

describe("relabelling and row order never change a bit", () => {
  const internal: Record<string, (rows: number[][], labels: number[]) => unknown> = {
    silhouette: (rows, labels) => metrics.silhouetteSync(rows, labels).mean,
    simplified: (rows, labels) => metrics.simplifiedSilhouette(rows, labels).mean,
    daviesBouldin: metrics.daviesBouldin,
    calinskiHarabasz: metrics.calinskiHarabasz,
    inertia: metrics.inertia,
    explainedVariance: metrics.explainedVariance,
    bic: metrics.bic,
    ...Object.fromEntries(
      Object.keys(naive.separations).flatMap((separation) =>
        Object.keys(naive.diameters).map((diameter) => [`dunn ${separation} ${diameter}`, (rows: number[][], labels: number[]) => metrics.dunnSync(rows, labels, { separation, diameter } as DunnOptions)]),
      ),
    ),
  };

  test("of internal indices", () => {
    fc.assert(
      fc.property(anyLabeled, fc.nat(1e6), ({ rows, labels, k }, seed) => {
        fc.pre(k >= 2 && k < rows.length);
        const { order, renamed } = disturbed(labels, seed);
        for (const [name, index] of Object.entries(internal)) {
          const before = orCode(() => index(rows, labels));
          expect(orCode(() => index(order.map((i) => rows[i]), order.map((i) => renamed[i]))), name).toBe(before);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("of agreements", () => {
    const anyLabels = fc.array(fc.tuple(fc.nat(6), fc.nat(4)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(anyLabels, fc.nat(1e6), (pairs, seed) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const [one, two] = [disturbed(a, seed), disturbed(b, seed + 1)];
        for (const [name, index] of Object.entries(AGREEMENTS)) {
          expect(index(one.order.map((i) => one.renamed[i]), one.order.map((i) => two.renamed[i])), name).toBe(index(a, b));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** A random order of the rows, and the labels under other names. */
function disturbed(labels: number[], seed: number): { order: number[]; renamed: number[] } {
  const { uniform } = source(seed);
  const keys = labels.map(uniform);
  const names = new Map([...new Set(labels)].map((label) => [label, uniform()] as const));
  const ranks = [...names.values()].sort((a, b) => a - b);
  return { order: labels.map((_, i) => i).sort((i, j) => keys[i] - keys[j]), renamed: labels.map((label) => ranks.indexOf(names.get(label)!) * 3) };
}

function orCode(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return (error as LloydError).code;
  }
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as LloydError).code;
  }
}

describe("sampled silhouettes", () => {
  const rows = made("blobs", 900, 3, 8);
  const labels = rows.map((_, i) => i % 5);

  test("are the exact ones of the rows drawn", () => {
    const exact = metrics.silhouetteSync(rows, labels);
    const sample = metrics.silhouetteSync(rows, labels, { sample: 100, seed: 3 });
    expect(sample.rows).toHaveLength(100);
    expect(new Set(sample.rows).size).toBe(100);
    sample.rows.forEach((row, at) => expect(sample.values[at]).toBe(exact.values[row]));
    expect(metrics.silhouetteSync(rows, labels, { sample: 100, seed: 3 })).toEqual(sample);
    expect(metrics.silhouetteSync(rows, labels, { sample: 100, seed: 4 }).rows).not.toEqual(sample.rows);
    expect(metrics.silhouetteSync(rows, labels, { sample: 5000 })).toEqual(exact);
    expect(exact.standardError).toBe(0);
  });

  test("miss the exact mean by as much as their standard error says", () => {
    const exact = metrics.silhouetteSync(rows, labels).mean;
    const scores = Array.from({ length: 300 }, (_, seed) => {
      const { mean, standardError } = metrics.silhouetteSync(rows, labels, { sample: 60, seed });
      return (mean - exact) / standardError;
    });
    const spread = Math.sqrt(naive.mean(scores.map((z) => z * z)));
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(1.2);
    expect(Math.abs(naive.mean(scores))).toBeLessThan(0.25);
  });
});

describe("asynchronous ones", () => {
  const rows = made("uniform", 3000, 8, 2);
  const labels = rows.map((_, i) => i % 4);

  test("give the same, and say how far they are", async () => {
    const parts: number[] = [];
    expect(await metrics.silhouette(rows, labels, { onProgress: (part) => parts.push(part) })).toEqual(metrics.silhouetteSync(rows, labels));
    expect(await metrics.dunn(rows, labels)).toBe(metrics.dunnSync(rows, labels));
    expect(parts.at(-1)).toBe(1);
    expect([...parts].sort((a, b) => a - b)).toEqual(parts);
  });

  test("let the event loop turn, and end when told", async () => {
    const stop = new AbortController();
    const many = made("uniform", 12_000, 16, 2);
    const four = many.map((_, i) => i % 4);
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 3) stop.abort(new Error("enough"));
    }, 5);
    await expect(metrics.silhouette(many, four, { signal: stop.signal })).rejects.toThrow("enough");
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
    await expect(metrics.dunn(rows, labels, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });
});

describe("bad input", () => {
  const rows = [[1, 2], [3, 4], [5, 6]];
  test.each([
    ["too few labels", () => metrics.silhouetteSync(rows, [0, 1]), "bad-labels", "labels are 2; expected 3, one per row"],
    ["a label of another kind", () => metrics.daviesBouldin(rows, [0, "a", 1] as unknown as number[]), "bad-labels", 'row 1 is "a"; expected an integer'],
    ["half a label", () => metrics.daviesBouldin(rows, [0, 0.5, 1]), "bad-labels", "row 1 is 0.5; expected an integer"],
    ["one cluster", () => metrics.silhouetteSync(rows, [4, 4, 4]), "bad-labels", "the silhouette of 1 cluster of 3 rows is undefined; expected 2 to n - 1 clusters"],
    ["as many clusters as rows", () => metrics.calinskiHarabasz(rows, [0, 1, 2]), "bad-labels", "of 3 clusters of 3 rows is undefined"],
    ["no labels", () => metrics.rand([], []), "bad-labels", "the first labels are empty"],
    ["labels of different lengths", () => metrics.rand([1], [1, 2]), "bad-labels", "the second labels are 2; expected 1, one per row"],
    ["NaN", () => metrics.inertia([[1], [NaN]], [0, 0]), "not-finite", "row 1, column 0 is NaN"],
    ["a span beyond f64", () => metrics.inertia([[1e200], [-1e200]], [0, 0]), "out-of-range", "squared distances would overflow"],
    ["an unknown separation", () => metrics.dunnSync(rows, [0, 0, 1], { separation: "ward" as "single" }), "bad-option", 'separation is "ward"; expected one of "single"'],
    ["an unknown average", () => metrics.normalizedMutualInformation([1], [1], { average: "mean" as "min" }), "bad-option", 'average is "mean"; expected one of'],
    ["an unknown option", () => metrics.silhouetteSync(rows, [0, 0, 1], { smaple: 3 } as object), "unknown-option", 'did you mean "sample"?'],
    ["a sample of one", () => metrics.silhouetteSync(rows, [0, 0, 1], { sample: 1 }), "bad-option", "sample is 1; expected an integer from 2"],
    ["centroids of other columns", () => metrics.centroidIndex([[1]], [[1, 2]]), "bad-points", "the second centroids have 2 columns; expected 1"],
  ])("%s", (_, run, code, message) => {
    expect(run).toThrow(LloydError);
    expect(run).toThrow(message);
    expect(codeOf(run)).toBe(code);
  });
});
