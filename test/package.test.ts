import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmeansSync } from "../ts/index.js";
import { bits, rowsOf } from "./data.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "lloyd-package-"));
const installed = join(project, "node_modules/lloyd");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string; dependencies?: object; peerDependencies: Record<string, string> };
let packed: string[];

beforeAll(() => {
  for (const file of ["index.js", "index.cjs", "index.d.ts", "index.d.cts", "worker.js", "worker.cjs", "worker.d.ts", "worker.d.cts", "pool-worker.js", "facade-worker.js", "cli.js", "lloyd.wasm"]) {
    if (!existsSync(join(ROOT, "dist", file))) throw new Error(`dist/${file} is missing: build the package first (npm run build)`);
  }
  const [tarball] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], ROOT)) as { filename: string; files: { path: string }[] }[];
  packed = tarball.files.map(({ path }) => path).sort();
  write("package.json", JSON.stringify({ name: "somebody", private: true }));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", join(project, tarball.filename)]);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the packed package", () => {
  test("holds what is meant to be published and nothing else", () => {
    const allowed = /^(dist\/[\w.-]+\.(js|cjs|d\.ts|d\.cts)|dist\/workerd\/[\w.-]+\.js|dist\/(lloyd\.wasm|THIRD-PARTY\.md)|package\.json|README\.md|CHANGELOG\.md|LICENSE-(MIT|APACHE))$/;
    expect(packed.filter((path) => !allowed.test(path))).toEqual([]);
    expect(packed).toEqual(expect.arrayContaining(["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "dist/cli.js", "dist/index.cjs", "dist/index.d.cts", "dist/index.d.ts", "dist/index.js", "dist/pool-worker.js", "dist/facade-worker.js", "dist/worker.cjs", "dist/worker.d.cts", "dist/worker.d.ts", "dist/worker.js", "dist/THIRD-PARTY.md", "package.json"]));
  });

  test("needs no other package", () => {
    expect(manifest.dependencies).toBeUndefined();
    expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["lloyd"]);
  });

  test("names what it contains of others' work, with their licences", () => {
    const notices = readFileSync(join(installed, "dist/THIRD-PARTY.md"), "utf8");
    const named = new Set([...notices.matchAll(/^\| ([\w@/-]+) \| [\d.]+ \| \S/gm)].map(([, name]) => name));
    for (const name of named) expect(notices).toMatch(new RegExp(`^## ${name} [\\d.]+\n\n\`\`\`text\n[^]{200,}?\n\`\`\`$`, "m"));
    expect(Array.from(bundledPackages()).filter((name) => !named.has(name))).toEqual([]);
    expect(linkedCrates().filter((name) => !named.has(name))).toEqual([]);
    expect(linkedCrates()).toContain("wasm-bindgen");
    expect(notices).toMatch(/parts of the Rust standard library/);
  });

  test("names no path of the machine that built it", () => {
    for (const path of packed) expect(readFileSync(join(installed, path), "utf8").includes(ROOT), path).toBe(false);
  });

  test("gives the source's bits to import and to require", () => {
    const rows = rowsOf("blobs", 300, 4, 1);
    const points = JSON.stringify(rows);
    const use = `console.log(JSON.stringify(kmeansSync(${points}, { k: 6, seed: 1 })));`;
    write("esm.mjs", `import { kmeansSync } from "lloyd";\n${use}`);
    write("cjs.cjs", `const { kmeansSync } = require("lloyd");\n${use}`);
    const expected = bits(kmeansSync(rows, { k: 6, seed: 1 }));
    for (const file of ["esm.mjs", "cjs.cjs"]) expect(bits(JSON.parse(run(process.execPath, [file]))), file).toBe(expected);
  });

  test("exports the same names of every entry to both, and one class of errors", () => {
    const entries = ["metrics", "select", "geometry"];
    write("entries.mjs", `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
      const found = {};
      for (const entry of ${JSON.stringify(entries)}) {
        const names = (some) => Object.keys(some).filter((n) => n !== "default" && n !== "module.exports").sort();
        const [esm, cjs] = [await import("lloyd/" + entry), require("lloyd/" + entry)];
        found[entry] = [names(esm), names(cjs)];
      }
      const { LloydError } = await import("lloyd");
      const { rand } = await import("lloyd/metrics");
      try { rand([], []) } catch (error) { found.one = error instanceof LloydError && error.code }
      const cjs = require("lloyd");
      try { require("lloyd/metrics").rand([], []) } catch (error) { found.other = error instanceof cjs.LloydError && error.code }
      console.log(JSON.stringify(found));`);
    const { one, other, ...found } = JSON.parse(run(process.execPath, ["entries.mjs"])) as Record<string, string[][]>;
    for (const [entry, [esm, cjs]] of Object.entries(found)) {
      expect(cjs, entry).toEqual(esm);
      expect(esm.length, entry).toBeGreaterThan(3);
    }
    expect([one, other]).toEqual(["bad-labels", "bad-labels"]);
  });

  test("says which packages pictures need, where they are missing", () => {
    write("points.csv", "x,y\n1,2\n3,4\n9,9\n8,9\n");
    expect(() => run(process.execPath, [join(installed, "dist/cli.js"), "choose", "points.csv", "--plot", "out.svg"])).toThrow("--plot needs two more packages: npm install @observablehq/plot linkedom");
    expect(run(process.execPath, [join(installed, "dist/cli.js"), "choose", "points.csv", "--to", "3", "--seed", "1"])).toContain("recommended: k = ");
  });

  test("exports the same names to both", () => {
    write("names.mjs", `import * as esm from "lloyd"; import { createRequire } from "node:module";
      console.log(JSON.stringify([Object.keys(esm), Object.keys(createRequire(import.meta.url)("lloyd"))].map((names) => names.filter((n) => n !== "default" && n !== "module.exports").sort())));`);
    const [esm, cjs] = JSON.parse(run(process.execPath, ["names.mjs"])) as string[][];
    expect(esm).toEqual(["KMeansModel", "LloydError", "backend", "createPool", "init", "kmeans", "kmeansSteps", "kmeansSync", "loadDataset"]);
    expect(cjs).toEqual(esm);
  });

  test.each(["lloyd/slim", "lloyd/js"])("gives them through %s", (name) => {
    const rows = rowsOf("blobs", 300, 4, 1);
    const use = `console.log(JSON.stringify(kmeansSync(${JSON.stringify(rows)}, { k: 6, seed: 1 })));`;
    write("esm.mjs", `import { kmeansSync } from "${name}";\n${use}`);
    write("cjs.cjs", `const { kmeansSync } = require("${name}");\n${use}`);
    for (const file of ["esm.mjs", "cjs.cjs"]) expect(bits(JSON.parse(run(process.execPath, [file]))), file).toBe(bits(kmeansSync(rows, { k: 6, seed: 1 })));
  });

  test("has entries whose errors are of one class", () => {
    const use = `try { kmeans([], 1); } catch (error) { console.log(error instanceof LloydError, error.code); }`;
    write("esm.mjs", `import { LloydError } from "lloyd"; import { kmeans } from "lloyd/ml-kmeans"; ${use}`);
    write("cjs.cjs", `const { LloydError } = require("lloyd"); const { kmeans } = require("lloyd/ml-kmeans"); ${use}`);
    for (const file of ["esm.mjs", "cjs.cjs"]) expect(run(process.execPath, [file]).trim(), file).toBe("true bad-k");
  });

  test("is a function where skmeans is required", () => {
    write("cjs.cjs", `console.log(require("lloyd/skmeans")([1, 2, 9], 2, [1, 9]).it);`);
    write("esm.mjs", `import skmeans from "lloyd/skmeans"; console.log(skmeans([1, 2, 9], 2, [1, 9]).it);`);
    for (const file of ["esm.mjs", "cjs.cjs"]) expect(run(process.execPath, [file]).trim(), file).toBe("1");
  });

  test("gives them too where wasm is optimised at once", () => {
    const rows = rowsOf("blobs", 300, 4, 1);
    write("esm.mjs", `import { kmeansSync } from "lloyd";\nconsole.log(JSON.stringify(kmeansSync(${JSON.stringify(rows)}, { k: 6, seed: 1 })));`);
    expect(bits(JSON.parse(run(process.execPath, ["--no-liftoff", "esm.mjs"])))).toBe(bits(kmeansSync(rows, { k: 6, seed: 1 })));
  });

  test("lets its process end by itself after an asynchronous fit", () => {
    write("end.mjs", `import { kmeans } from "lloyd"; const m = await kmeans([[0, 0], [1, 1], [9, 9]], { k: 2 }); console.log(m.sizes.length);`);
    expect(run(process.execPath, ["end.mjs"]).trim()).toBe("2");
  });

  test("has a command", () => {
    expect(run(join(project, "node_modules/.bin/lloyd"), ["--version"]).trim()).toContain(manifest.version);
    expect(run(process.execPath, [join(installed, "dist/cli.js"), "--version"]).trim()).toContain(manifest.version);
  });

  test("has types for import and for require, under nodenext", () => {
    const use = `
      const model: KMeansModel = kmeansSync([[1, 2], [3, 4]], { k: 2, init: "k-means++" });
      const labels: Int32Array = model.labels;
      export const first: number = model.centroids[0][labels[0]];
      // @ts-expect-error: k is required
      kmeansSync([[1]], {});
      // @ts-expect-error: no such method
      kmeansSync([[1]], { k: 1, init: "kmeans" });`;
    const worker = `
      import { createPool, kmeans, loadDataset } from "lloyd";
      import { createLloydWorker } from "lloyd/worker";
      export async function fits(): Promise<KMeansModel[]> {
        using pool = await createPool({ workers: 2 });
        using dataset = await loadDataset([[1], [2]], { pool });
        const lloyd = await createLloydWorker();
        return [await kmeans(dataset, { k: 1 }), await lloyd.kmeans([[1]], { k: 1 })];
      }`;
    write("esm.mts", `import { kmeansSync, type KMeansModel } from "lloyd";${use}${worker}`);
    write("cjs.cts", `import { kmeansSync, type KMeansModel } from "lloyd";${use}${worker}`);
    const compilerOptions = { noEmit: true, strict: true, module: "nodenext", moduleResolution: "nodenext", target: "es2022", types: [] };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["esm.mts", "cjs.cts"] }));
    expect(run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc")])).toBe("");
  });
});

/** Packages of npm that the sources import, and what those need in turn: they may be bundled in their files. */
function bundledPackages(): Set<string> {
  const found = new Set<string>();
  const take = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")) as { dependencies?: object };
    Object.keys(dependencies).forEach(take);
  };
  for (const file of readdirSync(join(ROOT, "ts"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(join(ROOT, "ts", file), "utf8");
    for (const [, name] of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from\s+"((?:@[^/"]+\/)?[^./"@][^/":]*)(?:\/[^":]*)?"/gm)) if (!(name in manifest.peerDependencies)) take(name);
  }
  return found;
}

/** Crates that the crates of this package ask for, but for those that run only in its tests. */
function linkedCrates(): string[] {
  return ["lloyd", "lloyd-wasm"].flatMap((crate) => {
    const sections = readFileSync(join(ROOT, "crates", crate, "Cargo.toml"), "utf8").split(/^(?=\[)/m);
    const list = sections.find((section) => section.startsWith("[dependencies]")) ?? "";
    return [...list.matchAll(/^([\w-]+) = (?!\{ path)/gm)].map(([, name]) => name);
  });
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

/** What a program prints; an error with all that it said where it fails. */
function run(program: string, args: string[], cwd = project): string {
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: "pipe", env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` } });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
  }
}
