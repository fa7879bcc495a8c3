import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kmeansSync, LloydError } from "../ts/index.js";
import * as metrics from "../ts/metrics/index.js";
import { chooseK, chooseKSteps, chooseKSync, elbow, type Candidate, type ChooseKOptions } from "../ts/select/index.js";
import { gapOf, referencesFor } from "../ts/select/gap.js";
import { bootstrapWeights } from "../ts/select/stability.js";
import { anyCase, bits, rowsOf as made, source } from "./data.js";
import { found, metaOf, numbersOf, read, rowsOf } from "./sets.js";

if (!found) console.log("golden data is absent (../shared/data): parts of test/select.test.ts are skipped");

interface GapCase {
  readonly set: string;
  readonly reference: "box" | "pca";
  readonly n: number;
  readonly d: number;
  readonly B: number;
  readonly ref_file: string;
  readonly k: number[];
  readonly W: number[];
  readonly W_ref: number[][];
  readonly gap: number[];
  readonly s: number[];
  readonly chosen_k: number;
}
const gaps = (read("gap") as { cases: GapCase[] } | null)?.cases ?? [];

/** A quick choice: only what the test is about. */
const BARE: ChooseKOptions = { seed: 1, references: 0, resamples: 0 };

describe.skipIf(!found)("the gap statistic on the stored reference sets", () => {
  test.each(gaps.map((some) => [`${some.set}, ${some.reference}`, some] as const))("%s", (_, { set, n, d, B, ref_file, k, W, W_ref, gap, s, chosen_k }) => {
    const numbers = numbersOf(ref_file);
    const references = Array.from({ length: B }, (_, b) => ({ data: numbers.subarray(b * n * d, (b + 1) * n * d), columns: d }));
    const rows = set === "lcg_uniform_200x2" ? lcgUniform() : rowsOf(set);
    const { table, votes } = chooseKSync(rows, { from: 1, to: k.length, seed: 1, restarts: 40, tolerance: 0, references, resamples: 0 });
    table.forEach((row, i) => {
      const stored = gapOf(W[i], W_ref.map((inertias) => inertias[i]))!;
      expect(Math.abs(stored.gap - gap[i]), `gap of k = ${k[i]} by the stored inertias`).toBeLessThan(1e-9 * Math.abs(gap[i]));
      expect(Math.abs(stored.error - s[i]), `s of k = ${k[i]} by the stored inertias`).toBeLessThan(1e-9 * s[i]);
      // The stored inertias are the best of a long search, which fits of ours may miss by a little, upwards.
      expect(row.inertia / W[i], `W of k = ${k[i]}`).toBeGreaterThan(1 - 1e-9);
      expect(row.inertia / W[i], `W of k = ${k[i]}`).toBeLessThan(1.01);
      expect(Math.abs(row.gap! - gap[i]), `gap of k = ${k[i]}`).toBeLessThan(0.01);
      expect(Math.abs(row.gapError! - s[i]), `s of k = ${k[i]}`).toBeLessThan(0.01);
    });
    // Where no k is chosen, the golden file names the last.
    const vote = votes.find(({ criterion }) => criterion === "gap")!.k;
    expect(vote ?? k.at(-1)).toBe(chosen_k);
  });
});

describe.skipIf(!found)("the true number of clusters", () => {
  /** To which k, and who finds it; others may. */
  test.each([
    ["s1", 25, ["elbow", "silhouette", "calinskiHarabasz", "daviesBouldin", "dunn", "bic"]],
    ["s2", 25, ["elbow", "silhouette", "calinskiHarabasz", "daviesBouldin", "bic"]],
    ["s4", 25, ["silhouette", "calinskiHarabasz", "daviesBouldin"]],
    ["a1", 30, ["elbow", "silhouette", "calinskiHarabasz", "daviesBouldin", "dunn", "bic"]],
    ["a3", 60, ["elbow", "silhouette", "calinskiHarabasz", "daviesBouldin", "bic"]],
    ["unbalance", 15, ["elbow", "calinskiHarabasz", "bic"]],
    ["d31", 40, ["elbow", "silhouette", "calinskiHarabasz", "daviesBouldin", "bic"]],
    ["r15", 25, ["elbow", "silhouette", "calinskiHarabasz", "daviesBouldin", "bic"]],
  ])("of %s, 2 to %d", (set, to, criteria) => {
    const { table, votes, k } = chooseKSync(rowsOf(set), { ...BARE, to });
    const finding = votes.filter((vote) => vote.k === metaOf(set).k).map(({ criterion }) => criterion);
    expect(finding).toEqual(expect.arrayContaining(criteria));
    expect(k).toBe(metaOf(set).k);
    expect(table.map((row) => row.k)).toEqual(Array.from({ length: to - 1 }, (_, i) => i + 2));
  });
});

/** 200 uniform rows from a 32-bit congruential generator: the golden file's own data without clusters. */
function lcgUniform(): number[][] {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: 200 }, () => [next(), next()]);
}

describe("the table", () => {
  const rows = made("blobs", 400, 3, 6);
  const choice = chooseKSync(rows, { from: 1, to: 8, seed: 7, references: 4, resamples: 3 });

  test("says of each model what lloyd/metrics says", () => {
    for (const { k, model, ...row } of choice.table) {
      expect(model.k).toBe(k);
      expect(row.inertia).toBe(model.inertia);
      expect(row.distortion).toBe(model.distortion);
      expect(row.explainedVariance).toBe(metrics.explainedVariance(rows, model));
      expect(row.bic).toBe(metrics.bic(rows, model));
      expect(row.aic).toBe(metrics.aic(rows, model));
      if (k === 1) {
        expect(row).toMatchObject({ silhouette: null, dunn: null, daviesBouldin: null, calinskiHarabasz: null, stability: null });
        continue;
      }
      expect(row.silhouette).toBe(metrics.silhouetteSync(rows, model).mean);
      expect(row.dunn).toBe(metrics.dunnSync(rows, model));
      expect(row.daviesBouldin).toBe(metrics.daviesBouldin(rows, model));
      expect(row.calinskiHarabasz).toBe(metrics.calinskiHarabasz(rows, model));
      expect(row.stability).toBeGreaterThan(0);
      expect(row.stability).toBeLessThanOrEqual(1);
    }
  });

  test("holds fits that their own seed repeats", () => {
    for (const { k, model } of choice.table) expect(bits(kmeansSync(rows, { k, seed: model.seed }))).toBe(bits(model));
    expect(new Set(choice.table.map(({ model }) => model.seed)).size).toBe(8);
  });

  test("comes with the recommended model and the votes for it", () => {
    expect(choice.k).toBe(5);
    expect(choice.model).toBe(choice.table[4].model);
    expect(choice.votes.map(({ criterion }) => criterion)).toEqual(["elbow", "silhouette", "gap", "calinskiHarabasz", "daviesBouldin", "dunn", "bic", "stability"]);
    for (const { why } of choice.votes) expect(why).toMatch(/\d/);
  });

  test("is the same at once, later and row by row", async () => {
    const options = { from: 1, to: 8, seed: 7, references: 4, resamples: 3 };
    expect(bits(await chooseK(rows, options))).toBe(bits(choice));
    const seen: Candidate[] = [];
    const steps = chooseKSteps(rows, options);
    for (;;) {
      const turn = await steps.next();
      if (turn.done) {
        expect(bits(turn.value)).toBe(bits(choice));
        break;
      }
      seen.push(turn.value);
    }
    expect(bits(seen)).toBe(bits(choice.table));
    expect(bits(chooseKSync(rows, { ...options, seed: 8 }))).not.toBe(bits(choice));
  });

  test("repeats with the seed that is reported", () => {
    const first = chooseKSync(rows, { to: 4, references: 2, resamples: 2 });
    expect(bits(chooseKSync(rows, { to: 4, references: 2, resamples: 2, seed: first.seed }))).toBe(bits(first));
  });

  test("holds on any rows, with nothing but numbers and nulls in it", () => {
    fc.assert(
      fc.property(anyCase({ n: 40, d: 4, k: 6 }), ({ kind, n, d, seed }) => {
        const { table, k } = chooseKSync(made(kind, n, d, seed), { from: 1, seed, references: 2, resamples: 2 });
        expect(table.map((row) => row.k)).toContain(k);
        for (const { model, ...row } of table) for (const [name, value] of Object.entries(row)) expect(value === null || Number.isFinite(value), `${name}: ${value}`).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("ends when told", () => {
  const rows = made("uniform", 4000, 6, 2);

  test("by a signal, in the middle", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 60);
    await expect(chooseK(rows, { to: 40, signal: stop.signal })).rejects.toThrow("enough");
  });

  test("by leaving the loop", async () => {
    const seen: number[] = [];
    for await (const { k } of chooseKSteps(rows, { ...BARE, to: 40 })) {
      seen.push(k);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([2, 3]);
  });
});

describe("the elbow", () => {
  const ks = Array.from({ length: 12 }, (_, i) => i + 1);

  test("is where a curve bends, with the strength of the bend", () => {
    const bent = ks.map((k) => (k <= 5 ? 1000 * k ** -2 : 40 * (k / 5) ** -0.2));
    expect(elbow(ks, bent)).toMatchObject({ k: 5, candidate: 5 });
    expect(elbow(ks, bent).strength).toBeCloseTo(0.9, 10);
  });

  test("is not there where inertia falls by a power of k", () => {
    for (const power of [0.2, 1, 2]) expect(elbow(ks, ks.map((k) => 7 * k ** -power))).toMatchObject({ k: null });
  });

  test("is named but not chosen where it is weak", () => {
    const weak = ks.map((k) => (k <= 5 ? 100 * k ** -1 : 20 * (k / 5) ** -0.55));
    expect(elbow(ks, weak)).toMatchObject({ k: null, candidate: 5 });
  });

  test("needs a curve", () => {
    for (const inertias of [[3, 2], [1, 1, 1, 1], [5, 0, 0, 0]]) expect(elbow(ks.slice(0, inertias.length), inertias).k).toBeNull();
  });
});

describe("what is drawn", () => {
  const rows = { data: Float64Array.from({ length: 600 }, (_, at) => (at % 3 === 2 ? 5 : source(at).normal() * (1 + (at % 3)) + (at % 3 === 1 ? 2 : 0))), count: 200, columns: 3 };

  test("reference rows fill the box of the rows, the same for the same seed", () => {
    for (const box of ["uniform", "pca"] as const) {
      const draw = referencesFor(rows, box);
      expect(draw(3)).toEqual(draw(3));
      expect(draw(3)).not.toEqual(draw(4));
    }
    const { data } = referencesFor(rows, "uniform")(3);
    for (let j = 0; j < 3; j++) {
      const [own, drawn] = [rows.data, data].map((some) => Array.from(some).filter((_, at) => at % 3 === j));
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(Math.min(...own));
      expect(Math.max(...drawn)).toBeLessThanOrEqual(Math.max(...own));
      const width = Math.max(...own) - Math.min(...own);
      if (width > 0) expect((Math.max(...drawn) - Math.min(...drawn)) / width).toBeGreaterThan(0.9);
    }
  });

  test("along the principal axes they keep the rows' slant", () => {
    const { normal } = source(5);
    const slanted = Float64Array.from({ length: 1000 }, () => 0);
    for (let i = 0; i < 500; i++) {
      const along = normal();
      slanted.set([along + 0.01 * normal(), along + 0.01 * normal()], 2 * i);
    }
    const { data } = referencesFor({ data: slanted, count: 500, columns: 2 }, "pca")(1);
    for (let i = 0; i < 500; i++) expect(Math.abs(data[2 * i] - data[2 * i + 1])).toBeLessThan(0.1);
  });

  test("a bootstrap sample draws n of n rows", () => {
    const weights = bootstrapWeights(1000, 5, 1);
    expect(weights.reduce((a, b) => a + b, 0)).toBe(1000);
    const missed = weights.filter((weight) => weight === 0).length;
    expect(missed).toBeGreaterThan(320);
    expect(missed).toBeLessThan(420);
  });
});

describe("bad input", () => {
  const rows = [[1, 2], [3, 4], [5, 6]];
  test.each([
    ["from above to", { from: 3, to: 2 }, "bad-option", "to is 2; expected an integer from 3 to 3"],
    ["more clusters than rows", { to: 9 }, "bad-option", "to is 9; expected an integer from 2 to 3"],
    ["a typing error", { fron: 2 }, "unknown-option", 'did you mean "from"?'],
    ["one k", { k: 2 }, "unknown-option", "unknown option"],
    ["given centroids", { init: [[1, 2]] }, "bad-init", "they would fit one k only"],
    ["an unknown box", { box: "ball" }, "bad-option", 'box is "ball"; expected one of "uniform", "pca"'],
    ["an unknown diameter", { dunn: { diameter: "mean" } }, "bad-option", "dunn.diameter is"],
    ["references of another shape", { references: [[[1]]] }, "bad-option", "references[0] is 1 rows of 1; expected 3 of 2"],
    ["an option of a fit", { tolerance: -1 }, "bad-option", "tolerance is -1"],
  ])("%s", async (_, options, code, message) => {
    const run = () => chooseKSync(rows, options as ChooseKOptions);
    expect(run).toThrow(LloydError);
    expect(run).toThrow(message);
    await expect(chooseK(rows, options as ChooseKOptions)).rejects.toMatchObject({ code });
  });

  test("a NaN names its row", () => expect(() => chooseKSync([[1], [NaN], [2]])).toThrow("row 1, column 0 is NaN"));
});
