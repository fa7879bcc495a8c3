import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createPool, kmeansSync, loadDataset, type Dataset, type DatasetOptions, type Pool } from "../ts/index.js";
import { chooseK, chooseKSteps, chooseKSync, type ChooseKOptions } from "../ts/select/index.js";
import { anyCase, bits, flat, rowsOf, source } from "./data.js";
import { TestWorker, type Mischief } from "./workers.js";

const rows = rowsOf("uniform", 4000, 6, 2);
/** Some tenths of a second, by two workers. */
const long: ChooseKOptions = { from: 2, to: 40, seed: 1, references: 2, resamples: 2 };

let pool: Pool;
beforeAll(async () => void (pool = await createPool({ workers: 3 })));
afterAll(() => pool.dispose());
afterEach(() => TestWorker.alive.forEach((worker) => worker.terminate()));

/** Sets of rows that the workers of a test hold. */
function held(): number {
  const orders = [...TestWorker.alive].flatMap(({ sent }) => sent.map((order) => order.do));
  return orders.filter((order) => order === "hold").length - orders.filter((order) => order === "drop").length;
}

describe("any number of workers chooses the same bits", () => {
  const anyChoice = fc.record({
    data: anyCase({ n: 60, d: 4, k: 5 }),
    narrow: fc.boolean(),
    more: fc.integer({ min: 0, max: 3 }),
    references: fc.integer({ min: 0, max: 2 }),
    resamples: fc.integer({ min: 0, max: 2 }),
    restarts: fc.integer({ min: 1, max: 2 }),
    init: fc.constantFrom("auto" as const, "random" as const, "k-means++" as const),
    box: fc.constantFrom("uniform" as const, "pca" as const),
  });

  function posed({ data: { kind, n, d, k, seed }, narrow, more, ...others }: typeof anyChoice extends fc.Arbitrary<infer T> ? T : never) {
    const numbers = flat(rowsOf(kind, n, d, seed));
    const points = { data: narrow ? Float32Array.from(numbers) : numbers, columns: d };
    return { points, options: { ...others, seed, from: Math.min(k, n), to: Math.min(n, k + more) } satisfies ChooseKOptions };
  }

  test("of the points, and of a loaded data set", async () => {
    await fc.assert(
      fc.asyncProperty(anyChoice, async (some) => {
        const { points, options } = posed(some);
        const expected = bits(chooseKSync(points, options));
        for (const workers of [0, 1, 2, 3]) {
          const where = { workers, ...(workers > 0 ? { pool } : {}) };
          expect(bits(await chooseK(points, { ...options, ...where })), `${workers} workers`).toBe(expected);
          using dataset = await loadDataset(points, where);
          expect(bits(await chooseK(dataset, options)), `loaded, ${workers} workers`).toBe(expected);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("where a pass is long enough to be shared, of 64 and of 32 bits", async () => {
    const { uniform } = source(4);
    const wide = Float64Array.from({ length: 60_000 * 32 }, uniform);
    const options: ChooseKOptions = { from: 18, to: 20, seed: 1, init: "random", maxIterations: 2, silhouetteSample: 20, references: 1, resamples: 1 };
    for (const data of [wide, Float32Array.from(wide)]) {
      const points = { data, columns: 32 };
      const expected = bits(chooseKSync(points, options));
      using dataset = await loadDataset(points, { pool, workers: 2 });
      for (const some of [points, dataset]) {
        const choice = await chooseK(some, { ...options, ...(some === points ? { pool, workers: 2 } : {}) });
        expect(bits(choice)).toBe(expected);
        expect(choice.model.executor!.workers).toBe(2);
      }
    }
  }, 60_000);

  test("while workers are killed, and replies come late, twice and in no order", async () => {
    const { below, uniform } = source(23);
    const mischief: Mischief = {
      endsAfter: (order) => order.do !== "ping" && uniform() < 0.03,
      hears: (report) => Array.from({ length: 1 + below(2) }, () => ({ report, after: below(3) })),
    };
    using unruly = await createPool({ workers: 3, createWorker: () => new TestWorker(mischief) });
    const before = TestWorker.started;
    const some = rowsOf("blobs", 300, 3, 6);
    const options: ChooseKOptions = { from: 1, to: 8, seed: 1, references: 2, resamples: 2 };
    expect(bits(await chooseK(some, { ...options, pool: unruly }))).toBe(bits(chooseKSync(some, options)));
    expect(TestWorker.started - before).toBeGreaterThan(5);
  });
});

describe("rows of the table", () => {
  test("come one by one, ascending, while the others are worked on", async () => {
    const seen: number[] = [];
    const steps = chooseKSteps(rows, { ...long, to: 15, pool });
    for (let turn = await steps.next(); !turn.done; turn = await steps.next()) seen.push(turn.value.k);
    expect(seen).toEqual(Array.from({ length: 14 }, (_, i) => i + 2));
  });

  test("hold fits that their seed repeats, wherever they were made", async () => {
    using dataset = await loadDataset(rows, { pool, workers: 2 });
    const { table } = await chooseK(dataset, { to: 5, seed: 3, references: 0, resamples: 0 });
    for (const { k, model } of table) expect(bits(model)).toBe(bits(kmeansSync(rows, { k, seed: model.seed })));
  });
});

describe("nothing is left behind", () => {
  const ways: [string, (some: Pool) => Promise<unknown>][] = [
    ["to the end", (some) => chooseK(rows, { ...long, to: 6, pool: some })],
    [
      "by leaving the loop",
      async (some) => {
        for await (const { k } of chooseKSteps(rows, { ...long, pool: some })) if (k === 3) return;
      },
    ],
    [
      "by a signal in the middle",
      async (some) => {
        const stop = new AbortController();
        const reason = new Error("enough");
        setTimeout(() => stop.abort(reason), 80);
        await expect(chooseK(rows, { ...long, to: 400, pool: some, signal: stop.signal })).rejects.toBe(reason);
      },
    ],
    [
      "by a signal while a row is looked at",
      async (some) => {
        const stop = new AbortController();
        const steps = chooseKSteps(rows, { ...long, to: 400, pool: some, signal: stop.signal });
        await steps.next();
        stop.abort(new Error("seen enough"));
        await new Promise((resolve) => setTimeout(resolve, 20));
        await expect(steps.next()).rejects.toThrow("seen enough");
      },
    ],
    [
      "by an error of the caller's",
      async (some) => {
        let calls = 0;
        const init = () => {
          if ((calls += 1) > 5) throw new Error("no more");
          return rows.slice(0, 2);
        };
        await expect(chooseK(rows, { ...long, from: 2, to: 2, init, pool: some, references: 20 })).rejects.toThrow("no more");
      },
    ],
  ];

  test.each(ways)("%s", async (_, run) => {
    using own = await createPool({ workers: 2, createWorker: () => new TestWorker() });
    await run(own);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(held()).toBe(0);
    const [first] = rows;
    expect((await chooseK([first, first, rows[1]], { seed: 1, pool: own })).table.length).toBe(2);
  });

  test("a pool that is disposed of ends a choice, and so does a data set", async () => {
    const own = await createPool({ workers: 2, createWorker: () => new TestWorker() });
    const ended = expect(chooseK(rows, { ...long, to: 400, pool: own })).rejects.toMatchObject({ code: "disposed" });
    setTimeout(() => own.dispose(), 50);
    await ended;
    const dataset = await loadDataset(rows, { pool, workers: 2 });
    const left = expect(chooseK(dataset, { ...long, to: 400 })).rejects.toMatchObject({ code: "disposed" });
    setTimeout(() => dataset.dispose(), 50);
    await left;
  });
});

describe("a loaded data set", () => {
  const points = () => ({ data: flat(rows), columns: 6 });
  test.each<[string, DatasetOptions, ChooseKOptions, (dataset: Dataset) => void, string, string]>([
    ["whose points were given away", { transfer: true }, {}, () => {}, "bad-points", "passed to loadDataset with transfer: true"],
    ["with weights", { weights: rows.map(() => 2) }, {}, () => {}, "bad-points", "loaded with weights, but chooseK's criteria count all rows alike"],
    ["that is to be elsewhere", {}, { workers: 2 }, () => {}, "bad-option", "a loaded data set is where it is"],
    ["that is gone", {}, {}, (dataset) => dataset.dispose(), "disposed", "has been disposed of"],
    ["of too few rows", {}, { to: 5000 }, () => {}, "bad-option", "to is 5000"],
  ])("%s is refused", async (_, loading, options, before, code, message) => {
    using dataset = await loadDataset(points(), { workers: 0, ...loading });
    before(dataset);
    await expect(chooseK(dataset, options)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("is refused where nothing can wait", async () => {
    using dataset = await loadDataset(points(), { workers: 0 });
    expect(() => chooseKSync(dataset as never)).toThrow("chooseKSync needs the points themselves");
  });

  test("has 32-bit numbers sent anew only to be judged where they are shared", async () => {
    using own = await createPool({ workers: 2, createWorker: () => new TestWorker() });
    using dataset = await loadDataset({ data: Float32Array.from(flat(rows)), columns: 6 }, { pool: own, workers: 2 });
    expect(held()).toBe(2);
    await chooseK(dataset, { from: 2, to: 2, seed: 1, references: 0, resamples: 0 });
    const sent = [...TestWorker.alive].flatMap((worker) => worker.sent.filter((order) => order.do === "hold"));
    expect(sent.length).toBe(4);
    expect(held()).toBe(2);
  });
});
