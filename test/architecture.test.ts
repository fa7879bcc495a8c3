import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Only types cross it: nothing is left of it when the code runs. */
  readonly types: boolean;
}

describe("ts/: dependencies point one way", () => {
  /** What each layer may use, beside itself; a layer is a folder or the files named. */
  const LAYERS: Record<string, { files: RegExp; uses: string[]; types?: string[] }> = {
    ground: { files: /^ts\/(algorithm|containers|errors|fused|nearest|points|questions|random)\.ts$/, uses: [] },
    built: { files: /^build\/(wasm|js)\//, uses: [] },
    engine: { files: /^ts\/engine\//, uses: ["ground", "built"] },
    boundary: { files: /^ts\/(wasm|crowd)\.ts$/, uses: ["ground", "engine"], types: ["built"] },
    scripts: { files: /^build\/worker\//, uses: [] },
    executors: { files: /^ts\/executor\//, uses: ["ground", "boundary"], types: ["facade"] },
    drivers: { files: /^ts\/driver\//, uses: ["ground"], types: ["facade"] },
    facade: { files: /^ts\/[a-z]+\.ts$/, uses: ["ground", "engine", "scripts", "executors", "drivers"] },
    worker: { files: /^ts\/worker\//, uses: ["ground", "scripts", "boundary", "executors", "facade"] },
    faces: { files: /^ts\/compat\//, uses: ["ground", "executors", "drivers", "facade"] },
    metrics: { files: /^ts\/metrics\//, uses: ["ground", "executors", "drivers", "facade"] },
    select: { files: /^ts\/select\//, uses: ["ground", "executors", "drivers", "facade", "metrics"] },
    geometry: { files: /^ts\/geometry\//, uses: ["ground", "drivers", "metrics"] },
    plot: { files: /^ts\/plot\//, uses: ["ground", "geometry"], types: ["facade", "metrics", "select"] },
    command: { files: /^(ts\/cli\/|package\.json$)/, uses: ["ground", "facade", "metrics", "select", "plot"] },
  };
  const layerOf = (file: string) => Object.keys(LAYERS).find((name) => LAYERS[name].files.test(file))!;
  const edges = filesIn("ts", ".ts").flatMap(importsOf);

  test("every file has a layer, and edges were found", () => {
    for (const { from, to } of edges) expect([layerOf(from), layerOf(to)], `${from} → ${to}`).not.toContain(undefined);
    expect(edges.length).toBeGreaterThan(40);
    expect(edges).toContainEqual({ from: "ts/executor/inline.ts", to: "ts/wasm.ts", types: false });
  });

  test("no edge points the wrong way", () => {
    const wrong = edges.filter(({ from, to, types }) => {
      const [user, used] = [layerOf(from), layerOf(to)];
      const { uses, types: onlyTypes = [] } = LAYERS[user];
      return user !== used && !uses.includes(used) && !(types && onlyTypes.includes(used));
    });
    expect(wrong).toEqual([]);
  });

  test("one folder knows the WebAssembly", () => {
    const users = edges.filter(({ to, types }) => /^build\/(wasm|js)\//.test(to) && !types).map(({ from }) => dirname(from));
    expect(new Set(users)).toEqual(new Set(["ts/engine"]));
    const named = filesIn("ts", ".ts").filter((file) => /\bWebAssembly\.(?!Memory\b)\w+\(/.test(code(file)));
    expect(named).toEqual(["ts/engine/compile.ts", "ts/fused.ts"]);
  });

  test("drivers never wait, look at a clock or draw their own luck", () => {
    for (const file of filesIn("ts/driver", ".ts")) expect(code(file), file).not.toMatch(/\b(async|await|Promise|Date|performance|setTimeout|Math\.random)\b/);
  });
});

describe("crates/: dependencies point one way", () => {
  /** What each module of the crate may use. */
  const USES: Record<string, string[]> = {
    exact: [],
    kernel: ["exact"],
    order: [],
    race: ["order"],
    frame: ["exact", "kernel"],
    rows: ["exact", "frame", "kernel"],
    assign: ["exact", "kernel", "order", "rows"],
    search: ["kernel", "race"],
    shard: ["assign", "exact", "frame", "kernel", "race", "rows"],
    lib: [],
  };
  const sources = filesIn("crates/lloyd/src", ".rs");
  const moduleOf = (file: string) => file.replace("crates/lloyd/src/", "").replace(/(\/.*)?(\.rs)?$/, "");

  test("every module is known, and uses what it may", () => {
    let seen = 0;
    for (const file of sources) {
      const module = moduleOf(file);
      expect(Object.keys(USES), file).toContain(module);
      for (const [, used] of code(file).matchAll(/\bcrate::([a-z]\w*)/g)) {
        seen += 1;
        if (used !== module) expect(USES[module], `${file} uses ${used}`).toContain(used);
      }
    }
    expect(seen).toBeGreaterThan(15);
  });

  test("the algorithms know nothing of wasm-bindgen, but to be tested", () => {
    for (const file of [...sources, "crates/lloyd/Cargo.toml"]) expect(code(file), file).not.toMatch(/wasm[-_]bindgen(?![-_]test)|js[-_]sys/);
    expect(code("crates/lloyd-wasm/src/lib.rs")).toMatch(/wasm_bindgen/);
  });

  test("one file is unsafe", () => {
    const unsafe = sources.filter((file) => /\bunsafe\b(?!_code)/.test(code(file)));
    expect(unsafe).toEqual(["crates/lloyd/src/kernel/simd128.rs"]);
  });
});

/** Paths from the root. */
function filesIn(folder: string, suffix: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true }) as string[];
  return entries.map((entry) => `${folder}/${entry.replaceAll("\\", "/")}`).filter((file) => file.endsWith(suffix) && !file.endsWith(".d.ts")).sort();
}

/** A file without its comments. */
function code(file: string): string {
  return readFileSync(join(ROOT, file), "utf8").replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, "");
}

function importsOf(from: string): Edge[] {
  const statements = code(from).matchAll(/^(?:import|export)\s(type\s)?([^;]*?)\s*from\s+"(\.[^"]*)"|^import\s()()"(\.[^"]*)"|\bimport\(()()"(\.[^"]*)"\)/gm);
  return [...statements].map((found) => {
    const target = found[3] ?? found[6] ?? found[9];
    const to = normalize(join(dirname(from), target)).replaceAll("\\", "/");
    return { from, to: to.startsWith("ts/") ? to.replace(/\.js$/, ".ts") : to, types: Boolean(found[1]) };
  });
}
