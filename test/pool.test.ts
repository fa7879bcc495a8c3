import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ALGORITHMS } from "../ts/algorithm.js";
import { createPool, kmeans, kmeansSync, kmeansSteps, loadDataset, LloydError, type KMeansOptions, type Phase, type Pool, type Step } from "../ts/index.js";
import { anyCase, bits, flat, rowsOf, someOf, source, weightsOf } from "./data.js";
import { TestWorker, type Mischief } from "./workers.js";

const WORKERS = [0, 1, 2, 3, 4, 7];
const INITS = ["auto", "k-means++", "k-means||", "random", "random-partition", "farthest", "given"] as const;

const anyProblem = fc.record({
  data: anyCase({ n: 400, d: 8, k: 12 }),
  init: fc.constantFrom(...INITS),
  algorithm: fc.constantFrom(...ALGORITHMS),
  weighted: fc.boolean(),
  narrow: fc.boolean(),
  restarts: fc.integer({ min: 1, max: 3 }),
  tolerance: fc.constantFrom(0, 1e-4, 0.1),
});
type AnyProblem = typeof anyProblem extends fc.Arbitrary<infer T> ? T : never;

const rows = rowsOf("blobs", 3000, 4, 5);
const options = { k: 9, seed: 1, init: "random", tolerance: 0 } as const;
const alone = bits(kmeansSync(rows, options));
/** Long enough to be interrupted. */
const long = { data: Float32Array.from({ length: 150_000 * 16 }, source(1).uniform), columns: 16 };
const longer = { k: 64, seed: 1, init: "random", maxIterations: 1e6, tolerance: 0 } as const;

let pool: Pool;
beforeAll(async () => void (pool = await createPool({ workers: 7 })));
afterAll(() => pool.dispose());
afterEach(() => TestWorker.alive.forEach((worker) => worker.terminate()));

describe("any number of workers gives the same bits", () => {
  test("of a fit", async () => {
    await fc.assert(
      fc.asyncProperty(anyProblem, async (some) => {
        const { points, options } = posed(some);
        const expected = bits(kmeansSync(points, options));
        for (const workers of WORKERS) {
          const model = await kmeans(points, { ...options, workers, ...(workers > 0 ? { pool } : {}) });
          expect(bits(model), `${workers} workers`).toBe(expected);
          expect(model.executor!.workers).toBe(Math.min(workers, model.labels.length));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("of a fit whose workers are killed in the middle of any question, and whose replies come late, twice and in no order", async () => {
    const { below, uniform } = source(17);
    let rate = 0;
    const mischief: Mischief = {
      endsAfter: (order) => order.do !== "ping" && uniform() < rate,
      hears: (report) => Array.from({ length: 1 + below(2) }, () => ({ report, after: below(3) })),
    };
    using unruly = await createPool({ workers: 4, createWorker: () => new TestWorker(mischief) });
    rate = 0.02;
    const before = TestWorker.started;
    await fc.assert(
      fc.asyncProperty(anyProblem, fc.integer({ min: 1, max: 4 }), async (some, workers) => {
        const { points, options } = posed(some);
        expect(bits(await kmeans(points, { ...options, pool: unruly, workers }))).toBe(bits(kmeansSync(points, options)));
      }),
      { numRuns: 40 },
    );
    expect(TestWorker.started - before).toBeGreaterThan(20);
  });

  test("of a pool whose workers are killed a hundred times", async () => {
    const { below } = source(3);
    using mortal = await createPool({ workers: 4, createWorker: () => new TestWorker() });
    const expected = bits(kmeansSync(long, { ...options, k: 16, maxIterations: 6 }));
    let kills = 0;
    const killing = setInterval(() => {
      // Each may answer something first, or none gets anywhere where starting takes longer than living.
      const alive = [...TestWorker.alive].filter(({ heard }) => heard > 3);
      if (alive.length === 0) return;
      alive[below(alive.length)].kill();
      kills += 1;
    }, 25);
    try {
      while (kills < 100) expect(bits(await kmeans(long, { ...options, k: 16, maxIterations: 6, pool: mortal, workers: 4 }))).toBe(expected);
    } finally {
      clearInterval(killing);
    }
  });

  test("of restarts side by side", async () => {
    const many = { ...options, restarts: 9 };
    const expected = bits(kmeansSync(rows, many));
    for (const workers of ["auto", 2, 7, 4] as const) {
      using own = await createPool({ workers: 7, createWorker: () => new TestWorker() });
      const model = await kmeans(rows, { ...many, pool: own, workers });
      expect(model.executor!.workers).toBe(workers === "auto" ? 7 : workers);
      expect(bits(model)).toBe(expected);
      const held = [...TestWorker.alive].flatMap(({ sent }) => sent.filter((order) => order.do === "hold").map(({ slice }) => slice.count));
      expect(held, "all rows in each").toEqual(held.map(() => rows.length));
      TestWorker.alive.forEach((worker) => worker.terminate());
    }
  });

  test("of points in shared memory", async () => {
    if (typeof SharedArrayBuffer !== "function") return;
    const data = new Float64Array(new SharedArrayBuffer(8 * 12_000));
    data.set(flat(rows));
    const model = await kmeans({ data, columns: 4 }, { ...options, pool, workers: 3 });
    expect(bits(model)).toBe(alone);
    expect(data[5]).toBe(rows[1][1]);
  });

  test("of steps", async () => {
    const steps: Step[] = [];
    for await (const step of kmeansSteps(rows, { ...options, pool, workers: 3 })) steps.push(step);
    const expected: Step[] = [];
    kmeansSync(rows, { ...options, onStep: (step) => expected.push(step) });
    expect(bits(steps)).toBe(bits(expected));
  });
});

describe("many fits at once", () => {
  test("each ends with its own bits", async () => {
    const seeds = Array.from({ length: 30 }, (_, seed) => seed);
    const models = await Promise.all(seeds.map((seed) => kmeans(rows, { ...options, seed, pool, workers: 1 + (seed % 3) })));
    models.forEach((model, seed) => expect(bits(model), `seed ${seed}`).toBe(bits(kmeansSync(rows, { ...options, seed }))));
  });

  test("begin in the order they came, and a short one need not wait for the end of a long one", async () => {
    using small = await createPool({ workers: 2 });
    const ends: string[] = [];
    const stop = new AbortController();
    const endless = kmeans(long, { ...longer, pool: small, signal: stop.signal }).catch(() => ends.push("long"));
    const others = [1, 2, 3].map((seed) => kmeans(rows, { ...options, seed, pool: small }).then(() => ends.push(`short ${seed}`)));
    await Promise.all(others);
    expect(ends).toEqual(["short 1", "short 2", "short 3"]);
    stop.abort();
    await endless;
  });

  test("that begin together share the workers, each the one that has least to do", async () => {
    using small = await createPool({ workers: 4 });
    const sets = await Promise.all([1, 1, 2].map((workers) => loadDataset(rows, { pool: small, workers })));
    expect(sets.map(({ executor }) => executor.slots)).toEqual([[0], [1], [2, 3]]);
    sets[1].dispose();
    using next = await loadDataset(rows, { pool: small, workers: 1 });
    expect(next.executor.slots).toEqual([1]);
    sets.forEach((set) => set.dispose());
  });

  test("one that is aborted while it waits leaves the queue", async () => {
    using small = await createPool({ workers: 1 });
    const stop = new AbortController();
    const first = kmeans(long, { ...longer, pool: small, signal: stop.signal });
    const waiting = kmeans(rows, { ...options, pool: small, signal: AbortSignal.timeout(20) });
    await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
    stop.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    expect(bits(await kmeans(rows, { ...options, pool: small }))).toBe(alone);
  });
});

test("a time limit ends the wait for a turn, too", async () => {
  using small = await createPool({ workers: 1 });
  const stop = new AbortController();
  const first = kmeans(long, { ...longer, pool: small, signal: stop.signal });
  await expect(kmeans(rows, { ...options, pool: small, timeLimit: 20 })).rejects.toMatchObject({ code: "time-limit" });
  stop.abort();
  await expect(first).rejects.toMatchObject({ name: "AbortError" });
  expect(bits(await kmeans(rows, { ...options, pool: small }))).toBe(alone);
});

describe("a worker that fails never leaves a promise pending", () => {
  test.each([
    ["throws as it starts", "throw new Error('mine')"],
    ["does not parse", "((("],
    ["never says anything", ""],
    ["cannot even be made", null],
  ])("where the app's worker %s, the next way is taken", async (_, script) => {
    const createWorker = script === null ? () => { throw new Error("no"); } : () => new TestWorker({ script });
    using other = await createPool({ workers: 2, patience: 2000, createWorker });
    const model = await kmeans(rows, { ...options, pool: other });
    expect(bits(model)).toBe(alone);
    expect(model.executor!.started).toBe("inlined");
  });

  test("silence in the middle of a question is noticed, and the question asked again", async () => {
    let replies = 0;
    const hangs: Mischief = {
      hears(report) {
        if (report.say === "reply") replies += 1;
        return replies > 5 ? [] : [{ report, after: 0 }];
      },
    };
    const kinds = [hangs, {}];
    using other = await createPool({ workers: 1, patience: 2000, createWorker: () => new TestWorker(kinds.shift()) });
    expect(bits(await kmeans(rows, { ...options, pool: other }))).toBe(alone);
    expect([replies, kinds.length]).toEqual([6, 0]);
  });

  test("one that fails every time ends the fit with the cause", async () => {
    using other = await createPool({ workers: 2, createWorker: () => new TestWorker({ endsAfter: (order) => order.do === "ask" && order.question.ask === "assign" }) });
    const error = await kmeans(rows, { ...options, pool: other, workers: 2 }).catch((error: unknown) => error as LloydError);
    expect(error).toBeInstanceOf(LloydError);
    expect(error).toMatchObject({ code: "worker-failed", message: expect.stringContaining('"assign"'), cause: { message: "killed" } });
  });

  test("one whose WebAssembly traps is replaced", async () => {
    let trapped = 0;
    const hears: Mischief["hears"] = (report) =>
      report.say === "reply" && ++trapped === 4 ? [{ report: { say: "failed", id: report.id, error: { name: "LloydError", message: "unreachable", code: "wasm-trapped" } }, after: 0 }] : [{ report, after: 0 }];
    using other = await createPool({ workers: 2, createWorker: () => new TestWorker({ hears }) });
    const before = TestWorker.started;
    expect(bits(await kmeans(rows, { ...options, pool: other, workers: 2 }))).toBe(alone);
    expect(TestWorker.started - before).toBeGreaterThan(0);
  });

  test("one without memory is an error that says so, and the pool goes on", async () => {
    let failing = true;
    const hears: Mischief["hears"] = (report) =>
      failing && report.say === "reply" ? [{ report: { say: "failed", id: report.id, error: { name: "LloydError", message: "could not allocate", code: "out-of-memory" } }, after: 0 }] : [{ report, after: 0 }];
    using other = await createPool({ workers: 2, createWorker: () => new TestWorker({ hears }) });
    await expect(kmeans(rows, { ...options, pool: other, workers: 2 })).rejects.toMatchObject({ code: "out-of-memory" });
    failing = false;
    expect(bits(await kmeans(rows, { ...options, pool: other, workers: 2 }))).toBe(alone);
  });

  test("points that were written to meanwhile are noticed when they are sent again", async () => {
    const data = flat(rows);
    using other = await createPool({ workers: 2, createWorker: () => new TestWorker() });
    const fit = kmeansSteps({ data, columns: 4 }, { ...options, pool: other, workers: 2 });
    await fit.next();
    data[7] += 1;
    TestWorker.alive.forEach((worker) => worker.kill());
    await expect(fit.next()).rejects.toMatchObject({ code: "points-changed", message: expect.stringContaining("rows 0 to 1499") });
  });

  test("errors in the points are those of one thread", async () => {
    const bad = rows.map((row, i) => (i === 2500 || i === 2700 ? [1, NaN, 1, 1] : row));
    await expect(kmeans(bad, { ...options, pool, workers: 4 })).rejects.toMatchObject({ code: "not-finite", message: expect.stringContaining("row 2500, column 1") });
  });
});

describe("transfer", () => {
  test("detaches the caller's buffer, whoever does the work, and gives the same bits", async () => {
    for (const workers of WORKERS) {
      const data = flat(rows);
      const model = await kmeans({ data, columns: 4 }, { ...options, workers, transfer: true });
      expect(data.length, `${workers} workers`).toBe(0);
      expect(bits(model)).toBe(alone);
    }
  });

  test("leaves nothing to replace a lost worker's rows with", async () => {
    using other = await createPool({ workers: 2, createWorker: () => new TestWorker() });
    const fit = kmeansSteps({ data: flat(rows), columns: 4 }, { ...options, pool: other, workers: 2, transfer: true });
    await fit.next();
    [...TestWorker.alive][0].kill();
    await expect(fit.next()).rejects.toMatchObject({ code: "worker-failed", message: expect.stringContaining("transfer: true") });
  });
});

describe("a disposed pool", () => {
  test("rejects what it was asked, and every later use; disposing of it again does nothing", async () => {
    const other = await createPool({ workers: 2 });
    const fits = [kmeans(long, { ...longer, pool: other }), kmeans(rows, { ...options, pool: other }), kmeans(rows, { ...options, pool: other }), kmeans(rows, { ...options, pool: other })];
    const ends = Promise.allSettled(fits);
    await new Promise((resolve) => setTimeout(resolve, 30));
    other.dispose();
    other.dispose();
    const [first] = await ends;
    expect(first).toMatchObject({ status: "rejected", reason: { code: "disposed" } });
    await expect(kmeans(rows, { ...options, pool: other })).rejects.toMatchObject({ code: "disposed", message: expect.stringContaining("createPool") });
    await expect(loadDataset(rows, { pool: other })).rejects.toMatchObject({ code: "disposed" });
  });

  test("at the end of `using` is disposed of", async () => {
    let kept: Pool;
    {
      using inner = await createPool({ workers: 1 });
      kept = inner;
    }
    expect(kept.disposed).toBe(true);
  });
});

describe("an abort", () => {
  const reason = { why: "mine" };

  test("at any time is obeyed, and the pool is of use at once", async () => {
    using other = await createPool({ workers: 3 });
    for (const after of [0, 1, 5, 20, 60, 150]) {
      const stop = new AbortController();
      const fit = kmeans(long, { ...longer, init: "k-means++", pool: other, signal: stop.signal });
      setTimeout(() => stop.abort(reason), after);
      await expect(fit).rejects.toBe(reason);
      expect(bits(await kmeans(rows, { ...options, pool: other }))).toBe(alone);
    }
  });

  test("by leaving the steps stops the work", async () => {
    const phases: Phase[] = [];
    for await (const step of kmeansSteps(long, { ...longer, pool, onPhase: (phase) => phases.push(phase) })) if (step.iteration === 2) break;
    expect(phases.map(({ phase }) => phase)).not.toContain("finishing");
    expect(bits(await kmeans(rows, { ...options, pool }))).toBe(alone);
  });
});

describe("a loaded data set", () => {
  test("is sent once, fits as its points do, and predicts", async () => {
    const weights = weightsOf(rows.length, 2);
    using other = await createPool({ workers: 3, createWorker: () => new TestWorker() });
    using dataset = await loadDataset(rows, { pool: other, workers: 3, weights });
    expect([dataset.count, dataset.columns]).toEqual([3000, 4]);
    for (const k of [2, 5, 11]) {
      const model = await kmeans(dataset, { k, seed: 4, init: "k-means++", restarts: 2 });
      expect(bits(model)).toBe(bits(kmeansSync(rows, { k, seed: 4, init: "k-means++", restarts: 2, weights })));
      expect(model.executor!.workers).toBe(3);
      expect(bits(await dataset.predict(model))).toBe(bits(model.labels));
    }
    const foreign = kmeansSync(rowsOf("uniform", 50, 4, 9), { k: 3, seed: 1 });
    expect(bits(await dataset.predict(foreign))).toBe(bits(foreign.predict(rows)));
    const held = [...TestWorker.alive].flatMap(({ sent }) => sent.filter((order) => order.do === "hold").map(({ holding }) => holding));
    expect(new Set(held).size, "the foreign model's rows are loaded anew").toBe(2);
  });

  test("on this thread does the same", async () => {
    using dataset = await loadDataset(rows, { workers: 0 });
    const models = await Promise.all([1, 2, 3].map((seed) => kmeans(dataset, { ...options, seed })));
    models.forEach((model, i) => expect(bits(model)).toBe(bits(kmeansSync(rows, { ...options, seed: i + 1 }))));
    expect(bits(await dataset.predict(models[0]))).toBe(bits(models[0].labels));
  });

  test("serves fits at the same time, one of which is aborted", async () => {
    using dataset = await loadDataset(rows, { pool, workers: 3 });
    const stop = new AbortController();
    const fits = [1, 2, 3, 4].map((seed) => kmeans(dataset, { ...options, seed, algorithm: seed % 2 ? "hamerly" : "lloyd", ...(seed === 2 ? { signal: stop.signal, onStep: () => stop.abort() } : {}) }));
    const ends = await Promise.allSettled(fits);
    ends.forEach((end, i) => {
      if (i === 1) expect(end.status).toBe("rejected");
      else expect(bits((end as PromiseFulfilledResult<unknown>).value)).toBe(bits(kmeansSync(rows, { ...options, seed: i + 1 })));
    });
  });

  test("survives its workers", async () => {
    using other = await createPool({ workers: 2, createWorker: () => new TestWorker() });
    using dataset = await loadDataset(rows, { pool: other, workers: 2 });
    for (let i = 0; i < 3; i++) {
      TestWorker.alive.forEach((worker) => worker.kill());
      expect(bits(await kmeans(dataset, options))).toBe(alone);
    }
  });

  test("that is disposed of ends the fits that use it", async () => {
    for (const workers of [0, 3]) {
      const dataset = await loadDataset(long, workers > 0 ? { pool, workers } : { workers });
      const fits = [kmeans(dataset, longer), kmeans(dataset, { ...longer, seed: 2 })];
      const ends = Promise.allSettled(fits);
      setTimeout(() => dataset.dispose(), 40);
      await ends;
      for (const fit of fits) await expect(fit, `${workers} workers`).rejects.toMatchObject({ code: "disposed" });
    }
  });

  test("refuses what belongs to its loading, and use after disposal", async () => {
    const dataset = await loadDataset(rows, { pool });
    await expect(kmeans(dataset, { ...options, workers: 2 })).rejects.toMatchObject({ code: "bad-option", message: expect.stringContaining("loadDataset") });
    await expect(kmeans(dataset, { ...options, weights: rows.map(() => 1) })).rejects.toMatchObject({ code: "bad-option" });
    expect(() => kmeansSync(dataset as never, options)).toThrow(LloydError);
    dataset.dispose();
    dataset.dispose();
    await expect(kmeans(dataset, options)).rejects.toMatchObject({ code: "disposed" });
    await expect(dataset.predict(kmeansSync(rows, options))).rejects.toMatchObject({ code: "disposed" });
    await expect(loadDataset([[1], [NaN]], { pool })).rejects.toMatchObject({ code: "not-finite" });
    await expect(loadDataset(rows, { k: 3 } as never)).rejects.toMatchObject({ code: "unknown-option" });
  });
});

test.each([
  [{ workers: -1 }, "workers is -1"],
  [{ workers: 1.5 }, "workers is 1.5"],
  [{ workers: "all" }, 'workers is "all"'],
  [{ pool: {} }, "pool is an object"],
  [{ transfer: 1 }, "transfer is 1"],
])("%o is refused", async (given, message) => {
  await expect(kmeans(rows, { ...options, ...given } as never)).rejects.toMatchObject({ code: "bad-option", message: expect.stringContaining(message) });
});

test.each([[{ workers: 0 }], [{ workers: 1e6 }], [{ createWorker: 1 }], [{ patience: 0 }], [{ size: 3 }]])("a pool with %o is refused", async (given) => {
  await expect(createPool(given as never)).rejects.toMatchObject({ code: expect.stringMatching(/bad-option|unknown-option/) });
});

function posed({ data: { kind, n, d, k, seed }, init, algorithm, weighted, narrow, restarts, tolerance }: AnyProblem): { points: { data: Float32Array | Float64Array; columns: number }; options: KMeansOptions } {
  const made = rowsOf(kind, n, d, seed);
  const numbers = flat(made);
  return {
    points: { data: narrow ? Float32Array.from(numbers) : numbers, columns: d },
    options: {
      k, seed, restarts, tolerance, algorithm, maxIterations: 30,
      init: init === "given" ? someOf(made, k, seed) : init,
      ...(weighted ? { weights: weightsOf(n, seed) } : {}),
    } as KMeansOptions,
  };
}
