// The packed package in the hands of its consumers (test/packaging/matrix.mjs).
//   npm run packaging -- vite    only those whose name has "vite" in it, also where nothing has changed
//
// Each consumer has a folder in .toolchain/packaging, where its tools stay installed. One that passed is not run again
// before the package, the consumer or its tools change.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { consumers } from "../../test/packaging/matrix.mjs";
import { npm, run } from "../command.mjs";
import { inRoot, inToolchain } from "../place.mjs";
import { asCommand, say, seconds, Stop } from "../say.mjs";
import { hands } from "./packaging/hands.mjs";
import { NoBrowser } from "./packaging/visit.mjs";
import { Skip } from "./report.mjs";

const place = (...parts) => inToolchain("packaging", ...parts);
const own = inRoot("test/packaging");
/** Consumers at a time. */
const AT_ONCE = 3;

export async function testPackaging(filter = []) {
  mkdirSync(place(), { recursive: true });
  const tarball = await pack();
  const expected = await expectedAnswers();
  const chosen = consumers.filter(({ name }) => filter.every((word) => name.toLowerCase().includes(word.toLowerCase())));
  const results = { passed: 0, unchanged: 0, skipped: [], failed: [] };
  const queue = [...chosen];
  const work = async () => {
    for (let consumer = queue.shift(); consumer; consumer = queue.shift()) await consume(consumer, { tarball, expected, results, again: filter.length > 0 });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  say("packaging", `${results.passed} passed, ${results.unchanged} passed before and unchanged, ${results.skipped.length} skipped, ${results.failed.length} failed`);
  if (results.failed.length > 0) throw new Stop(`The package does not work for: ${results.failed.join(", ")}`);
  if (results.skipped.length > 0) throw new Skip(`${chosen.length - results.skipped.length} of ${chosen.length} consumers passed, not run: ${results.skipped.join(", ")}`);
}

async function consume(consumer, { tarball, expected, results, again }) {
  const { name, tools = {}, overrides = {}, folder = "" } = consumer;
  const dir = place(name.replace(/[^\w.]+/g, "-"));
  const stamp = join(dir, "passed");
  const version = digest([tarball.contents, ...["app", folder].flatMap((part) => filesOf(join(own, part))).map((file) => readFileSync(file)), JSON.stringify([tools, overrides]), readFileSync(join(own, "matrix.mjs")), readFileSync(inRoot("docs/guide/getting-started.md"))]);
  if (!again && existsSync(stamp) && readFileSync(stamp, "utf8") === version) return void (results.unchanged += 1);
  const started = performance.now();
  const able = hands(dir, tarball.file);
  try {
    await install(dir, tools, overrides);
    lay(dir, consumer, tarball);
    const answers = await consumer.run(able);
    if (answers !== undefined) compare(answers, expected, consumer.wanted ?? "all");
    writeFileSync(stamp, version);
    results.passed += 1;
    say(name, `passed (${seconds(started)})`);
  } catch (error) {
    const kept = error instanceof NoBrowser || error instanceof Skip;
    results[kept ? "skipped" : "failed"].push(name);
    say(name, `${kept ? "not run" : "FAILED"}: ${error instanceof Error ? error.message : error}`);
  } finally {
    able.done();
  }
}

/** Packs what is in dist/; the same files give the same text. */
async function pack() {
  const file = join(place(), "lloyd.tgz");
  const unpacked = place("package");
  const name = `lloyd-${JSON.parse(readFileSync(inRoot("package.json"), "utf8")).version}.tgz`;
  rmSync(unpacked, { recursive: true, force: true });
  const code = await npm(["pack", "--ignore-scripts", "--silent", "--pack-destination", place()], { stdio: ["ignore", "ignore", 2] });
  if (code !== 0) throw new Stop("npm pack failed");
  cpSync(place(name), file);
  await run("tar", ["-xzf", file, "-C", place()]);
  return { file, unpacked, contents: digest(filesOf(unpacked).map((path) => readFileSync(path))) };
}

async function install(dir, tools, overrides) {
  const wanted = JSON.stringify({ private: true, type: "module", dependencies: tools, overrides });
  const manifest = join(dir, "tools.json");
  mkdirSync(dir, { recursive: true });
  if (existsSync(manifest) && readFileSync(manifest, "utf8") === wanted) return;
  rmSync(join(dir, "node_modules"), { recursive: true, force: true });
  rmSync(join(dir, "package-lock.json"), { force: true });
  writeFileSync(join(dir, "package.json"), wanted);
  if (Object.keys(tools).length > 0) {
    const code = await npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefer-offline"], { cwd: dir, stdio: ["ignore", "ignore", 2] });
    if (code !== 0) throw new Skip(`its tools could not be installed: ${Object.entries(tools).map((tool) => tool.join("@")).join(", ")}`);
  }
  writeFileSync(manifest, wanted);
}

/** The project as it is written, with the package in its node_modules. */
function lay(dir, { name, folder, answers, script }, { unpacked }) {
  for (const entry of readdirSync(dir)) if (!["node_modules", "package.json", "package-lock.json", "tools.json"].includes(entry)) rmSync(join(dir, entry), { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(dir, "tools.json"), "utf8"));
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: name.toLowerCase().replace(/[^a-z0-9]+/g, "-"), ...manifest, dependencies: { ...manifest.dependencies, lloyd: "*" } }));
  if (folder !== "types" && folder !== "containers") cpSync(join(own, "app"), dir, { recursive: true });
  if (folder) cpSync(join(own, folder), dir, { recursive: true });
  if (answers) cpSync(join(own, "app", answers), join(dir, "answers.js"));
  if (script) cpSync(join(own, "app", script), join(dir, "page.js"));
  rmSync(join(dir, "node_modules/lloyd"), { recursive: true, force: true });
  cpSync(unpacked, join(dir, "node_modules/lloyd"), { recursive: true });
}

async function expectedAnswers() {
  const load = (path) => import(pathToFileURL(path).href);
  const { core, entries, faces } = await load(join(own, "app/problem.js"));
  const dist = async (...names) => Promise.all(names.map((name) => load(inRoot(`dist/${name}.js`))));
  const [lloyd, mlKmeans, { default: skmeans }] = await dist("index", "ml-kmeans", "skmeans");
  const [geometry, metrics, plot, select, statistics, worker] = await dist("geometry", "metrics", "plot", "select", "simple-statistics", "worker");
  return JSON.parse(JSON.stringify({ core: await core(lloyd), faces: faces(mlKmeans, skmeans), entries: await entries({ geometry, metrics, plot, select, statistics, worker }) }));
}

function compare(answers, expected, wanted) {
  const javascript = { ...expected.core, backend: "js" };
  const { entries, ...most } = expected;
  const all = { all: most, entries, core: { core: expected.core }, js: { core: javascript }, refused: { refused: answers.refused, faces: expected.faces, core: javascript } };
  const [got, needed] = [answers, all[wanted]].map((value) => JSON.stringify(value));
  if (answers.error) throw new Error(answers.error);
  if (wanted === "refused" && !/^wasm-unavailable: .*'wasm-unsafe-eval'/.test(answers.refused)) throw new Error(`kmeansSync said: ${answers.refused}`);
  if (sorted(answers) !== sorted(all[wanted])) throw new Error(`it computed\n${got.slice(0, 600)}\ninstead of\n${needed.slice(0, 600)}`);
}

const sorted = (value) => JSON.stringify(value, (_, v) => (v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v));

function filesOf(path) {
  if (!existsSync(path)) return [];
  return statSync(path).isDirectory() ? readdirSync(path).sort().flatMap((name) => filesOf(join(path, name))) : [path];
}

function digest(parts) {
  return parts.reduce((sum, part) => sum.update(part).update("\0"), createHash("sha256")).digest("hex");
}

await asCommand(import.meta, (filter) => testPackaging(filter));
