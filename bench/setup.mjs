// What a run needs beyond Node: the peers, a built lloyd, and for --native a Python of its own.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const windows = process.platform === "win32";

export async function setUp({ native, lloyd }) {
  if (!peersInstalled()) npmCi();
  if (!lloyd && !existsSync(at("../dist/index.js"))) {
    const [{ setup }, { build }] = await Promise.all([import("../scripts/setup.mjs"), import("../scripts/build.mjs")]);
    await build(await setup());
  }
  return { python: native ? venv() : undefined };
}

/** Whether each package of the lock file is there in its version. */
function peersInstalled() {
  const { packages } = JSON.parse(readFileSync(at("package-lock.json"), "utf8"));
  return Object.entries(packages).every(([path, { version }]) => {
    if (path === "") return true;
    const manifest = at(`${path}/package.json`);
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version;
  });
}

/** By the npm that runs this script where there is one. */
function npmCi() {
  const args = ["ci", "--no-audit", "--no-fund"];
  const script = process.env.npm_execpath;
  if (script) run(process.execPath, [script, ...args]);
  else run("npm", args, { shell: windows });
}

/** scikit-learn and FAISS as wheels. */
function venv() {
  const python = at(windows ? ".venv/Scripts/python.exe" : ".venv/bin/python");
  const present = () => spawnSync(python, ["-c", "import sklearn, faiss, threadpoolctl"]).status === 0;
  if (present()) return python;
  run(windows ? "python" : "python3", ["-m", "venv", at(".venv")]);
  run(python, ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "scikit-learn", "faiss-cpu", "threadpoolctl"]);
  return python;
}

function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { cwd: at("."), stdio: ["ignore", 2, 2], ...options });
  if (status !== 0) throw new Error(`this command failed${error ? `, ${error.message}` : ""}: ${[program, ...args].join(" ")}`);
}
