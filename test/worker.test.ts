import { afterAll, beforeAll, describe, expect, test } from "vitest";
import script from "../build/worker/facade-worker.js";
import { kmeansSync, type LloydError, type Phase, type Step } from "../ts/index.js";
import { createLloydWorker, type LloydWorker } from "../ts/worker/index.js";
import { bits, flat, rowsOf, source, weightsOf } from "./data.js";
import { TestWorker } from "./workers.js";

const rows = rowsOf("blobs", 2000, 4, 5);
const options = { k: 9, seed: 1, init: "random", tolerance: 0 } as const;
const alone = bits(kmeansSync(rows, options));
const long = { data: Float32Array.from({ length: 150_000 * 16 }, source(1).uniform), columns: 16 };
const longer = { k: 64, seed: 1, init: "random", maxIterations: 1e6, tolerance: 0 } as const;

let lloyd: LloydWorker;
beforeAll(async () => void (lloyd = await createLloydWorker()));
afterAll(() => lloyd.dispose());

test("it is a worker, and says how it was started", () => {
  expect(lloyd.started).toBe("inlined");
});

describe("the functions give the same bits there", () => {
  test("kmeans, whatever works for it", async () => {
    for (const workers of [0, 2, "auto"] as const) expect(bits(await lloyd.kmeans(rows, { ...options, workers }))).toBe(alone);
    const weights = weightsOf(rows.length, 3);
    const model = await lloyd.kmeans(rows, { ...options, weights, restarts: 3 });
    const expected = kmeansSync(rows, { ...options, weights, restarts: 3 });
    expect(bits(model)).toBe(bits(expected));
    expect(model.predict(rows)).toEqual(expected.predict(rows));
    expect(bits(await lloyd.predict(model, rows.slice(0, 50)))).toBe(bits(expected.predict(rows.slice(0, 50))));
  });

  test("kmeansSteps", async () => {
    const steps: Step[] = [];
    const run = lloyd.kmeansSteps(rows, options);
    let turn = await run.next();
    for (; !turn.done; turn = await run.next()) steps.push(turn.value);
    const expected: Step[] = [];
    kmeansSync(rows, { ...options, onStep: (step) => expected.push(step) });
    expect(bits(steps)).toBe(bits(expected));
    expect(bits(turn.value)).toBe(alone);
  });

  test("loadDataset", async () => {
    using dataset = await lloyd.loadDataset(rows, { workers: 2 });
    expect([dataset.count, dataset.columns]).toEqual([2000, 4]);
    const model = await lloyd.kmeans(dataset, options);
    expect(bits(model)).toBe(alone);
    expect(bits(await dataset.predict(model))).toBe(bits(model.labels));
    dataset.dispose();
    await expect(lloyd.kmeans(dataset, options)).rejects.toMatchObject({ code: "disposed" });
  });

  test("with a buffer that is given away", async () => {
    const data = flat(rows);
    expect(bits(await lloyd.kmeans({ data, columns: 4 }, { ...options, transfer: true }))).toBe(alone);
    expect(data.length).toBe(0);
  });
});

describe("what goes along", () => {
  test("onStep and onPhase are called", async () => {
    const steps: Step[] = [];
    const phases: Phase["phase"][] = [];
    const model = await lloyd.kmeans(rows, { ...options, onStep: (step) => steps.push(step), onPhase: ({ phase }) => phases.push(phase) });
    expect(steps[0].iteration).toBe(1);
    expect(steps.at(-1)!.iteration).toBe(model.iterations);
    expect([...new Set(phases)]).toEqual(["loading", "seeding", "iterating", "finishing"]);
  });

  test("a signal ends the work with its reason", async () => {
    const reason = { why: "mine" };
    for (const after of [0, 30]) {
      const stop = new AbortController();
      const fit = lloyd.kmeans(long, { ...longer, signal: stop.signal });
      setTimeout(() => stop.abort(reason), after);
      await expect(fit).rejects.toBe(reason);
    }
    await expect(lloyd.kmeans(rows, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(bits(await lloyd.kmeans(rows, options))).toBe(alone);
  });

  test("steps that are left end the work", async () => {
    for await (const step of lloyd.kmeansSteps(long, longer)) if (step.iteration === 2) break;
    expect(bits(await lloyd.kmeans(rows, options))).toBe(alone);
  });

  test("an error in onStep is the fit's", async () => {
    const mine = new Error("mine");
    await expect(lloyd.kmeans(rows, { ...options, onStep: () => { throw mine; } })).rejects.toBe(mine);
  });

  test("errors keep class, code and message", async () => {
    const error = await lloyd.kmeans([[1, 2], [3, NaN]], { k: 1 }).catch((error: unknown) => error as LloydError);
    expect(error).toMatchObject({ name: "LloydError", code: "not-finite", message: "row 1, column 1 is NaN; expected a finite number" });
    await expect(lloyd.kmeans(rows, { k: 0 })).rejects.toMatchObject({ code: "bad-k" });
    await expect(lloyd.kmeans(rows, { k: 2, clusters: 3 } as never)).rejects.toMatchObject({ code: "unknown-option" });
  });

  test("what cannot is refused", async () => {
    await expect(lloyd.kmeans(rows, { k: 2, init: () => [[1], [2]] })).rejects.toMatchObject({ code: "bad-init", message: expect.stringContaining("function") });
    await expect(lloyd.kmeans(rows, { k: 2, pool: {} as never })).rejects.toMatchObject({ code: "bad-option" });
  });
});

describe("a worker that is gone", () => {
  test("rejects what is pending, and what comes later", async () => {
    const own = new TestWorker({ script });
    const other = await createLloydWorker({ createWorker: () => own });
    expect(other.started).toBe("factory");
    const pending = [other.kmeans(long, longer), other.kmeansSteps(long, longer).next(), other.loadDataset(long)];
    setTimeout(() => own.kill(), 40);
    for (const end of await Promise.allSettled(pending.slice(0, 2))) expect(end).toMatchObject({ status: "rejected", reason: { code: "worker-failed" } });
    await Promise.allSettled(pending);
    await expect(other.kmeans(rows, options)).rejects.toMatchObject({ code: "worker-failed" });
  });

  test("by disposal says so", async () => {
    const other = await createLloydWorker();
    const pending = other.kmeans(long, longer);
    setTimeout(() => other.dispose(), 20);
    await expect(pending).rejects.toMatchObject({ code: "disposed" });
    other.dispose();
    await expect(other.kmeans(rows, options)).rejects.toMatchObject({ code: "disposed" });
    await expect(other.kmeansSteps(rows, options).next()).rejects.toMatchObject({ code: "disposed" });
  });

  test.each([["throws as it starts", "throw new Error('mine')"], ["never says anything", ""]])("before it began, as it %s, gives way to another", async (_, script) => {
    using other = await createLloydWorker({ createWorker: () => new TestWorker({ script }), patience: 2000 });
    expect(other.started).toBe("inlined");
    expect(bits(await other.kmeans(rows, options))).toBe(alone);
  });
});
