import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { kmeansSync, LloydError, type KMeansModel } from "../ts/index.js";
import { certify } from "./certificate.js";
import { found, metaOf, read, rowsOf } from "./sets.js";

if (!found) console.log("golden data is absent (../shared/data): test/golden.test.ts is skipped");

interface Run {
  readonly set: string;
  readonly k: number;
  readonly init_rows: number[];
  readonly init_kind?: string;
  readonly n_iter: number;
  readonly inertia: number;
  readonly inertia_exact: number;
  readonly labels_sha256: string;
  readonly labels_u8_b64?: string;
  readonly sizes: number[];
  readonly centers?: number[][];
  readonly clean?: boolean;
  readonly min_margin?: number;
  readonly weights?: string;
}

interface HardCase {
  readonly name: string;
  readonly k: number;
  readonly max_iter: number;
  readonly tol: number;
  readonly dtype: "float32" | "float64";
  readonly X?: unknown;
  readonly init?: unknown;
  readonly weights?: unknown;
  readonly raises?: string;
  readonly labels?: number[];
  readonly inertia_exact_of_labels?: number;
}

interface Best {
  readonly set: string;
  readonly results: { readonly k: number; readonly sse: number }[];
}

const golden = read("kmeans") as { runs: Run[]; weighted: Run[]; float32: Run[]; empty_cluster_runs: Run[] } | null;
const runs = golden?.runs ?? [];

describe.skipIf(!found)("scikit-learn's fits from the same rows, tolerance 0", () => {
  const clean = runs.filter((run) => run.clean);

  test.each(clean.map((run) => [titleOf(run), run] as const))("%s: the same labels, iterations, inertia and centroids", (_, run) => {
    const { rows, model } = fitted(run);
    expect(model.iterations).toBe(run.n_iter);
    sameLabels(model, run);
    expect(model.stopped).toBe("stable");
    expect(Math.abs(model.inertia / run.inertia_exact - 1)).toBeLessThan(1e-9);
    sameCentroids(rows, model, run);
  });

  const tied = runs.filter((run) => !run.clean && sizeOf(run.set) < 2e6);
  test.each(tied.map((run) => [titleOf(run), run] as const))("%s: ties decide which, but it is a fixpoint", (_, run) => {
    const { rows, model } = fitted(run);
    expect(model.stopped).toBe("stable");
    certify(rows, model);
  });
});

describe.skipIf(!found)("scikit-learn's weighted fits", () => {
  test.each((golden?.weighted ?? []).map((run) => [titleOf(run), run] as const))("%s", (_, run) => {
    const n = rowsOf(run.set).length;
    const byRow = run.weights!.startsWith("0.5") ? (i: number) => 0.5 + ((i * 7919) % 10) / 2 : (i: number) => (i % 3 === 0 ? 0 : 1 + (i % 5));
    const weights = Array.from({ length: n }, (_, i) => byRow(i));
    const { rows, model } = fitted(run, weights);
    certify(rows, model, { weights });
    if (!run.clean) return;
    expect(model.iterations).toBe(run.n_iter);
    sameLabels(model, run);
    expect(Math.abs(model.inertia / run.inertia_exact - 1)).toBeLessThan(1e-9);
    sameCentroids(rows, model, run);
  });
});

describe.skipIf(!found)("scikit-learn's fits in 32 bits", () => {
  test.each((golden?.float32 ?? []).map((run) => [titleOf(run), run] as const))("%s: the same labels", (_, run) => {
    const rows = rowsOf(run.set);
    const points = { data: Float32Array.from(rows.flat()), columns: rows[0].length };
    const model = kmeansSync(points, { k: run.k, init: run.init_rows.map((i) => rows[i]), tolerance: 0 });
    sameLabels(model, run);
    expect(Math.abs(model.inertia / run.inertia_exact - 1)).toBeLessThan(1e-6);
  });
});

describe.skipIf(!found)("starts from which Lloyd's iterations empty a cluster", () => {
  test.each((golden?.empty_cluster_runs ?? []).map((run) => [titleOf(run), run] as const))("%s: repaired, and as good", (_, run) => {
    const { rows, model } = fitted(run);
    certify(rows, model);
    expect(Math.min(...model.sizes)).toBeGreaterThan(0);
    expect(model.inertia / run.inertia_exact).toBeLessThan(1.1);
  });
});

describe.skipIf(!found)("hard cases", () => {
  /** Where lloyd refuses, and with which code. Everything else is fitted and certified. */
  const REFUSED: [RegExp, string][] = [
    [/^n < k|^k = 0|^k = -1/, "bad-k"],
    [/in X$|^float32 overflow/, "not-finite"],
    [/in init$|^init (of|with)/, "bad-init"],
    [/^empty X|^zero columns|^1-D/, "bad-points"],
    [/^magnitude 1e(150|200|-170)/, "out-of-range"],
    [/^3-D/, "not-a-number"],
    [/^max_iter = 0|^tol negative/, "bad-option"],
    [/^weights: (all zero|one negative|NaN|wrong length|ratio)/, "bad-weights"],
  ];
  const cases = (read("hard_cases") as { cases: HardCase[] } | null)?.cases ?? [];

  test.each(cases.map((some) => [some.name, some] as const))("%s", (name, { k, max_iter, tol, dtype, X, init, weights, labels, inertia_exact_of_labels }) => {
    const rows = (X === undefined ? rowsOf("iris") : numbers(X)) as number[][];
    const points = dtype === "float32" ? rows.map((row) => Float32Array.from(row)) : rows;
    const fit = () => kmeansSync(points as number[][], { k, maxIterations: max_iter, tolerance: tol, seed: 0, init: numbers(init) as number[][], weights: numbers(weights) as number[] });
    const refusal = REFUSED.find(([names]) => names.test(name))?.[1];
    if (refusal) {
      expect(fit).toThrow(LloydError);
      expect(codeOf(fit)).toBe(refusal);
      return;
    }
    const model = fit();
    certify(rows, model, { weights: numbers(weights) as number[], narrow: dtype === "float32" });
    // Where a start was given and no rule for ties and empty clusters decides, labels are scikit-learn's.
    if (init !== undefined && /^(offset|constant|iris k=3|Fortran|wildly|weights: (one zero|integer|scaled)|tie: (point|same|square)|k =|n = 2|cluster that)/.test(name)) {
      expect(Array.from(model.labels)).toEqual(labels);
      if (model.stopped === "stable") expect(Math.abs(model.inertia - inertia_exact_of_labels!)).toBeLessThanOrEqual(1e-6 * inertia_exact_of_labels!);
    }
  });
});

describe.skipIf(!found)("the default start with 20 restarts comes near the best known", () => {
  const sets = (read("best_known") as { small: Best[] } | null)?.small ?? [];
  test.each(sets.map(({ set, results }) => [set, results] as const))("%s", (set, results) => {
    const rows = rowsOf(set);
    for (const { k, sse } of results) {
      const { inertia } = kmeansSync(rows, { k, seed: 1, restarts: 20, tolerance: 0 });
      expect(inertia / sse, `k = ${k}`).toBeGreaterThan(1 - 1e-9);
      expect(inertia / sse, `k = ${k}`).toBeLessThan(1.05);
    }
  });
});

function fitted(run: Run, weights?: number[]): { rows: number[][]; model: KMeansModel } {
  const rows = rowsOf(run.set);
  const init = run.init_rows.map((i) => rows[i]);
  return { rows, model: kmeansSync(rows, { k: run.k, init, tolerance: 0, weights }) };
}

function sameLabels({ labels }: KMeansModel, run: Run): void {
  if (run.labels_u8_b64) expect(Buffer.from(labels).equals(Buffer.from(run.labels_u8_b64, "base64")), "labels").toBe(true);
  expect(createHash("sha256").update(labels).digest("hex"), "hash of the labels").toBe(run.labels_sha256);
}

function sameCentroids(rows: number[][], { centroids }: KMeansModel, { centers }: Run): void {
  const spread = Math.max(...rows[0].map((_, j) => range(rows.map((row) => row[j]))));
  centers?.forEach((c, j) => c.forEach((v, column) => expect(Math.abs(v - centroids[j][column])).toBeLessThanOrEqual(1e-9 * spread)));
}

function range(values: number[]): number {
  return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return (error as LloydError).code;
  }
}

function titleOf({ set, k, init_kind, init_rows, weights }: Run): string {
  return `${set}, k = ${k}, ${init_kind ?? "rows"} ${init_rows[0]}…${weights ? `, weights ${weights}` : ""}`;
}

/** "NaN" and "Inf" are written as strings. */
function numbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(numbers);
  return typeof value === "string" ? Number(value.replace("Inf", "Infinity")) : value;
}

function sizeOf(set: string): number {
  const { n, d } = metaOf(set);
  return n * d;
}
