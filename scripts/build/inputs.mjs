// A build step is skipped when what it reads is, byte for byte, what it read the last time.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "../place.mjs";

/** Runs `make` unless the outputs are there and were made from these very inputs; resolves to whether it ran. */
export async function unlessFresh({ inputs, also = "", outputs, stamp }, make) {
  const wanted = hash(inputs, also);
  if (outputs.every((file) => existsSync(file)) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false;
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}

function hash(inputs, also) {
  const sum = createHash("sha256").update(also);
  for (const file of inputs.flatMap(files).sort()) sum.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  return sum.digest("hex");
}

function files(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => files(join(path, name)));
}
