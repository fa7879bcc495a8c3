// npm dependencies: installed again only when package.json asks for others or package-lock.json holds others.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { npm } from "../command.mjs";
import { inRoot } from "../place.mjs";
import { say, seconds, Stop } from "../say.mjs";

const lock = inRoot("package-lock.json");
const stamp = inRoot("node_modules/.installed-from");

export async function dependencies() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted()) return;
  const verb = existsSync(lock) ? "ci" : "install";
  say("npm dependencies", `installing (npm ${verb})`);
  const started = performance.now();
  if ((await npm([verb, "--no-audit", "--no-fund", "--loglevel=error"])) !== 0)
    throw new Stop(`The npm dependencies could not be installed. To see why, run:\n  npm ${verb}`);
  writeFileSync(stamp, wanted());
  say("npm dependencies", `installed in ${seconds(started)}`);
}

/** A hash of what node_modules has to be made from. */
function wanted() {
  const { dependencies, devDependencies, overrides } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const sum = createHash("sha256").update(JSON.stringify([dependencies, devDependencies, overrides]));
  return sum.update(existsSync(lock) ? readFileSync(lock) : "").digest("hex");
}
