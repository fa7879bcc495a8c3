// The Nodes that tests run under: the running one, and Node 20 and 24, fetched through npm where the running one is
// neither. A fetched Node is on PATH for the one command that is to run under it, never for npm's scripts.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { find, npm, output } from "../command.mjs";
import { inToolchain } from "../place.mjs";
import { say } from "../say.mjs";
import { Skip } from "./report.mjs";

const running = { major: Number(process.versions.node.split(".")[0]), program: process.execPath };

/** The majors to test under, the running one first. */
export const majors = [...new Set([running.major, 20, 24])];

/** The program of a Node of this major version; throws Skip where none can be had. */
export async function nodeOf(major) {
  if (major === running.major) return running.program;
  return fetched(major) ?? (await fetchNode(major)) ?? unobtainable(major);
}

/** PATH entries that make `node` mean this program. */
export const folderOf = (program) => (program === running.program ? [] : [dirname(program)]);

const packageName = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const placeOf = (major) => inToolchain(`node-${major}`);

function fetched(major) {
  const folder = `${placeOf(major)}/node_modules/${packageName}/bin`;
  const program = find("node", [folder]);
  if (program && output(program, ["--version"])?.startsWith(`v${major}.`)) return program;
}

const fetching = new Map();

/** Once, however many ask for it. */
function fetchNode(major) {
  if (!fetching.has(major)) fetching.set(major, fetchedAnew(major));
  return fetching.get(major);
}

async function fetchedAnew(major) {
  const place = placeOf(major);
  mkdirSync(place, { recursive: true });
  say(`Node ${major}`, `fetching it through npm (${packageName}@${major})`);
  const args = ["install", "--prefix", place, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await npm([...args, `${packageName}@${major}`], { cwd: place });
  return fetched(major);
}

function unobtainable(major) {
  throw new Skip(`npm had no ${packageName}@${major} to run`);
}
