import { existsSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { exportsMap } from "../scripts/entries.mjs";

const ROOT = new URL("..", import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { exports: Record<string, unknown>; sideEffects: unknown; dependencies?: object; scripts: Record<string, string> };

describe("the exports map", () => {
  test("is the table of entries, condition by condition in its order (npm run exports writes it)", () => {
    expect(JSON.stringify(manifest.exports, null, 1)).toBe(JSON.stringify(exportsMap(), null, 1));
  });

  test("names files that are there", () => {
    const files = (value: unknown): string[] => (typeof value === "string" ? [value] : Object.values(value as object).flatMap(files));
    for (const file of files(manifest.exports)) expect(existsSync(ROOT + file), file).toBe(true);
  });

  test("promises that modules do nothing when they are imported, and nothing runs on installation", () => {
    // Scripts that workers run do their work when they are loaded; nothing else does.
    expect(manifest.sideEffects).toEqual(["./dist/pool-worker.js", "./dist/facade-worker.js"]);
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });
});

/** A page's bundle of some code that imports the package as it was built. */
async function bundled(code: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code.replaceAll(/"lloyd(\/[\w-]+)?"/g, (_, entry = "/index") => JSON.stringify(`${ROOT}dist${entry}.js`)), resolveDir: ROOT },
    bundle: true, minify: true, format: "esm", write: false, metafile: true, outdir: "out", splitting: true, platform: "browser", logLevel: "error", external: ["*.wasm", "@observablehq/plot", "linkedom"],
  });
  const first = outputFiles.find(({ path }) => path.endsWith("stdin.js"))!;
  // Packages of the app, and what is loaded by import() only where WebAssembly is forbidden, do not count.
  const at = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === "<stdin>")!;
  const eager = new Set<string>();
  const walk = (imports: { path: string; kind: string }[]) => {
    for (const { path, kind } of imports) {
      if (kind !== "import-statement" || eager.has(path) || !metafile.outputs[path]) continue;
      eager.add(path);
      walk(metafile.outputs[path].imports);
    }
  };
  walk(at.imports);
  const text = [first, ...outputFiles.filter(({ path }) => [...eager].some((name) => path.endsWith(name.replace(/^out/, ""))))].map(({ text }) => text).join("");
  return { text, brotli: brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length };
}

describe("what a page loads", () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8");

  test.each([
    ["lloyd", 'export * from "lloyd"', 60_000],
    ["lloyd/slim", 'export * from "lloyd/slim"', 26_500],
    ["lloyd/js", 'export * from "lloyd/js"', 88_500],
    ["lloyd/ml-kmeans", 'export * from "lloyd/ml-kmeans"', 45_500],
    ["lloyd/skmeans", 'export { default } from "lloyd/skmeans"', 44_500],
    ["lloyd/simple-statistics", 'export * from "lloyd/simple-statistics"', 44_000],
    ["lloyd/worker", 'export * from "lloyd/worker"', 72_000],
    ["lloyd/select", 'export * from "lloyd/select"', 68_500],
    ["lloyd/metrics", 'export * from "lloyd/metrics"', 62_500],
    ["lloyd/geometry", 'export * from "lloyd/geometry"', 12_500],
    ["lloyd/plot", 'export * from "lloyd/plot"', 17_000],
  ])("%s: no more brotli than its limit, and what the README says", async (entry, code, most) => {
    const { brotli } = await bundled(code);
    expect(brotli).toBeLessThanOrEqual(most);
    const [, said] = new RegExp(`^\\| \`${entry}\` \\|.*\\| (\\d+) kB`, "m").exec(readme)!;
    expect(Math.abs(brotli / 1000 - Number(said))).toBeLessThan(1.5);
  });

  test("an app that imports only kmeans carries no other entry and no command", async () => {
    const { text } = await bundled('import { kmeans } from "lloyd"; console.log(await kmeans([[1], [2]], { k: 1 }));');
    expect(text).toContain("k-means++");
    expect(text.includes("left out"), "the command").toBe(false);
    const marks = { "ml-kmeans": "The initial centers should have the same length", skmeans: "kmrand", "simple-statistics": "has no friends", metrics: "bad-labels", select: "no elbow", geometry: "projection", plot: "observablehq", worker: "facade-worker" };
    for (const [entry, mark] of Object.entries(marks)) {
      const own = await bundled(`export * from "lloyd/${entry}"; export * as all from "lloyd/${entry}";`);
      expect([own.text.includes(mark), text.includes(mark)], entry).toEqual([true, false]);
    }
  });

  test("an app that imports only ml-kmeans' names carries no models and no other face", async () => {
    const { text } = await bundled('import { kmeans } from "lloyd/ml-kmeans"; console.log(kmeans([[1], [2]], 1));');
    for (const mark of ["kmrand", "lloyd/kmeans", "restarts"]) expect(text.includes(mark), mark).toBe(false);
  });
});
