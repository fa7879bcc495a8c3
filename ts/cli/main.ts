#!/usr/bin/env node
// The command `lloyd`: picks the subcommand, and turns what was thrown into one line and an exit code.
// Exit codes: 0 done, 1 a failure of the program or the machine, 2 a mistake in the command or the data.

import { LloydError, type LloydErrorCode } from "../index.js";
import { version } from "../../package.json";
import { cluster } from "./cluster.js";
import { nearest } from "../nearest.js";
import { Mistake } from "./arguments.js";
import { choose } from "./choose.js";
import { evaluate } from "./evaluate.js";
import { chooseHelp, clusterHelp, evaluateHelp, help, parseChoose, parseCluster, parseEvaluate } from "./usage.js";

const NOT_THE_USERS: readonly LloydErrorCode[] = ["out-of-memory", "wasm-unavailable", "wasm-trapped", "worker-failed"];
const COMMANDS: Record<string, (args: string[]) => void | Promise<void>> = {
  cluster: (args) => helpOr(parseCluster(args), clusterHelp, cluster),
  choose: (args) => helpOr(parseChoose(args), chooseHelp, choose),
  evaluate: (args) => helpOr(parseEvaluate(args), evaluateHelp, evaluate),
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = failed(error);
}

async function run([command, ...args]: string[]): Promise<void> {
  if (command === undefined) {
    process.stderr.write(help(version));
    process.exitCode = 2;
  } else if (command === "--help" || command === "-h") {
    process.stdout.write(help(version));
  } else if (command === "--version") {
    process.stdout.write(`${version}\n`);
  } else if (Object.hasOwn(COMMANDS, command)) {
    await COMMANDS[command](args);
  } else {
    const isFile = /[./\\]/.test(command);
    const meant = isFile ? `cluster ${command}` : nearest(command, Object.keys(COMMANDS));
    throw new Mistake(`unknown command ${JSON.stringify(command)}; ${meant ? `did you mean: lloyd ${meant}` : "lloyd --help lists them"}`);
  }
}

function helpOr<O extends object>(options: O | "help", text: string, run: (options: O) => Promise<void>): void | Promise<void> {
  if (options === "help") process.stdout.write(text);
  else return run(options);
}

function failed(error: unknown): 1 | 2 {
  if (error instanceof Mistake || error instanceof LloydError) {
    process.stderr.write(`lloyd: ${error.message}\n`);
    return error instanceof LloydError && NOT_THE_USERS.includes(error.code) ? 1 : 2;
  }
  process.stderr.write(`lloyd: internal error: ${error instanceof Error ? error.stack : error}\n`);
  return 1;
}
