// What a process of Node sees of the built package: when it ends, and how much memory it holds.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const ROWS = `const rows = (n, d) => ({ data: Float32Array.from({ length: n * d }, (_, i) => Math.sin(i * i)), columns: d });`;

beforeAll(() => {
  if (!existsSync(`${DIST}index.js`)) throw new Error("dist/index.js is missing: build the package first (npm run build)");
});

describe("a process ends by itself", () => {
  test.each([
    ["with an idle pool", `await createPool({ workers: 2 });`],
    ["after a fit in a pool", `await kmeans(rows(2000, 4), { k: 5, pool: await createPool({ workers: 2 }) });`],
    ["after a fit in workers of no pool", `await kmeans(rows(2000, 4), { k: 5, workers: 2 });`],
    ["with a loaded data set", `await kmeans(await loadDataset(rows(2000, 4), { workers: 2 }), { k: 5 });`],
    ["after a fit that was aborted", `await kmeans(rows(99999, 8), { k: 50, tolerance: 0, workers: 2, signal: AbortSignal.timeout(50) }).catch(() => {});`],
    ["with an idle worker of lloyd/worker", `await (await createLloydWorker()).kmeans(rows(2000, 4), { k: 5, onStep() {}, signal: new AbortController().signal });`],
  ])("%s", (_, use) => {
    expect(script(`${ROWS} ${use} console.log("done");`)).toBe("done");
  });

  test("but not before a fit in workers has ended", () => {
    expect(script(`${ROWS} kmeans(rows(50_000, 8), { k: 20, workers: 2 }).then((model) => console.log(model.k));`)).toBe("20");
  });

  test("from CommonJS, too", () => {
    const use = `const { kmeans } = require(${JSON.stringify(`${DIST}index.cjs`)}); const { createLloydWorker } = require(${JSON.stringify(`${DIST}worker.cjs`)});
      (async () => { const lloyd = await createLloydWorker(); console.log((await kmeans([[1], [2], [9]], { k: 2, workers: 2 })).executor.started, (await lloyd.kmeans([[1], [2], [9]], { k: 2 })).k); })();`;
    expect(execFileSync(process.execPath, ["-e", use], { encoding: "utf8", timeout: 20_000 }).trim()).toBe("inlined 2");
  });
});

test("200 fits in a row leave memory flat", () => {
  const [before, after] = JSON.parse(
    script(
      `${ROWS}
      const pool = await createPool({ workers: 2 });
      const points = rows(4000, 8);
      const some = async (fits) => {
        for (let i = 0; i < fits; i++) {
          const options = { k: 10, seed: i, maxIterations: 5 };
          await kmeans(points, { ...options, pool, workers: 2 });
          await kmeans(points, { ...options, workers: 0 });
          await kmeans(points, { ...options, pool, signal: AbortSignal.timeout(1) }).catch(() => {});
          const dataset = await loadDataset(points, { pool });
          await kmeans(dataset, options);
          dataset.dispose();
        }
      };
      const measured = async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        for (let i = 0; i < 3; i++) gc();
        const { rss, heapUsed, external } = process.memoryUsage();
        return { rss, held: heapUsed + external };
      };
      await some(50);
      const before = await measured();
      await some(50);
      console.log(JSON.stringify([before, await measured()]));`,
      ["--expose-gc"],
    ),
  ) as { rss: number; held: number }[];
  expect(after.held - before.held).toBeLessThan(2e6);
  expect(after.rss - before.rss).toBeLessThan(30e6);
}, 120_000);

/** What a module prints in a process of its own. */
function script(text: string, flags: string[] = []): string {
  const imports = `import { createPool, kmeans, loadDataset } from ${JSON.stringify(`${DIST}index.js`)}; import { createLloydWorker } from ${JSON.stringify(`${DIST}worker.js`)};`;
  return execFileSync(process.execPath, [...flags, "--input-type=module", "-e", `${imports}\n${text}`], { encoding: "utf8", timeout: 100_000 }).trim();
}
