// The steps of a test run: each under its heading, all of them in one table at the end. A failure stops nothing.

import { heading, seconds, Stop } from "../say.mjs";

/** Thrown by a step that cannot be taken here; the table says so. */
export class Skip extends Error {}

const rows = [];

/** Takes a step; resolves to whether it passed. */
export async function step(name, take) {
  heading(name);
  const started = performance.now();
  const result = await outcome(take);
  rows.push({ name, result, time: seconds(started) });
  return result === "passed";
}

/** Prints the table; returns whether nothing failed. */
export function summary() {
  heading("Summary");
  const [names, results, times] = ["name", "result", "time"].map((key) => Math.max(...rows.map((row) => row[key].length)));
  for (const { name, result, time } of rows)
    process.stderr.write(`  ${name.padEnd(names)}  ${result.padEnd(results)}  ${time.padStart(times)}\n`);
  const failed = rows.filter(({ result }) => result === "FAILED").length;
  process.stderr.write(failed ? `\n${failed} of ${rows.length} steps failed.\n` : "\nNothing failed.\n");
  return failed === 0;
}

async function outcome(take) {
  try {
    await take();
    return "passed";
  } catch (error) {
    process.stderr.write(`${error instanceof Stop || error instanceof Skip ? error.message : error.stack}\n`);
    return error instanceof Skip ? `skipped: ${error.message}` : "FAILED";
  }
}
