// Who consumes the package, each as a tiny project with the packed tarball in its node_modules and no configuration of
// its bundler. `tools` are installed there; `run` returns what the project computed, or nothing where it checks itself.
// scripts/test/packaging.mjs runs them and compares.

import { readFileSync } from "node:fs";

/** No WebAssembly. */
const STRICT = "default-src 'self'; img-src data:";
/** What pictures need, in Node. */
const drawn = { "@observablehq/plot": "0.6", linkedom: "0.18" };

/** `wanted`: which answers are expected; by default all of them, by WebAssembly. */
export const consumers = [
  ...[20, 22, 24].flatMap((major) => [
    { name: `Node ${major}, import`, run: ({ node }) => node(major, ["print.js"]) },
    { name: `Node ${major}, require`, run: ({ node }) => node(major, ["print.cjs"]) },
  ]),
  { name: "Node, lloyd/slim", wanted: "core", answers: "answers-slim.js", run: ({ node }) => node(20, ["print.js"]) },
  { name: "Node, lloyd/js", wanted: "js", answers: "answers-js.js", run: ({ node }) => node(20, ["print.js"]) },
  { name: "Node, the other entries, import", wanted: "entries", answers: "answers-entries.js", tools: drawn, run: ({ node }) => node(24, ["print.js"]) },
  { name: "Node, the other entries, require", wanted: "entries", tools: drawn, run: ({ node }) => node(20, ["print-entries.cjs"]) },
  { name: "Deno", tools: platform("deno"), run: ({ tool }) => tool("deno", ["run", "--no-remote", "--node-modules-dir=manual", "--allow-read", "print.js"]) },
  { name: "Bun, import", tools: platform("bun"), run: ({ tool }) => tool("bun", ["print.js"]) },
  { name: "Bun, require", tools: platform("bun"), run: ({ tool }) => tool("bun", ["print.cjs"]) },
  { name: "workerd", tools: { ...platform("workerd"), esbuild: "0.28.2" }, run: workerd },

  ...[8, 7].flatMap((major) => {
    const tools = { vite: `${major}` };
    return [
      { name: `Vite ${major}, build`, tools, run: async ({ bin, serve, visit }) => (await bin("vite", ["build"]), visit(await serve("dist"))) },
      { name: `Vite ${major}, dev`, tools, run: async ({ server, visit }) => visit(await server("vite", ["--port", "{port}", "--strictPort"])) },
      { name: `Vite ${major}, the app's worker`, tools, script: "page-worker.js", run: async ({ bin, serve, visit }) => (await bin("vite", ["build"]), visit(await serve("dist"))) },
    ];
  }),
  { name: "Vite 8, lloyd/slim", wanted: "core", answers: "answers-slim.js", tools: { vite: "8" }, run: async ({ bin, serve, visit }) => (await bin("vite", ["build"]), visit(await serve("dist"))) },
  { name: "webpack", tools: { webpack: "5" }, run: bundled("webpack") },
  { name: "webpack, the app's worker", tools: { webpack: "5" }, script: "page-worker.js", run: bundled("webpack") },
  { name: "webpack, lloyd/slim", wanted: "core", answers: "answers-slim.js", tools: { webpack: "5" }, run: bundled("webpack") },
  { name: "Rspack", tools: { "@rspack/core": "2" }, run: bundled("@rspack/core") },
  { name: "Rspack, the app's worker", tools: { "@rspack/core": "2" }, script: "page-worker.js", run: bundled("@rspack/core") },
  { name: "esbuild", tools: { esbuild: "0.28.2" }, run: esbuilt() },
  { name: "Rollup", ...builder("Rollup") },
  { name: "Parcel", wanted: "core", answers: "answers-core.js", tools: { parcel: "2" }, run: async ({ bin, serve, visit }) => (await bin("parcel", ["build", "index.html", "--no-cache"]), visit(await serve("dist"))) },
  ...["Vite 8", "webpack", "esbuild"].map((bundler) => ({ name: `${bundler}, the other entries`, wanted: "entries", answers: "answers-entries.js", ...builder(bundler, { "@observablehq/plot": drawn["@observablehq/plot"] }) })),
  ...["Vite 8", "Vite 7", "webpack", "Rspack", "esbuild", "Rollup"].map((bundler) => ({ name: `${bundler}, the app's pool`, wanted: "core", answers: "answers-pool.js", ...builder(bundler, {}, undefined, ["pool.js"]) })),
  { name: "Next", tools: { next: "16", react: "19", "react-dom": "19" }, folder: "next", run: next },

  { name: "a module script", run: async ({ serve, visit }) => visit(await serve(".", { importMap: true })) },
  { name: "a policy with 'wasm-unsafe-eval'", tools: { esbuild: "0.28.2" }, run: esbuilt("default-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval'") },
  ...["Vite 8", "Vite 7", "webpack", "Rspack"].map((bundler) => ({ name: `a policy without it, ${bundler}`, wanted: "refused", answers: "answers-policy.js", ...builder(bundler, {}, STRICT) })),
  ...["esbuild", "esbuild, one file", "Rollup"].map((bundler) => ({ name: `a policy without it, ${bundler}`, wanted: "js", answers: "answers-fallback.js", ...builder(bundler, {}, STRICT) })),
  { name: "a policy without it, module scripts", wanted: "refused", answers: "answers-policy.js", run: async ({ serve, visit }) => visit(await serve(".", { policy: "default-src 'self' 'unsafe-inline'; img-src data:", importMap: true })) },
  { name: "a policy without it, lloyd/js", wanted: "js", answers: "answers-js.js", tools: { esbuild: "0.28.2" }, run: esbuilt(STRICT) },

  { name: "the guides' page", run: guidePage },
  { name: "the guides' worker", tools: { vite: "8" }, run: guideWorker },

  ...["5.7", "5.9", "6.0"].map((version) => ({ name: `TypeScript ${version}`, tools: { typescript: version }, folder: "types", run: typed })),
  { name: "publint", tools: { publint: "0.3" }, run: async ({ bin }) => void (await bin("publint", ["node_modules/lloyd", "--strict"])) },
  { name: "are the types wrong?", tools: { "@arethetypeswrong/cli": "0.18" }, run: attw },
  {
    name: "containers",
    folder: "containers",
    // Newer versions of what reads Arrow for Arquero ask for a package that is not published.
    tools: { "@duckdb/node-api": "1.5.6-r.1", "@tensorflow/tfjs-core": "4", "@tensorflow/tfjs-backend-cpu": "4", "@uwdata/flechette": "2.3.0", "apache-arrow": "21", arquero: "8" },
    overrides: { "@uwdata/flechette": "2.3.0" },
    run: ({ node }) => node(20, ["containers.mjs"], { json: false }),
  },
];

/** The package that holds a program for this platform, so that nothing is fetched when it is installed. */
function platform(name) {
  const { platform, arch } = process;
  const packages = {
    deno: `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`,
    bun: `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}`,
    workerd: `@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}`,
  };
  return { [packages[name]]: { deno: "2", bun: "1", workerd: "1" }[name] };
}

/** Builds with a bundler, for a page with a policy, beside other packages; `also`: scripts of workers, for bundlers that do not find them. */
function builder(bundler, beside = {}, policy, also) {
  const [name, major] = bundler.split(" ");
  const vite = async ({ bin, serve, visit }) => (await bin("vite", ["build"]), visit(await serve("dist", { policy })));
  const [tools, run] = {
    Vite: [{ vite: major }, vite],
    webpack: [{ webpack: "5" }, bundled("webpack", policy)],
    Rspack: [{ "@rspack/core": "2" }, bundled("@rspack/core", policy)],
    esbuild: [{ esbuild: "0.28.2" }, esbuilt(policy, undefined, also)],
    "esbuild,": [{ esbuild: "0.28.2" }, esbuilt(policy, ["--format=iife"])],
    Rollup: [{ rollup: "4", "@rollup/plugin-node-resolve": "16" }, rolled(policy, also)],
  }[name];
  return { tools: { ...tools, ...beside }, run };
}

function bundled(bundler, policy) {
  return async ({ script, serve, visit, write }) => {
    write("build.mjs", `
      import bundler from "${bundler}";
      const { rspack = bundler } = bundler;
      rspack({ mode: "production", context: import.meta.dirname, entry: "./page.js" }, (error, stats) => {
        if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); }
      });`);
    await script("build.mjs");
    write("dist/index.html", `<!doctype html><title>A page</title><link rel="icon" href="data:," /><script src="./main.js"></script>`);
    return visit(await serve("dist", { policy }));
  };
}

function esbuilt(policy, form = ["--splitting", "--format=esm"], also = []) {
  return async ({ bin, serve, visit, write }) => {
    await bin("esbuild", ["page.js", ...also, "--bundle", ...form, "--outdir=dist", "--log-level=warning"]);
    write("dist/index.html", `<!doctype html><title>A page</title><link rel="icon" href="data:," /><script type="module" src="./page.js"></script>`);
    return visit(await serve("dist", { policy }));
  };
}

function rolled(policy, also = []) {
  return async ({ bin, serve, visit, write }) => {
    await bin("rollup", ["page.js", ...also, "-p", "node-resolve", "-d", "dist", "-f", "es", "--silent"]);
    write("dist/index.html", `<!doctype html><title>A page</title><link rel="icon" href="data:," /><script type="module" src="./page.js"></script>`);
    return visit(await serve("dist", { policy }));
  };
}

async function next({ bin, server, visit, fetchText }) {
  await bin("next", ["build"]);
  const url = await server("next", ["start", "-p", "{port}"]);
  const [, server_] = /id="server"[^>]*>(.*?)<\/script>/.exec(await fetchText(url));
  const client = await visit(url);
  if (JSON.stringify(client) !== server_) throw new Error(`the server computed something else than the page:\n${server_}`);
  return client;
}

/** As wrangler does it: esbuild with workerd's conditions, modules beside it, in the runtime itself. */
async function workerd({ bin, write, files, daemon, fetchText }) {
  await bin("esbuild", ["workerd.js", "--bundle", "--format=esm", "--outdir=worker", "--conditions=workerd,worker,browser", "--loader:.wasm=copy", "--log-level=warning"]);
  const modules = files("worker").map((name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "worker/${name}")`);
  // The first module is the one that runs.
  modules.sort((a, b) => Number(b.includes('"workerd.js"')) - Number(a.includes('"workerd.js"')));
  const url = await daemon("workerd", ["serve", "worker.capnp"], (port) =>
    write("worker.capnp", `using Workerd = import "/workerd/workerd.capnp";
      const config :Workerd.Config = (
        services = [(name = "main", worker = (modules = [${modules.join(", ")}], compatibilityDate = "2025-01-01"))],
        sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
      );`),
  );
  return JSON.parse(await fetchText(url));
}

/** A sample of the guides by its language. */
function sample(language) {
  const guide = readFileSync(new URL("../../docs/guide/getting-started.md", import.meta.url), "utf8");
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(guide)[1];
}

async function guidePage({ write, serve, visit }) {
  const tell = `<script type="module">
    import { post } from "./post.js";
    const paragraph = document.querySelector("p");
    post(() => new Promise((resolve) => setInterval(() => paragraph.textContent.startsWith("Sizes") && resolve(paragraph.textContent), 20)));
  </script>`;
  write("index.html", sample("html") + tell);
  const text = await visit(await serve("."));
  if (text !== "Sizes: 1,2") throw new Error(`the page shows ${JSON.stringify(text)}`);
}

async function guideWorker({ write, bin, serve, visit }) {
  write("worker.js", sample("js worker"));
  write("page.js", `import { post } from "./post.js";
    post(() => new Promise((resolve) => (console.log = resolve)));
    ${sample("js page")}`);
  await bin("vite", ["build"]);
  const count = await visit(await serve("dist"));
  if (count !== 1_000_000) throw new Error(`the page logs ${JSON.stringify(count)}`);
}

async function typed({ bin, write }) {
  for (const [module, moduleResolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    const files = moduleResolution === "bundler" ? ["app.mts"] : ["app.mts", "app.cts"];
    const compilerOptions = { noEmit: true, strict: true, noUncheckedIndexedAccess: true, skipLibCheck: false, module, moduleResolution, target: "es2022", lib: ["es2022", "dom", "esnext.disposable"], types: [] };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
    await bin("tsc", []);
  }
}

/** Node 10 knows no exports map; lloyd/engine-js is a module, to be loaded by import(); lloyd/slim is a script module outside Node; skmeans is a function where it is required. */
async function attw({ bin, tarball }) {
  await bin("attw", [tarball, "--profile", "node16", "--exclude-entrypoints", "./lloyd.wasm", "./pool-worker", "./facade-worker", "./engine-js"]);
}
