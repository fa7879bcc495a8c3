// Running other programs.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { constants as os } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./place.mjs";
import { Stop } from "./say.mjs";

const windows = process.platform === "win32";

/** Runs a program and waits; resolves to its exit code. Its output goes to stderr unless `stdio` says otherwise. */
export function exitCode(program, args, { env, cwd = root, stdio = ["ignore", 2, 2] } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio, env: { ...process.env, ...env } });
    child.on("error", (error) => reject(new Stop(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => resolve(signal ? 128 + os.signals[signal] : code));
  });
}

/** Runs a program that has to succeed. */
export async function run(program, args, options) {
  const code = await exitCode(program, args, options);
  if (code !== 0) throw new Stop(`This command failed (exit code ${code}):\n  ${[program, ...args].join(" ")}`);
}

/** What a program prints, trimmed; undefined when it is missing or fails. */
export function output(program, args, { env, cwd = root } = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 1 << 30, env: { ...process.env, ...env } });
  return status === 0 ? stdout.trim() : undefined;
}

/** Runs npm, the one that runs this script where there is one. */
export function npm(args, options) {
  const script = process.env.npm_execpath;
  if (script) return exitCode(process.execPath, [script, ...args], options);
  return windows ? exitCode("cmd.exe", ["/c", "npm", ...args], options) : exitCode("npm", args, options);
}

/** The full path of a program, looked for in `folders` (default: PATH). */
export function find(name, folders = (process.env.PATH ?? "").split(delimiter)) {
  for (const folder of folders) {
    const file = join(folder, windows ? `${name}.exe` : name);
    if (isProgram(file)) return file;
  }
}

/** PATH with some folders put first. */
export const pathWith = (...folders) => [...folders, process.env.PATH].filter(Boolean).join(delimiter);

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
