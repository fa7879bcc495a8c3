import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fuse, hasFused } from "../ts/fused.js";
import { places } from "../build/wasm/fused.js";
import { kinds, rowsOf } from "./data.js";

const shipped = new Uint8Array(readFileSync(new URL("../build/wasm/lloyd_wasm_bg.wasm", import.meta.url)));

test("the module weighs 120 kB at most", () => {
  expect(shipped.length).toBeLessThanOrEqual(120_000);
});

describe("fused multiply-adds", () => {
  afterEach(() => {
    vi.doUnmock("../ts/fused.js");
    vi.resetModules();
  });

  test("the shipped module is valid anywhere, the fused one where the engine knows the instruction", () => {
    expect(places.length).toBeGreaterThan(50);
    const fused = fuse(shipped, places);
    expect(fused.length).toBe(shipped.length);
    expect(fused.filter((byte, at) => byte !== shipped[at]).length).toBeGreaterThan(places.length);
    expect(WebAssembly.validate(shipped)).toBe(true);
    expect(WebAssembly.validate(fused)).toBe(hasFused());
    // What the engines that the tests run in are known to do.
    const major = Number(process.versions.node.split(".")[0]);
    expect(hasFused()).toBe(major >= 22);
  });

  test.skipIf(!hasFused())("fused or not, the same models bit for bit", async () => {
    const shapes = [[3000, 2, 16], [900, 3, 40], [700, 20, 33], [500, 100, 9], [400, 300, 20]];
    for (const [n, columns, k] of shapes) for (const kind of kinds) {
      const points = rowsOf(kind, n, columns, n);
      const models = [];
      for (const has of [true, false]) {
        vi.resetModules();
        vi.doMock("../ts/fused.js", () => ({ fuse, hasFused: () => has }));
        const { kmeansSync } = await import("../ts/index.js");
        models.push(kmeansSync(points, { k, seed: 1, tolerance: 0 }));
      }
      const [a, b] = models.map(({ labels, centroids, inertia, iterations }) => ({ labels, centroids, inertia, iterations }));
      expect(a).toEqual(b);
    }
  });
});
