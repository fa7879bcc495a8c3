import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as wasm from "../ts/index.js";
import { bits as allBits, kinds, rowsOf, weightsOf } from "./data.js";

const PACKAGE = new URL("../dist/js.js", import.meta.url).href;
const js = (await import(/* @vite-ignore */ PACKAGE)) as typeof wasm;

/** All bits but how many distances were looked at, which hangs on how the kernels round. */
const bits = (model: unknown) => allBits(JSON.parse(JSON.stringify(model), (key, value: unknown) => (key === "computed" || key === "saved" ? undefined : value)));

describe("without WebAssembly, the same bits", () => {
  test.each(kinds)("%s", (kind) => {
    expect(js.backend()).toBe("js");
    for (const [n, d, k] of [[400, 2, 7], [300, 5, 20], [200, 70, 9], [900, 16, 120]] as const) {
      const points = rowsOf(kind, n, d, n);
      for (const init of ["auto", "k-means++", "k-means||", "random-partition", "farthest"] as const) {
        const options = { k, init, seed: n, restarts: 2, weights: init === "auto" ? undefined : weightsOf(n, d) };
        expect(bits(js.kmeansSync(points, options))).toBe(bits(wasm.kmeansSync(points, options)));
      }
      for (const algorithm of ["lloyd", "hamerly", "yinyang"] as const) {
        const options = { k, algorithm, seed: 1, tolerance: 0 };
        expect(bits(js.kmeansSync(points, options))).toBe(bits(wasm.kmeansSync(points, options)));
      }
    }
  });

  test("on this thread, and the model says why where workers or a pool were asked for", async () => {
    const points = rowsOf("blobs", 300, 3, 1);
    const alone = { workers: 0, started: "this-thread" };
    const fallback = "lloyd runs as plain JavaScript here; workers are given WebAssembly";
    expect((await js.kmeans(points, { k: 4, seed: 1 })).executor).toEqual(alone);
    const asked = await js.kmeans(points, { k: 4, seed: 1, workers: 2 });
    expect(asked.executor).toEqual({ ...alone, fallback });
    const pool = await js.createPool({ workers: 2 });
    expect([pool.started, pool.failure]).toEqual(["this-thread", expect.stringMatching(/no WebAssembly/)]);
    expect((await js.kmeans(points, { k: 4, seed: 1, pool })).executor).toEqual({ ...alone, fallback });
    const dataset = await js.loadDataset(points, { pool });
    expect((await js.kmeans(dataset, { k: 4, seed: 1 })).executor).toEqual({ ...alone, fallback });
    expect(bits(asked)).toBe(bits(wasm.kmeansSync(points, { k: 4, seed: 1 })));
    dataset.dispose();
    pool.dispose();
  });

  test("from 32-bit rows, and in predictions", () => {
    const rows = { data: Float32Array.from(rowsOf("blobs", 500, 6, 3).flat()), columns: 6 };
    const [a, b] = [js, wasm].map(({ kmeansSync }) => kmeansSync(rows, { k: 11, seed: 2 }));
    expect(bits(a)).toBe(bits(b));
    const others = rowsOf("uniform", 99, 6, 4);
    expect(a.predict(others)).toEqual(b.predict(others));
    expect(a.transform(others)).toEqual(b.transform(others));
  });
});

describe("where WebAssembly is forbidden", () => {
  const forbid = "WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder'); } };";
  const none = "delete globalThis.WebAssembly;";
  const points = [[1, 2], [3, 4], [9, 9]];
  /** What a program prints that uses the package where there is no WebAssembly. */
  const printed = (first: string, program: string, module = true) => {
    const load = module ? `const lloyd = await import(${JSON.stringify(PACKAGE.replace("js.js", "index.js"))});` : `const lloyd = require(${JSON.stringify(fileURLToPath(PACKAGE.replace("js.js", "index.cjs")))}); (async () => {`;
    const text = `${first} ${load} const points = ${JSON.stringify(points)}; ${program} ${module ? "" : "})();"}`;
    return execFileSync(process.execPath, [`--input-type=${module ? "module" : "commonjs"}`, "-e", text], { encoding: "utf8" }).trim().split("\n");
  };

  test.each([["by a policy", forbid, true], ["by a policy, required", forbid, false], ["because there is none", none, true]])("%s, kmeans runs as JavaScript by itself", (_, first, module) => {
    const [model, backend] = printed(first, "console.log(JSON.stringify(await lloyd.kmeans(points, { k: 2, seed: 1 }))); console.log(lloyd.backend());", module);
    expect(bits(JSON.parse(model))).toBe(bits(wasm.kmeansSync(points, { k: 2, seed: 1 })));
    expect(backend).toBe("js");
  });

  test("kmeansSync names the directive that is missing and what else there is, and runs after init", () => {
    const lines = printed(forbid, `
      for (const call of [() => lloyd.kmeansSync(points, { k: 2 }), lloyd.backend]) try { call(); } catch (error) { console.log(error.name, error.code, error.message); }
      await lloyd.init();
      console.log(lloyd.backend(), lloyd.kmeansSync(points, { k: 3 }).sizes);`);
    for (const line of lines.slice(0, 2)) expect(line).toMatch(/^LloydError wasm-unavailable .*Wasm code generation disallowed by embedder.*script-src 'wasm-unsafe-eval'.*await init\(\{ fallback: \(\) => import\("lloyd\/engine-js"\) \}\).*lloyd\/js/);
    expect(lines[2]).toBe("js [ 1, 1, 1 ]");
  });

  test("init loads it from where it is told, and says what is wrong with that", () => {
    const lines = printed(forbid, `
      for (const options of [{ fallback: () => Promise.resolve({}) }, { fallback: 7 }, { falback: 1 }, { fallback: () => Promise.reject(new Error("not there")) }])
        await lloyd.init(options).catch(({ code, message }) => console.log(code, message));
      let loaded = 0;
      const fallback = () => ((loaded += 1), import(${JSON.stringify(PACKAGE.replace("js.js", "engine-js.js"))}));
      await lloyd.init({ fallback });
      await lloyd.init({ fallback });
      console.log(lloyd.backend(), loaded, lloyd.kmeansSync(points, { k: 3 }).sizes);`);
    expect(lines).toEqual([
      'bad-option init: fallback gave an object with no keys; expected the module "lloyd/engine-js"',
      'bad-option fallback is 7; expected a function such as () => import("lloyd/engine-js")',
      'unknown-option unknown option "falback"; expected fallback',
      "undefined not there",
      "js 1 [ 1, 1, 1 ]",
    ]);
  });

  test("init does not load it where WebAssembly runs", () => {
    expect(printed("", 'await lloyd.init({ fallback: () => { throw new Error("called"); } }); console.log(lloyd.backend());')).toEqual(["wasm-simd"]);
  });
});

describe("lloyd/slim", () => {
  const SLIM = PACKAGE.replace("js.js", "slim.js");
  const WASM = readFileSync(new URL("../dist/lloyd.wasm", import.meta.url));
  let copies = 0;
  const fresh = async () => (await import(/* @vite-ignore */ `${SLIM}?${(copies += 1)}`)) as typeof import("../ts/slim.js");

  test("says that it is not loaded yet, loads from bytes, a module or a response, and may be loaded again", async () => {
    const { kmeansSync } = await fresh();
    expect(() => kmeansSync([[1]], { k: 1 })).toThrow(expect.objectContaining({ code: "wasm-unavailable", message: expect.stringMatching(/has not loaded its WebAssembly yet: call `await init\(\)` first/) }));
    const { buffer, byteOffset, length } = WASM;
    for (const source of [WASM, buffer.slice(byteOffset, byteOffset + length), new WebAssembly.Module(WASM), new Response(WASM), Promise.resolve(new Response(WASM))]) {
      const { init, kmeansSync, backend } = await fresh();
      await init(source);
      await Promise.all([init(), init()]);
      expect(backend()).toBe("wasm-simd");
      expect(kmeansSync([[1], [2]], { k: 2 }).sizes).toEqual([1, 1]);
    }
  });

  test.each([
    ["a page instead of the file", () => new Response("<!doctype html><html></html>"), /begins with "<!doctype html><"; expected the file lloyd.wasm/],
    ["an answer that is none", () => new Response("", { status: 404, statusText: "Not Found" }), /answered 404 Not Found; expected lloyd.wasm/],
    ["something else", () => 7, /init was given 7; expected bytes/],
    ["an address that leads nowhere", () => "http://127.0.0.1:9/lloyd.wasm", /could not be fetched/],
  ])("says what is wrong with %s", async (_, source, message) => {
    const { init } = await fresh();
    await expect(init(source() as never)).rejects.toThrow(expect.objectContaining({ code: "wasm-unavailable", message: expect.stringMatching(message) }));
  });
});
