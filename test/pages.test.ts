// The package in pages of browsers: served plainly, cross-origin isolated, under a Content-Security-Policy.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { kmeansSync } from "../ts/index.js";
import { bits, rowsOf } from "./data.js";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

/** Named by `npm test` where the machine has them. The page itself tells the server what it found. */
const BROWSERS = {
  Chromium: { program: process.env.LLOYD_CHROMIUM, flags: (profile: string) => ["--headless", "--no-sandbox", "--no-first-run", `--user-data-dir=${profile}`] },
  Firefox: { program: process.env.LLOYD_FIREFOX, flags: (profile: string) => ["--headless", "--no-remote", "--profile", profile] },
};

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
await fetch("/said", { method: "POST", body: JSON.stringify(said) });
`;

for (const [name, { program, flags }] of Object.entries(BROWSERS)) {
  describe.skipIf(!program)(program ? `in ${name}` : `in ${name} (left out: none on this machine)`, () => {
    beforeAll(() => {
      for (const file of ["index.js", "worker.js", "pool-worker.js", "facade-worker.js"]) {
        if (!existsSync(`${DIST}${file}`)) throw new Error(`dist/${file} is missing: build the package first (npm run build)`);
      }
    });

    test.each(Object.keys(PAGES))("a page served %s", async (served) => {
      const { headers, missing, started, isolated = false } = PAGES[served];
      const { url, said, close } = await serve(headers, missing);
      const profile = mkdtempSync(join(tmpdir(), "lloyd-pages-"));
      const browser = spawn(program!, [...flags(profile), url], { stdio: "ignore", detached: true });
      try {
        const heard = await said;
        expect(heard.error).toBeUndefined();
        expect(heard.isolated).toBe(isolated);
        expect(heard.worker).toBe(started);
        const expected = bits(kmeansSync(rows, options));
        for (const [how, { model, started: by }] of Object.entries(heard.models)) {
          expect(bits(model), how).toBe(expected);
          const local = how === "0 workers" || how.startsWith("a worker");
          expect(by, how).toBe(local ? "this-thread" : started);
        }
        expect(Object.keys(heard.models).length).toBe(isolated ? 8 : 7);
      } finally {
        const ended = new Promise((resolve) => browser.once("exit", resolve));
        // With its children, which would go on writing into the profile.
        process.kill(-browser.pid!, "SIGKILL");
        await ended;
        close();
        rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
      }
    }, 90_000);
  });
}

/** A page's account. */
interface Said {
  readonly isolated: boolean;
  readonly worker: string;
  readonly error?: string;
  readonly models: Record<string, { model: object; started: string }>;
}

function serve(headers: Record<string, string>, missing?: RegExp): Promise<{ url: string; said: Promise<Said>; close: () => void }> {
  const fixed: Record<string, [type: string, body: string]> = {
    "/": ["text/html", '<!doctype html><title>lloyd</title><link rel="icon" href="data:,"><script type="module" src="/script.js"></script>'],
    "/script.js": ["text/javascript", SCRIPT],
    "/problem.json": ["application/json", JSON.stringify({ rows, options })],
  };
  let hear: (said: Said) => void;
  const said = new Promise<Said>((resolve) => (hear = resolve));
  const server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    if (path === "/said") {
      let text = "";
      for await (const chunk of request) text += chunk;
      hear(JSON.parse(text));
    }
    const file = /^\/dist\/[\w.-]+$/.test(path) && !missing?.test(path) && existsSync(`${DIST}${path.slice(6)}`);
    const [type, body] = fixed[path] ?? (file ? ["text/javascript", readFileSync(`${DIST}${path.slice(6)}`)] : ["text/plain", null]);
    response.writeHead(body === null ? 404 : 200, { "Content-Type": type, ...headers }).end(body ?? "not found");
  });
  return new Promise((resolve) =>
    server.listen(0, "localhost", () => {
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ url: `http://localhost:${(server.address() as AddressInfo).port}/`, said, close });
    }),
  );
}
