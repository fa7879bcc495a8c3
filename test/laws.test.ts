import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { ALGORITHMS } from "../ts/algorithm.js";
import { solve, type Problem, type Solution } from "../ts/driver/solve.js";
import { ask, type Driver } from "../ts/driver/driver.js";
import { frameFor } from "../ts/driver/frame.js";
import { Inline } from "../ts/executor/inline.js";
import { kmeans, kmeansSteps, kmeansSync, type KMeansOptions } from "../ts/index.js";
import { parse } from "../ts/options.js";
import { pumpSync } from "../ts/pump.js";
import type { Finished, Frame, Question, Replies } from "../ts/questions.js";
import type { Shard } from "../ts/wasm.js";
import { anyCase, bits, flat, kinds, rowsOf, someOf, source, weightsOf, type Case } from "./data.js";

/** Where set, replies merge in a random order and grouping. */
const merging = vi.hoisted(() => ({ below: null as ((n: number) => number) | null }));

vi.mock("../ts/questions.js", async (original) => {
  const real = await original<typeof import("../ts/questions.js")>();
  const merge: typeof real.merge = (question, replies) => {
    const { below } = merging;
    if (!below) return real.merge(question, replies);
    const waiting = [...replies];
    const taken = () => waiting.splice(below(waiting.length), 1)[0];
    while (waiting.length > 1) waiting.push(real.merge(question, [taken(), taken()]));
    return waiting[0];
  };
  return { ...real, merge };
});

const INITS = ["auto", "k-means++", "k-means||", "random", "random-partition", "farthest", "given"] as const;

const anyProblem = fc.record({
  data: anyCase(),
  init: fc.constantFrom(...INITS),
  weighted: fc.boolean(),
  narrow: fc.boolean(),
  restarts: fc.integer({ min: 1, max: 2 }),
  tolerance: fc.constantFrom(0, 1e-4, 0.1),
});
type AnyProblem = typeof anyProblem extends fc.Arbitrary<infer T> ? T : never;

const anyCuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

describe("forgetting, duplicating, reordering and re-sharding never change a bit", () => {
  test.each(INITS)("of a fit that begins by %s", (init) => {
    fc.assert(
      fc.property(anyProblem, anyCuts, fc.nat(1e6), (some, cuts, seed) => {
        const { points, options } = posed({ ...some, init });
        expect(bits(solved(points, options, cuts, seed))).toBe(bits(solved(points, options)));
      }),
      { numRuns: 250 },
    );
  });

  test.each(kinds)("of a fit to %s", (kind) => {
    fc.assert(
      fc.property(anyProblem, anyCuts, fc.nat(1e6), (some, cuts, seed) => {
        const { points, options } = posed({ ...some, data: { ...some.data, kind } });
        expect(bits(solved(points, options, cuts, seed))).toBe(bits(solved(points, options)));
      }),
      { numRuns: 250 },
    );
  });

  test("of a fit to many rows in many pieces", () => {
    const points = { data: Float32Array.from({ length: 30_000 * 4 }, source(3).normal), columns: 4 };
    for (const init of INITS.slice(0, -1)) {
      const options = { k: 12, init, seed: 5, maxIterations: 6 } as KMeansOptions;
      expect(bits(solved(points, options, [0.001, 0.3, 0.31, 0.9], 7))).toBe(bits(solved(points, options)));
    }
  });
});

test("a load that was left half way can be begun again", () => {
  for (const data of [Float32Array.of(1, 2, 3, 5), Float64Array.of(1, 2, 3, 5), Uint8Array.of(1, 2, 3, 5)]) {
    const executor = new Inline({ data, count: 4, columns: 1 });
    function* conversation(leave: boolean): Driver<string> {
      const frame = frameFor(yield* ask({ ask: "measure", stride: 1 }), 4, String);
      if (leave) executor.answer({ ask: "load", frame }).next();
      return bits(yield* ask({ ask: "load", frame }));
    }
    const whole = pumpSync(conversation(false), executor);
    expect(pumpSync(conversation(true), executor), data.constructor.name).toBe(whole);
    executor.dispose();
  }
});

test("the first coordinate that is not finite is named, whoever holds it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 5 }), anyCuts, fc.nat(1e6), (bad, cuts, seed) => {
      const points = { data: Float64Array.from({ length: 100 }, (_, i) => (bad.includes(i) ? NaN : i)), columns: 1 };
      expect(() => solved(points, { k: 2 }, cuts, seed)).toThrow(`row ${Math.min(...bad)}, `);
    }),
  );
});

test("an assign that was begun and left has no say in the next one", () => {
  const executor = new Inline({ data: Float64Array.of(0, 1, 5, 6), count: 4, columns: 1 });
  const assign = (centroids: number[], previous: number[]) => ({ ask: "assign", k: 2, centroids: Float64Array.from(centroids), previous: Float64Array.from(previous) }) as const;
  function* conversation(): Driver<number[]> {
    const frame = frameFor(yield* ask({ ask: "measure", stride: 1 }), 4, String);
    yield* ask({ ask: "load", frame });
    const asked = assign([-2, -1], [-0.5, 0.5]);
    const first = yield* ask(asked);
    executor.shards.forEach((shard) => begin(shard, assign([0.2, 0.3], [-0.5, 0.5])));
    const second = yield* ask(asked);
    return [first.changed, second.changed];
  }
  const [first, second] = pumpSync(conversation(), executor);
  expect(first).toBeGreaterThan(0);
  expect(second).toBe(first);
  executor.dispose();
});

describe("the same seed gives the same bits", () => {
  test("again, at once, in slices and step by step", async () => {
    await fc.assert(
      fc.asyncProperty(anyProblem, async (some) => {
        const { points, options } = posed(some);
        const first = bits(kmeansSync(points, options));
        expect(bits(kmeansSync(points, options))).toBe(first);
        expect(bits(await kmeans(points, options))).toBe(first);
        const steps = kmeansSteps(points, options);
        let turn = await steps.next();
        while (!turn.done) turn = await steps.next();
        expect(bits(turn.value)).toBe(first);
      }),
      { numRuns: 250 },
    );
  });

  test("with the seed that a fit reports", () => {
    const rows = rowsOf("uniform", 300, 3, 1);
    const model = kmeansSync(rows, { k: 7 });
    expect(bits(kmeansSync(rows, { k: 7, seed: model.seed }))).toBe(bits(model));
  });

  test("and another seed another start", () => {
    const rows = rowsOf("uniform", 300, 3, 1);
    for (const init of INITS.slice(0, -1)) {
      const ends = [1, 2, 3].map((seed) => bits(kmeansSync(rows, { k: 7, init, seed } as KMeansOptions).labels));
      expect(new Set(ends).size, init).toBeGreaterThan(1);
    }
  });

  test("with and without other fits at the same time", async () => {
    const points = rowsOf("blobs", 600, 8, 4);
    const alone = await Promise.all([1, 2, 3].map((seed) => kmeans(points, { k: 9, seed })));
    const together: typeof alone = [];
    for (const seed of [1, 2, 3]) together.push(await kmeans(points, { k: 9, seed }));
    expect(together.map(bits)).toEqual(alone.map(bits));
  });
});

describe("a label is the nearest centroid in f64 over the loaded rows, the lowest on ties", () => {
  test("for centroids as close to each other as f32 can hardly tell", () => {
    fc.assert(
      fc.property(anyCase({ n: 300 }), fc.integer({ min: -30, max: 0 }), (some, apart) => {
        const { uniform, below } = source(some.seed);
        const rows = rowsOf(some.kind, some.n, some.d, some.seed);
        const { loaded, labels } = labelled(rows, some.k, (loaded) => {
          const near = Array.from({ length: some.k }, () => loaded[below(Math.min(3, loaded.length))]);
          return near.map((row) => row.map((v) => v + (uniform() - 0.5) * 2 ** apart));
        });
        loaded.rows.forEach((row, i) => {
          const all = loaded.centroids.map((c) => row.reduce((sum, v, j) => sum + (v - c[j]) ** 2, 0));
          const best = Math.min(...all);
          expect(all[labels[i]], `row ${i}`).toBeLessThanOrEqual(best * (1 + 1e-14));
          if (all.every((s, j) => j === labels[i] || s > best * (1 + 1e-14))) expect(labels[i]).toBe(all.indexOf(best));
        });
      }),
      { numRuns: 250 },
    );
  });

  test("for whole numbers, whose distances are exact and often tie", () => {
    fc.assert(
      fc.property(anyCase({ n: 300 }), (some) => {
        const { below } = source(some.seed);
        const { loaded, labels } = labelled(rowsOf("integers", some.n, some.d, some.seed), some.k, (loaded) =>
          Array.from({ length: some.k }, () => loaded[0].map((_, j) => (loaded[below(loaded.length)][j] + loaded[below(loaded.length)][j]) / 2)),
        );
        const nearest = loaded.rows.map((row) => {
          const all = loaded.centroids.map((c) => row.reduce((sum, v, j) => sum + (v - c[j]) ** 2, 0));
          return all.indexOf(Math.min(...all));
        });
        expect(Array.from(labels)).toEqual(nearest);
      }),
      { numRuns: 250 },
    );
  });
});

/** Rows loaded and labelled by centroids that `make` derives from them, all in the frame's units. */
function labelled(rows: number[][], k: number, make: (loaded: number[][]) => number[][]) {
  const executor = new Inline({ data: flat(rows), count: rows.length, columns: rows[0].length });
  function* conversation(): Driver<{ loaded: { rows: number[][]; centroids: number[][] }; finished: Finished }> {
    const frame = frameFor(yield* ask({ ask: "measure", stride: 1 }), rows.length, String);
    yield* ask({ ask: "load", frame });
    const loaded = rows.map((row) => row.map((x, j) => load(frame, x, j)));
    const centroids = make(loaded);
    const finished = yield* ask({ ask: "finish", k, centroids: flat(centroids), about: flat(centroids), labels: true });
    return { loaded: { rows: loaded, centroids }, finished };
  }
  try {
    const { loaded, finished } = pumpSync(conversation(), executor);
    return { loaded, labels: finished.labels[0].values };
  } finally {
    executor.dispose();
  }
}

/** A number as it is loaded: centred, scaled, snapped to its column's grid, in f32. */
function load({ origin, exponent, grid }: Frame, x: number, column: number): number {
  const unit = 2 ** grid[column];
  const y = ((x - origin[column]) * 2 ** -exponent) / unit;
  const [floor, rest] = [Math.floor(y), y - Math.floor(y)];
  const even = rest === 0.5 ? floor + (Math.abs(floor) % 2) : Math.round(y);
  return Math.fround(even * unit);
}

function posed({ data, init, weighted, narrow, restarts, tolerance }: AnyProblem): { points: { data: Float32Array | Float64Array; columns: number }; options: KMeansOptions } {
  const { kind, n, d, k, seed } = data as Case;
  const rows = rowsOf(kind, n, d, seed);
  const numbers = flat(rows);
  return {
    points: { data: narrow ? Float32Array.from(numbers) : numbers, columns: d },
    options: {
      k,
      seed,
      restarts,
      tolerance,
      maxIterations: 40,
      init: init === "given" ? someOf(rows, k, seed) : init,
      ...(weighted ? { weights: weightsOf(n, seed) } : {}),
    } as KMeansOptions,
  };
}

/** The solution by one calm holder of all rows; with `cuts`, by several that are disturbed. */
function solved(points: { data: Float32Array | Float64Array; columns: number }, options: KMeansOptions, cuts?: readonly number[], seed = 0): Solution {
  const { rows, weights, timeLimit, ...rest } = parse(points, options);
  const { count, columns } = rows;
  const problem: Problem = { ...rest, count, columns, weighted: weights !== null, name: String, clock: () => 0, computed: () => 0, deadline: timeLimit };
  const at = cuts?.map((part) => Math.round(part * count)).sort((a, b) => a - b);
  const executor = at ? new Disturbed(rows, weights, at, seed) : new Inline(rows, { weights, algorithm: "lloyd" });
  try {
    return pumpSync(solve(problem), executor);
  } finally {
    merging.below = null;
    executor.dispose();
  }
}

/** Answers right, but with a bad memory, half-done work, repetitions, and in no order. */
class Disturbed extends Inline {
  readonly #below: (n: number) => number;
  #earlier: Question[] = [];

  constructor(rows: ConstructorParameters<typeof Inline>[0], weights: Float64Array | null, cuts: readonly number[], seed: number) {
    super(rows, { weights, cuts, algorithm: ALGORITHMS[seed % ALGORITHMS.length] });
    this.#below = source(seed).below;
    merging.below = this.#below;
  }

  override *answer<Q extends Question>(question: Q): Generator<void, Replies[Q["ask"]]> {
    const below = this.#below;
    this.#forgetSome();
    if (below(3) === 0) this.#abandon(question);
    if (below(4) === 0 && this.#earlier.length > 0) yield* super.answer(this.#earlier[below(this.#earlier.length)]);
    if (below(4) === 0) this.#abandon(this.#earlier[below(this.#earlier.length)] ?? question);
    const reply = yield* super.answer(question);
    if (below(4) === 0) expect(bits(yield* super.answer(question)), `${question.ask}, asked twice`).toBe(bits(reply));
    this.#forgetSome();
    this.#earlier.push(question);
    return reply;
  }

  #forgetSome(): void {
    this.shards.forEach((shard) => this.#below(4) === 0 && shard.forget());
  }

  /** Begins to answer, and does not end. */
  #abandon(question: Question): void {
    const half = super.answer(question);
    for (let pieces = this.#below(4); pieces > 0 && !half.next().done; pieces--);
    this.shards.forEach((shard) => {
      if (!begin(shard, question)) return;
      for (let tiles = this.#below(4); tiles > 0 && shard.work(1); tiles--);
    });
  }
}

/** Begins on one shard what goes over its rows in tiles. */
function begin(shard: Shard, question: Question): boolean {
  switch (question.ask) {
    case "draw":
      shard.draw(question);
      return true;
    case "assign":
      shard.assign(question.k, question.centroids, question.previous);
      return true;
    case "partition":
      shard.partition(question.k, question.seed, question.stage);
      return true;
    case "farthest":
      shard.farthest(question.places, question.k, question.centroids);
      return true;
    case "refine":
      shard.refine(question.k, question.centroids);
      return true;
    case "finish":
      shard.finish(question.k, question.centroids, question.about);
      return true;
    default:
      return false;
  }
}
