import { describe, expect, test } from "vitest";
import { kmeans, kmeansSteps, kmeansSync, KMeansModel, LloydError, type KMeansOptions, type Points } from "../ts/index.js";

const ROWS = [[0, 1], [2, 3], [4, 5], [9, 9]];

/** What a call throws: its code, and a message that holds every one of these. */
type Expected = readonly [code: string, ...parts: (string | RegExp)[]];

function refuses(call: () => unknown, expected: readonly unknown[]): void {
  const [code, ...parts] = expected as unknown as Expected;
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, "a LloydError").toBeInstanceOf(LloydError);
  const { message, name } = error as LloydError;
  expect((error as LloydError).code, message).toBe(code);
  expect(name).toBe("LloydError");
  parts.forEach((part) => expect(message).toMatch(part));
}

const fit = (points: unknown, options: unknown) => () => kmeansSync(points as Points, options as KMeansOptions);
/** What is wrong, the argument that is, what is thrown. */
type Case = readonly [title: string, given: unknown, ...expected: Expected];

describe("k", () => {
  test.each<Case>([
    ["missing", undefined, "bad-k", "k is undefined", "integer from 1 to", "4"],
    ["a string", "2", "bad-k", 'k is "2"'],
    ["NaN", NaN, "bad-k", "k is NaN"],
    ["0", 0, "bad-k", "k is 0"],
    ["negative", -1, "bad-k", "k is -1"],
    ["more than rows", 5, "bad-k", "k is 5", "the number of rows, 4"],
    ["a fraction", 1.5, "bad-k", "k is 1.5"],
    ["infinite", Infinity, "bad-k", "k is Infinity"],
    ["a BigInt", 2n, "bad-k", "k is 2n"],
    ["null", null, "bad-k", "k is null"],
    ["an array", [2], "bad-k", "k is an array of 1"],
  ])("%s", (_, k, ...expected) => refuses(fit(ROWS, { k }), expected));

  test("of one row", () => refuses(fit([[1]], { k: 2 }), ["bad-k", "k is 2", "the only row"]));
});

describe("options", () => {
  test.each<Case>([
    ["missing", undefined, "bad-option", "options are undefined", "object with at least k"],
    ["a number", 3, "bad-option", "options are 3"],
    ["a misspelt one", { k: 2, maxIteratons: 3 }, "unknown-option", 'unknown option "maxIteratons"', 'did you mean "maxIterations"'],
    ["in other case", { k: 2, Seed: 3 }, "unknown-option", 'did you mean "seed"'],
    ["scikit-learn's", { n_clusters: 2 }, "unknown-option", '"n_clusters"', 'did you mean "k"'],
    ["max_iter", { k: 2, max_iter: 3 }, "unknown-option", 'did you mean "maxIterations"'],
    ["n_init", { k: 2, n_init: 3 }, "unknown-option", 'did you mean "restarts"'],
    ["tol", { k: 2, tol: 3 }, "unknown-option", 'did you mean "tolerance"'],
    ["random_state", { k: 2, random_state: 3 }, "unknown-option", 'did you mean "seed"'],
    ["sample_weight", { k: 2, sample_weight: [] }, "unknown-option", 'did you mean "weights"'],
    ["one like no other", { k: 2, colourOfTheSky: 3 }, "unknown-option", '"colourOfTheSky"', /expected one of k, init, .*onStep/],
    ["restarts 0", { k: 2, restarts: 0 }, "bad-option", "restarts is 0", "integer from 1"],
    ["restarts by half", { k: 2, restarts: 1.5 }, "bad-option", "restarts is 1.5"],
    ["maxIterations 0", { k: 2, maxIterations: 0 }, "bad-option", "maxIterations is 0", "integer from 1"],
    ["maxIterations infinite", { k: 2, maxIterations: Infinity }, "bad-option", "maxIterations is Infinity"],
    ["tolerance negative", { k: 2, tolerance: -1 }, "bad-option", "tolerance is -1", "at least 0"],
    ["tolerance NaN", { k: 2, tolerance: NaN }, "bad-option", "tolerance is NaN", "finite"],
    ["tolerance a string", { k: 2, tolerance: "0" }, "bad-option", 'tolerance is "0"'],
    ["seed negative", { k: 2, seed: -1 }, "bad-option", "seed is -1", "integer from 0 to 2^53 - 1"],
    ["seed a fraction", { k: 2, seed: 0.5 }, "bad-option", "seed is 0.5"],
    ["seed too large", { k: 2, seed: 2 ** 53 }, "bad-option", "seed is 9007199254740992"],
    ["seed a string", { k: 2, seed: "42" }, "bad-option", 'seed is "42"'],
    ["timeLimit negative", { k: 2, timeLimit: -1 }, "bad-option", "timeLimit is -1"],
    ["timeLimit NaN", { k: 2, timeLimit: NaN }, "bad-option", "timeLimit is NaN"],
    ["signal a controller", { k: 2, signal: new AbortController() }, "bad-option", "signal is an object", "AbortSignal"],
    ["signal null", { k: 2, signal: null }, "bad-option", "signal is null"],
    ["onStep an object", { k: 2, onStep: {} }, "bad-option", "onStep is an object", "function"],
  ])("%s", (_, options, ...expected) => refuses(fit(ROWS, options), expected));
});

describe("points without a shape", () => {
  test.each<Case>([
    ["missing", undefined, "bad-points", "points are undefined"],
    ["null", null, "bad-points", "points are null"],
    ["a string", "1,2", "bad-points", 'points are "1,2"'],
    ["a number", 7, "bad-points", "points are 7"],
    ["no rows", [], "bad-points", "empty array", "at least one row"],
    ["empty rows", [[], []], "bad-points", "row 0 is empty", "at least one column"],
    ["one-dimensional", [1, 2, 3], "bad-points", "row 0 is 1", "columns: 1"],
    ["rows of objects", [{ x: 1 }], "bad-points", "row 0 is an object with x"],
    ["a row of text", [[1, 2], "3,4"], "bad-points", 'row 1 is "3,4"', "array of 2 numbers"],
    ["a missing row", [[1, 2], undefined], "bad-points", "row 1 is undefined"],
    ["a typed array", Float64Array.of(1, 2), "bad-points", "Float64Array of 2", "{ data, columns }"],
    ["BigInt data", { data: BigInt64Array.of(1n), columns: 1 }, "bad-points", "BigInt64Array"],
    ["BigInt rows", [BigInt64Array.of(1n)], "bad-points", "row 0", "BigInt64Array"],
    ["a DataView", { data: new DataView(new ArrayBuffer(8)), columns: 1 }, "bad-points", "points.data", "DataView"],
    ["no data", { data: [], columns: 2 }, "bad-points", "points.data is empty"],
    ["columns 0", { data: [1, 2], columns: 0 }, "bad-points", "points.columns is 0", "positive integer"],
    ["columns a fraction", { data: [1, 2], columns: 0.5 }, "bad-points", "points.columns is 0.5"],
    ["columns that do not divide", { data: [1, 2, 3], columns: 2 }, "bad-points", "3 values", "multiple of columns = 2"],
    ["a shape of one", { data: [1, 2], shape: [2] }, "bad-points", "points.shape is", "[rows, columns]"],
    ["a shape with 0", { data: [1, 2], shape: [0, 2] }, "bad-points", "points.shape is"],
    ["a shape beyond the data", { data: [1, 2, 3], shape: [2, 2] }, "bad-points", "reach outside points.data of length 3"],
    ["strides beyond the data", { data: [1, 2, 3, 4], shape: [2, 2], stride: [3, 1] }, "bad-points", "stride", "reach outside"],
    ["an offset before the data", { data: [1, 2, 3, 4], shape: [2, 2], offset: -1 }, "bad-points", "offset -1", "reach outside"],
    ["an object without columns", {}, "bad-points", "without columns"],
    ["columns of text", { x: [1, 2], species: "ab" }, "bad-points", 'column "species" is "ab"'],
    ["columns without rows", { x: [], y: [] }, "bad-points", 'column "x" is empty'],
    ["a short row", [[1, 2], [3, 4], [5]], "ragged-rows", "row 2 has 1 column", "expected 2"],
    ["a long row", [[1, 2], [3, 4, 5]], "ragged-rows", "row 1 has 3 columns", "expected 2"],
    ["a short column", { x: [1, 2, 3], y: [1, 2] }, "ragged-rows", 'column "y" has 2 rows', "expected 3", '"x"'],
  ])("%s", (_, points, ...expected) => refuses(fit(points, { k: 1 }), expected));
});

describe("coordinates that are no numbers", () => {
  const hole = [5, , 7] as number[];
  test.each<Case>([
    ["text in a row", [[1, 2], [3, "4"]], "not-a-number", "row 1, column 1", '"4"', "string"],
    ["null", [[1, 2], [null, 4]], "not-a-number", "row 1, column 0", "null"],
    ["a BigInt", [[1, 2], [3, 4n]], "not-a-number", "row 1, column 1", "4n", "bigint"],
    ["a hole", [[1, 2, 3], hole], "not-a-number", "row 1, column 1", "undefined"],
    ["an array", [[[0, 0]]], "not-a-number", "row 0, column 0", "an array of 2"],
    ["text in flat data", { data: [1, 2, 3, "x"], columns: 2 }, "not-a-number", "row 1, column 1", '"x"'],
    ["text in an ndarray", { data: [1, 2, "x", 4], shape: [2, 2] }, "not-a-number", "row 1, column 0", '"x"'],
    ["text in a column", { x: [1, 2], y: [3, "x"] }, "not-a-number", "row 1", /column ("y"|1)/, '"x"'],
    ["true in a row", [[true]], "not-a-number", "row 0, column 0", "true"],
  ])("%s", (_, points, ...expected) => refuses(fit(points, { k: 1 }), expected));
});

describe("coordinates that are not finite are named, in every form", () => {
  test.each([NaN, Infinity, -Infinity])("%d", (bad) => {
    const at = ["row 2", "column 1", String(bad)] as const;
    const list = [1, 2, 3, 4, 5, bad, 7, 8];
    const forms: unknown[] = [
      [[1, 2], [3, 4], [5, bad], [7, 8]],
      [[1, 2], [3, 4], [5, bad], [7, 8]].map((row) => Float32Array.from(row)),
      { data: list, columns: 2 },
      { data: Float64Array.from(list), columns: 2 },
      { data: Float32Array.from(list), columns: 2 },
      { data: list, shape: [4, 2] },
      { data: Float32Array.from([1, 3, 5, 7, 2, 4, bad, 8]), shape: [4, 2], stride: [1, 4] },
    ];
    forms.forEach((points) => refuses(fit(points, { k: 2 }), ["not-finite", ...at, "finite number"]));
    refuses(fit({ x: [1, 3, 5, 7], y: [2, 4, bad, 8] }, { k: 2 }), ["not-finite", "row 2", 'column "y"', String(bad)]);
  });

  test("the first of several, far down", () => {
    const data = new Float32Array(400_000);
    data[399_999] = NaN;
    data[300_003] = Infinity;
    refuses(fit({ data, columns: 4 }, { k: 2 }), ["not-finite", "row 75000, column 3", "Infinity"]);
  });

  test("also in new points", () => {
    const model = kmeansSync(ROWS, { k: 2 });
    refuses(() => model.predict([[1, 2], [3, NaN]]), ["not-finite", "row 1, column 1", "NaN"]);
    refuses(() => model.transform([[1, "2"]] as never), ["not-a-number", "row 0, column 1"]);
    refuses(() => model.score([]), ["bad-points", "at least one row"]);
  });
});

describe("ranges", () => {
  test.each<Case>([
    ["too wide", [[0, -1e200], [0, 1e200]], "out-of-range", "column 1", "1e+200", "overflow"],
    ["as wide as f64", [[-1.7e308], [1.7e308]], "out-of-range", "column 0", "overflow"],
    ["too narrow", [[1e-200], [2e-200]], "out-of-range", "vanish", "multiply"],
  ])("%s", (_, points, ...expected) => refuses(fit(points, { k: 2 }), expected));

  test("new points too far away", () => {
    const model = kmeansSync(ROWS, { k: 2 });
    refuses(() => model.predict([[1e100, 0]]), ["out-of-range", "column 0", "1e+100", "too far"]);
  });
});

describe("weights", () => {
  test.each<Case>([
    ["too few", [1, 2, 3], "bad-weights", "an array of 3", "4 numbers", "one per row"],
    ["a number", 1, "bad-weights", "weights are 1"],
    ["negative", [1, 1, -1, 1], "bad-weights", "weight 2 is -1", "at least 0"],
    ["NaN", [1, NaN, 1, 1], "bad-weights", "weight 1 is NaN"],
    ["infinite", [1, Infinity, 1, 1], "bad-weights", "weight 1 is Infinity"],
    ["text", [1, 1, 1, "1"], "bad-weights", 'weight 3 is "1"'],
    ["null inside", [1, null, 1, 1], "bad-weights", "weight 1 is null"],
    ["all 0", [0, 0, 0, 0], "bad-weights", "all weights are 0"],
    ["too far apart", [1e16, 1, 1, 1], "bad-weights", "from 1 to 10000000000000000", "ratio"],
    ["BigInt", BigInt64Array.of(1n, 1n, 1n, 1n), "bad-weights", "BigInt64Array"],
  ])("%s", (_, weights, ...expected) => refuses(fit(ROWS, { k: 2, weights }), expected));
});

describe("initial centroids", () => {
  test.each<Case>([
    ["an unknown method", "kmeans++", "bad-init", 'init is "kmeans++"', '"k-means++"'],
    ["a number", 3, "bad-init", "init is 3"],
    ["too few", [[1, 2]], "bad-init", "init is an array of 1", "2 rows"],
    ["too many", [[1, 2], [3, 4], [5, 6]], "bad-init", "init is an array of 3", "2 rows"],
    ["of other columns", [[1, 2], [3, 4, 5]], "bad-init", "centroid 1 is an array of 3", "2 numbers"],
    ["flat", [1, 2], "bad-init", "centroid 0 is 1"],
    ["with NaN", [[1, 2], [3, NaN]], "bad-init", "centroid 1, column 1 is NaN", "finite"],
    ["with text", [[1, 2], ["3", 4]], "bad-init", "centroid 1, column 0"],
    ["beyond all squares", [[1, 2], [3, 1e200]], "bad-init", "centroid 1, column 1", "1e+200", "too far"],
    ["a function's bad result", () => [[1, 2]], "bad-init", "result of init", "an array of 1", "2 rows"],
    ["a function's nothing", () => undefined, "bad-init", "result of init", "undefined"],
  ])("%s", (_, init, ...expected) => refuses(fit(ROWS, { k: 2, init }), expected));

  test("an error in the function passes through", () => {
    const mine = new Error("mine");
    const init = () => {
      throw mine;
    };
    expect(fit(ROWS, { k: 2, init })).toThrow(mine);
    expect(kmeansSync(ROWS, { k: 2 }).sizes).toHaveLength(2);
  });
});

describe("memory", () => {
  test("more than fits is refused before it is asked for", () => {
    // An array that only says it is long: nothing of it is read.
    const points = { data: new Uint8Array(1), columns: 1 };
    Object.defineProperty(points.data, "length", { value: 2 ** 31 });
    refuses(fit(points, { k: 2 }), ["out-of-memory", "could not allocate 8.6 GB", "4.3 GB is the limit"]);
  });

  test("and later fits work", () => expect(kmeansSync(ROWS, { k: 2, seed: 1 }).sizes).toHaveLength(2));
});

describe("every entry refuses alike", () => {
  test("kmeans and kmeansSteps reject with the same error", async () => {
    const sync = (() => {
      try {
        return kmeansSync(ROWS, { k: 9 });
      } catch (error) {
        return error as LloydError;
      }
    })() as LloydError;
    await expect(kmeans(ROWS, { k: 9 })).rejects.toMatchObject({ code: sync.code, message: sync.message });
    await expect(kmeansSteps(ROWS, { k: 9 }).next()).rejects.toMatchObject({ code: sync.code, message: sync.message });
  });
});

describe("saved models", () => {
  const saved = () => JSON.parse(JSON.stringify(kmeansSync(ROWS, { k: 2, seed: 1 }))) as Record<string, unknown> & { frame: Record<string, unknown> };
  const damage = (change: (json: ReturnType<typeof saved>) => unknown) => () => {
    const json = saved();
    change(json);
    return KMeansModel.fromJSON(json);
  };

  test.each<Case>([
    ["cut text", JSON.stringify(saved()).slice(0, 100), "bad-model", "not JSON"],
    ["empty text", "", "bad-model", "not JSON"],
    ["a number", 3, "bad-model", "the model is 3"],
    ["null", null, "bad-model", "the model is null"],
    ["an array", [], "bad-model", "the model is an array of 0"],
    ["something else", { type: "kmeans", k: 3 }, "bad-model", "format is undefined", "lloyd/kmeans"],
    ["text of something else", '{"a":1}', "bad-model", "format is undefined"],
  ])("%s", (_, json, ...expected) => refuses(() => KMeansModel.fromJSON(json), expected));

  test("of a later version", () => refuses(damage((json) => (json.version = 2)), ["bad-model", "version is 2", "newer lloyd"]));

  test("with any field missing", () => {
    for (const field of Object.keys(saved())) refuses(damage((json) => delete json[field]), ["bad-model", field]);
    for (const field of Object.keys(saved().frame)) refuses(damage((json) => delete json.frame[field]), ["bad-model", `frame.${field}`]);
  });

  test("with any field of another type", () => {
    for (const field of Object.keys(saved())) refuses(damage((json) => (json[field] = true)), ["bad-model", field]);
    for (const field of Object.keys(saved().frame)) refuses(damage((json) => (json.frame[field] = "x")), ["bad-model", `frame.${field}`]);
  });

  test.each<[string, (json: ReturnType<typeof saved>) => unknown, ...Expected]>([
    ["a centroid short", (json) => (json.centroids as unknown[]).pop(), "bad-model", "centroids is an array of 1"],
    ["a centroid's column short", (json) => (json.centroids as unknown[][])[1].pop(), "bad-model", "centroids[1]"],
    ["a centroid moved", (json) => ((json.centroids as number[][])[1][0] += 1), "bad-model", "centroids[1][0]"],
    ["a centroid null", (json) => ((json.centroids as unknown[][])[1][0] = null), "bad-model", "centroids[1][0] is null"],
    ["a label out of range", (json) => ((json.labels as number[])[2] = 2), "bad-model", "labels[2] is 2"],
    ["a label negative", (json) => ((json.labels as number[])[2] = -1), "bad-model", "labels[2] is -1"],
    ["a label changed", (json) => ((json.labels as number[])[0] = 1 - (json.labels as number[])[0]), "bad-model", "sizes[", "as labels say"],
    ["a size changed", (json) => ((json.sizes as number[])[1] += 1), "bad-model", "sizes[1]"],
    ["another ending", (json) => (json.stopped = "tired"), "bad-model", 'stopped is "tired"', "stable"],
    ["an origin short", (json) => (json.frame.origin as number[]).pop(), "bad-model", "frame."],
    ["a grid by half", (json) => ((json.frame.grid as number[])[0] = 0.5), "bad-model", "frame.grid[0] is 0.5"],
    ["an exponent changed", (json) => ((json.frame.exponent as number) += 1), "bad-model", "centroids"],
    ["a history entry of null", (json) => ((json.history as unknown[])[0] = null), "bad-model", "history[0] is null"],
    ["a restart without a seed", (json) => delete (json.restarts as Record<string, unknown>[])[0].seed, "bad-model", "restarts[0].seed"],
    ["another method", (json) => ((json.init as Record<string, unknown>).method = "magic"), "bad-model", 'init.method is "magic"'],
  ])("with %s", (_, change, ...expected) => refuses(damage(change), expected));
});
