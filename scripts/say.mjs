// What the scripts tell people goes to stderr: stdout belongs to the program that `npm start` runs.

import { pathToFileURL } from "node:url";

const bold = (text) => (process.stderr.isTTY && !process.env.NO_COLOR ? `\x1b[1m${text}\x1b[0m` : text);

export const heading = (text) => process.stderr.write(`\n${bold(text)}\n`);

export const say = (step, text) => process.stderr.write(`  ${bold(step)}: ${text}\n`);

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Something a person can act on: it is printed without a stack. */
export class Stop extends Error {}

/** Runs a script's main function when that script is the command itself, and turns what it throws into an exit code. */
export async function asCommand(meta, main) {

  if (meta.url !== pathToFileURL(process.argv[1]).href) return;
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`\n${error instanceof Stop ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
