import { describe, expect, test, vi } from "vitest";
import { Inline } from "../ts/executor/inline.js";
import { kmeans, kmeansSteps, kmeansSync, type Step } from "../ts/index.js";
import { bits, rowsOf, source } from "./data.js";

const rows = rowsOf("uniform", 500, 3, 2);
const options = { k: 9, seed: 1, init: "random", tolerance: 0 } as const;

/** Long enough for many turns of the event loop. */
const long = { points: { data: Float32Array.from({ length: 200_000 * 16 }, source(1).uniform), columns: 16 }, options: { k: 64, seed: 1, init: "random", maxIterations: 15, tolerance: 0 } as const };

describe("kmeansSteps", () => {
  test("yields one step per iteration and returns the model", async () => {
    const steps: Step[] = [];
    const run = kmeansSteps(rows, options);
    let turn = await run.next();
    for (; !turn.done; turn = await run.next()) steps.push(turn.value);
    const model = turn.value;
    expect(steps.map(({ iteration }) => iteration)).toEqual(model.history.map((_, i) => i + 1));
    steps.forEach(({ iteration: _, restart, centroids, ...rest }, i) => {
      expect(rest).toEqual(model.history[i]);
      expect(restart).toBe(0);
      expect([centroids.length, centroids[0].length]).toEqual([9, 3]);
    });
    expect(bits(steps.at(-1)!.centroids.map((c) => c.map((v) => Math.round(v * 1e6))))).toBe(bits(model.centroids.map((c) => c.map((v) => Math.round(v * 1e6)))));
    expect(bits(model)).toBe(bits(kmeansSync(rows, options)));
  });

  test("numbers the restarts", async () => {
    const seen: number[][] = [];
    for await (const { restart, iteration } of kmeansSteps(rows, { ...options, restarts: 3, maxIterations: 2 })) seen.push([restart, iteration]);
    expect(seen).toEqual([[0, 1], [0, 2], [1, 1], [1, 2], [2, 1], [2, 2]]);
  });

  test("can be left early, and later fits are none the worse", async () => {
    const before = bits(kmeansSync(rows, options));
    for (let i = 0; i < 20; i++) {
      for await (const { iteration } of kmeansSteps(rows, options)) if (iteration === 1 + (i % 3)) break;
    }
    expect(bits(kmeansSync(rows, options))).toBe(before);
    expect(bits(await kmeans(rows, options))).toBe(before);
  });

  test("can be left before it began", async () => {
    const run = kmeansSteps(rows, options);
    expect((await run.return(undefined as never)).done).toBe(true);
    expect(await run.next()).toEqual({ done: true, value: undefined });
  });

  test("gives centroids that are the caller's own", async () => {
    const calm = bits(kmeansSync(rows, options));
    const run = kmeansSteps(rows, options);
    let turn = await run.next();
    for (; !turn.done; turn = await run.next()) turn.value.centroids.forEach((c) => c.fill(NaN));
    expect(bits(turn.value)).toBe(calm);
  });
});

describe("onStep", () => {
  test("is called at most about 30 times a second, for the first iteration and for the last", async () => {
    const all: Step[] = [];
    kmeansSync(rows, { ...options, onStep: (step) => all.push(step) });
    for (const end of ["kmeans", "kmeansSteps"] as const) {
      let now = 0;
      // Each reading of the clock takes a millisecond.
      const clock = vi.spyOn(performance, "now").mockImplementation(() => now++);
      const steps: Step[] = [];
      const times: number[] = [];
      const onStep = (step: Step) => (steps.push(step), void times.push(now));
      if (end === "kmeans") await kmeans(rows, { ...options, onStep });
      else for await (const _ of kmeansSteps(rows, { ...options, onStep }));
      clock.mockRestore();
      expect(bits([steps[0], steps.at(-1)])).toBe(bits([all[0], all.at(-1)]));
      times.slice(1, -1).forEach((time, i) => expect(time - times[i]).toBeGreaterThanOrEqual(33));
      expect(steps.length).toBeGreaterThan(2);
      expect(steps.length).toBeLessThan(all.length);
    }
  });

  test("is called once per iteration by kmeansSync", () => {
    const steps: Step[] = [];
    const model = kmeansSync(rows, { ...options, onStep: (step) => steps.push(step) });
    expect(steps.map(({ iteration }) => iteration)).toEqual(model.history.map((_, i) => i + 1));
  });

  test("sees the centroids move by as much as the step says", () => {
    const steps: Step[] = [];
    kmeansSync(rows, { ...options, onStep: (step) => steps.push(step) });
    steps.slice(1).forEach(({ centroids, shift }, i) => {
      const farthest = Math.max(...centroids.map((c, j) => Math.hypot(...c.map((v, column) => v - steps[i].centroids[j][column]))));
      expect(Math.abs(farthest - shift)).toBeLessThanOrEqual(1e-12);
    });
  });

  test("that throws ends the fit with its error, and later fits work", async () => {
    const mine = new Error("mine");
    const onStep = () => {
      throw mine;
    };
    expect(() => kmeansSync(rows, { ...options, onStep })).toThrow(mine);
    await expect(kmeans(rows, { ...options, onStep })).rejects.toBe(mine);
    await expect(kmeansSteps(rows, { ...options, onStep }).next()).rejects.toBe(mine);
    expect(kmeansSync(rows, options).stopped).toBe("stable");
  });
});

describe("signal", () => {
  const reason = { why: "a reason of any kind" };

  test("aborted before: nothing begins, and its reason is thrown", async () => {
    const signal = AbortSignal.abort(reason);
    const caught = (() => {
      try {
        return kmeansSync(rows, { ...options, signal });
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toBe(reason);
    await expect(kmeans(rows, { ...options, signal })).rejects.toBe(reason);
    await expect(kmeansSteps(rows, { ...options, signal }).next()).rejects.toBe(reason);
  });

  test("aborted by onStep: no further step", async () => {
    for (const entry of ["sync", "async"] as const) {
      const controller = new AbortController();
      let steps = 0;
      const watched = { ...options, signal: controller.signal, onStep: () => void (++steps === 1 && controller.abort(reason)) };
      const run = async () => (entry === "sync" ? kmeansSync(rows, watched) : kmeans(rows, watched));
      await expect(run(), entry).rejects.toBe(reason);
      expect(steps, entry).toBe(1);
    }
  });

  test("aborted by a timer in the middle of a long fit", async () => {
    const controller = new AbortController();
    let steps = 0;
    const fit = kmeans(long.points, { ...long.options, maxIterations: 1e6, signal: controller.signal, onStep: () => void (steps += 1) });
    setTimeout(() => controller.abort(reason), 30);
    await expect(fit).rejects.toBe(reason);
    const then = steps;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(steps, "no step after the rejection").toBe(then);
  });

  test("of a plain abort() is an AbortError", async () => {
    await expect(kmeans(rows, { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  test("never aborted changes nothing and is left without listeners", async () => {
    const { signal } = new AbortController();
    expect(bits(await kmeans(rows, { ...options, signal }))).toBe(bits(kmeansSync(rows, options)));
  });
});

test("whichever way a fit ends, what it held is freed", async () => {
  const freed = vi.spyOn(Inline.prototype, "dispose");
  const ends: Record<string, () => unknown> = {
    "by itself": () => kmeans(rows, options),
    "at once": () => kmeansSync(rows, options),
    "left early": async () => {
      for await (const _ of kmeansSteps(rows, options)) break;
    },
    "aborted": () => {
      const controller = new AbortController();
      return kmeans(rows, { ...options, signal: controller.signal, onStep: () => controller.abort() }).catch(() => {});
    },
    "by an error in onStep": () => kmeans(rows, { ...options, onStep: () => JSON.parse("{") as void }).catch(() => {}),
    "by a refusal": () => kmeans([[NaN]], { k: 1 }).catch(() => {}),
  };
  for (const [end, fit] of Object.entries(ends)) {
    freed.mockClear();
    await fit();
    expect(freed, end).toHaveBeenCalledTimes(1);
  }
  freed.mockRestore();
});

describe("the event loop goes on during a long fit", () => {
  test.each(["kmeans", "kmeansSteps"] as const)("of %s", async (entry) => {
    let turns = 0;
    let running = true;
    const count = () => {
      turns += 1;
      if (running) setTimeout(count, 0);
    };
    setTimeout(count, 0);
    let steps = 0;
    if (entry === "kmeans") steps = (await kmeans(long.points, long.options)).iterations;
    else for await (const _ of kmeansSteps(long.points, long.options)) steps += 1;
    running = false;
    expect(steps).toBe(15);
    expect(turns).toBeGreaterThan(3);
  });
});
