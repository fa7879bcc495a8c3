// `npm run bench`: lloyd against what else there is. README.md says what is measured, and how.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HELP, parseOptions } from "./options.mjs";
import { setUp } from "./setup.mjs";
import { choosePeers, leftOut } from "./peers.mjs";
import { measureSet, referenceIterations } from "./measure.mjs";
import { checkAll } from "./check.mjs";
import { machine } from "./machine.mjs";
import { report, result } from "./report.mjs";
import { measureWorkers } from "./workers.mjs";

const say = (text) => process.stderr.write(`${text}\n`);

async function main(args) {
  const options = parseOptions(args);
  if (options.help) return process.stdout.write(HELP);
  const { python } = options.workers ? {} : await setUp(options);
  const folder = mkdtempSync(join(tmpdir(), "lloyd-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

  const build = options.lloyd ? resolve(process.env.INIT_CWD ?? ".", options.lloyd) : copied(folder);
  process.env.BENCH_LLOYD = pathToFileURL(build).href;
  if (options.workers) return measureWorkers(options, build, say);
  const here = machine(build);
  const peers = await choosePeers({ ...options, python });
  const measured = [];
  for (const set of options.sets) measured.push(await measureSet(set, { ...options, peers, folder, say }));

  const timed = performance.now();
  const checked = await checkAll(measured, (measure, set) => referenceIterations(measure, set, options.iterations));
  const results = [...checked].map(([entry, answers]) => result(entry, answers));
  say(`every answer checked (${((performance.now() - timed) / 1000).toFixed(0)} s)`);
  const all = {
    machine: here,
    asked: { measures: options.measures, iterations: options.iterations, repeats: options.repeats, full: options.full },
    peers: peers.map(({ name, title, version }) => ({ name, title, version })),
    shapes: measured.map(({ shape: { start, ...rest } }) => rest),
    results,
    leftOut: leftOut(peers, options.measures, options.sets, options.full),
  };
  const text = report(all);
  process.stdout.write(`\n${text}`);
  write(all, text, options);
  if (results.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
}

/** dist/ as it is now: a build in the middle of a run would make two lloyds of one. */
function copied(folder) {
  const to = join(folder, "lloyd");
  cpSync(new URL("../dist", import.meta.url), to, { recursive: true });
  writeFileSync(join(to, "package.json"), '{ "type": "module" }\n');
  return join(to, "index.js");
}

/** Only a whole run may replace what stands for lloyd's speed. */
function write(all, text, { whole, json }) {
  const data = `${JSON.stringify(all, null, 2)}\n`;
  if (json) writeFileSync(resolve(process.env.INIT_CWD ?? ".", json), data);
  if (!whole) return;
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  const stem = join(folder, process.versions.node.split(".")[0]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${stem}.md`, text);
  writeFileSync(`${stem}.json`, data);
}

main(process.argv.slice(2)).catch((error) => {
  say(`\n${error.stack ?? error}`);
  process.exitCode = 1;
});
