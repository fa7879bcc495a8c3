// What a consumer's `run` can do: run programs in its folder, serve it, look at it with a browser.

import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { find } from "../../command.mjs";
import { nodeOf } from "../nodes.mjs";
import { Skip } from "../report.mjs";
import { serve } from "./serve.mjs";
import { visit } from "./visit.mjs";

/** Milliseconds that a program may take. */
const PATIENCE = 240_000;

export function hands(dir, tarball) {
  const stops = [];
  const printed = (program, args) => output(program, args, dir);
  const script = (file, args = []) => printed(process.execPath, [file, ...args]);
  const binOf = (name) => {
    const manifest = (at) => JSON.parse(readFileSync(join(dir, "node_modules", at, "package.json"), "utf8"));
    const package_ = { tsc: "typescript", attw: "@arethetypeswrong/cli" }[name] ?? name;
    const { bin } = manifest(package_);
    return join(dir, "node_modules", package_, typeof bin === "string" ? bin : bin[name]);
  };
  const toolOf = (name) => {
    const root = join(dir, "node_modules");
    const folders = readdirSync(root).filter((scope) => scope.startsWith("@")).flatMap((scope) => readdirSync(join(root, scope)).map((pkg) => join(root, scope, pkg)));
    const program = find(name, folders.flatMap((folder) => [folder, join(folder, "bin")]));
    if (!program) throw new Skip(`there is no ${name} for this platform`);
    return program;
  };
  const background = async (program, args, prepare) => {
    const port = await freePort();
    prepare?.(port);
    const child = spawn(program, args.map((arg) => arg.replace("{port}", port)), { cwd: dir, stdio: ["ignore", "pipe", "pipe"], env: environment() });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    stops.push(() => child.kill("SIGKILL"));
    const url = `http://127.0.0.1:${port}/`;
    for (let tries = 0; tries < 300; tries++) {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${said}`);
      if (await fetch(url).then(() => true, () => false)) return url;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${program} does not answer at ${url}:\n${said}`);
  };
  return {
    tarball,
    script,
    node: async (major, args, { json = true } = {}) => parsed(await printed(await nodeOf(major), args), json),
    tool: async (name, args) => parsed(await printed(toolOf(name), args), true),
    bin: (name, args) => (name === "esbuild" ? printed(binOf(name), args) : script(binOf(name), args)),
    write: (file, text) => {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), text);
    },
    files: (folder) => readdirSync(join(dir, folder)),
    fetchText: async (url) => (await fetch(url)).text(),
    serve: async (folder, options) => {
      const { url, stop } = await serve(join(dir, folder), options);
      stops.push(stop);
      return url;
    },
    server: (name, args) => background(process.execPath, [binOf(name), ...args]),
    daemon: (name, args, prepare) => background(toolOf(name), args, prepare),
    visit,
    done: () => stops.forEach((stop) => stop()),
  };
}

function parsed(text, json) {
  return json ? JSON.parse(text) : undefined;
}

function environment() {
  return { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "", NEXT_TELEMETRY_DISABLED: "1", npm_config_user_agent: undefined };
}

function output(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: environment() });
    let [said, told] = ["", ""];
    child.stdout.on("data", (data) => (said += data));
    child.stderr.on("data", (data) => (told += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(said.trim());
      else reject(new Error(`${program} ${args.join(" ")} (${signal ?? `exit code ${code}`})\n${said}${told}`));
    });
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
