// The package in pages of a Chromium: served plainly, cross-origin isolated, under a Content-Security-Policy.

import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmeansSync } from "../ts/index.js";
import { bits, rowsOf } from "./data.js";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
/** A Chromium, which `npm test` names where there is one. */
const program = process.env.LLOYD_CHROMIUM;

const rows = rowsOf("blobs", 2000, 3, 8);
const options = { k: 7, seed: 2, tolerance: 0 } as const;

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const CSP = { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'" };

/** How a page is served, and how workers have to start in it. */
const PAGES: Record<string, { headers: Record<string, string>; missing?: RegExp; started: string; isolated?: boolean }> = {
  "plain": { headers: {}, started: "module" },
  "cross-origin isolated": { headers: ISOLATED, started: "module", isolated: true },
  "under script-src 'self' 'wasm-unsafe-eval'": { headers: CSP, started: "module" },
  "without the workers' files": { headers: {}, missing: /(pool|facade)-worker\.js$/, started: "inlined" },
  "cross-origin isolated and without the workers' files": { headers: ISOLATED, missing: /(pool|facade)-worker\.js$/, started: "inlined", isolated: true },
  "under that policy and without the workers' files": { headers: CSP, missing: /(pool|facade)-worker\.js$/, started: "this-thread" },
};

const SCRIPT = `
import { createPool, kmeans, kmeansSteps, loadDataset } from "/dist/index.js";
import { createLloydWorker } from "/dist/worker.js";
const { rows, options } = await (await fetch("/problem.json")).json();
const said = { isolated: crossOriginIsolated, models: {} };
const keep = (name, model) => void (said.models[name] = { model: JSON.parse(JSON.stringify(model)), started: model.executor.started });
try {
  for (const workers of [0, 1, 3]) keep(workers + " workers", await kmeans(rows, { ...options, workers }));
  const pool = await createPool({ workers: 2 });
  keep("a pool", await kmeans(rows, { ...options, pool }));
  const dataset = await loadDataset(rows, { pool });
  keep("a data set", await kmeans(dataset, options));
  dataset.dispose();
  if (crossOriginIsolated) {
    const data = new Float64Array(new SharedArrayBuffer(rows.length * 24));
    data.set(rows.flat());
    keep("shared memory", await kmeans({ data, columns: 3 }, { ...options, pool, workers: 2 }));
  }
  pool.dispose();
  const lloyd = await createLloydWorker();
  said.worker = lloyd.started;
  const inWorker = await lloyd.kmeans(rows, options);
  keep("a worker", inWorker);
  const steps = lloyd.kmeansSteps(rows, options);
  let turn = await steps.next();
  while (!turn.done) turn = await steps.next();
  keep("a worker's steps", turn.value);
  lloyd.dispose();
} catch (error) {
  said.error = String(error.stack ?? error);
}
const output = document.createElement("output");
output.textContent = JSON.stringify(said);
document.body.append(output);
`;

describe.skipIf(!program)(program ? "in a page" : "in a page (left out: no Chromium; LLOYD_CHROMIUM may name one)", () => {
  let browser: Browser;
  beforeAll(async () => {
    for (const file of ["index.js", "worker.js", "pool-worker.js", "facade-worker.js"]) {
      if (!existsSync(`${DIST}${file}`)) throw new Error(`dist/${file} is missing: build the package first (npm run build)`);
    }
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(() => browser.close());

  test.each(Object.keys(PAGES))("served %s", async (name) => {
    const { headers, missing, started, isolated = false } = PAGES[name];
    const server = await serve(headers, missing);
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    try {
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      const said = JSON.parse((await page.locator("output").textContent({ timeout: 60_000 }))!) as { isolated: boolean; worker: string; error?: string; models: Record<string, { model: object; started: string }> };
      expect(said.error).toBeUndefined();
      expect(complaints).toEqual([]);
      expect(said.isolated).toBe(isolated);
      expect(said.worker).toBe(started);
      const expected = bits(kmeansSync(rows, options));
      for (const [how, { model, started: by }] of Object.entries(said.models)) {
        expect(bits(model), how).toBe(expected);
        const local = how === "0 workers" || how.startsWith("a worker");
        expect(by, how).toBe(local ? "this-thread" : started);
      }
      expect(Object.keys(said.models).length).toBe(isolated ? 8 : 7);
    } finally {
      await page.close();
      server.close();
    }
  }, 90_000);
});

function serve(headers: Record<string, string>, missing?: RegExp): Promise<Server> {
  const fixed: Record<string, [type: string, body: string]> = {
    "/": ["text/html", '<!doctype html><title>lloyd</title><link rel="icon" href="data:,"><script type="module" src="/script.js"></script>'],
    "/script.js": ["text/javascript", SCRIPT],
    "/problem.json": ["application/json", JSON.stringify({ rows, options })],
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const file = /^\/dist\/[\w.-]+$/.test(path) && !missing?.test(path) && existsSync(`${DIST}${path.slice(6)}`);
    const [type, body] = fixed[path] ?? (file ? ["text/javascript", readFileSync(`${DIST}${path.slice(6)}`)] : ["text/plain", null]);
    response.writeHead(body === null ? 404 : 200, { "Content-Type": type, ...headers }).end(body ?? "not found");
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}
