// A page in a real browser without a window: it posts what it computed to an address that it is given.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { find } from "../../command.mjs";

/** Thrown where there is no browser to visit pages with. */
export class NoBrowser extends Error {}

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/** Milliseconds until a page must have answered. */
const PATIENCE = 60_000;

export async function visit(url) {
  const program = NAMES.map((name) => find(name)).find(Boolean);
  if (!program) throw new NoBrowser(`no browser here (looked for ${NAMES.join(", ")}): built, but not loaded`);
  const profile = mkdtempSync(join(tmpdir(), "lloyd-browser-"));
  let answer;
  const answered = new Promise((resolve) => (answer = resolve));
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    let body = "";
    for await (const part of request) body += part;
    response.end();
    if (request.method === "POST") answer(JSON.parse(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const to = encodeURIComponent(`http://127.0.0.1:${server.address().port}/`);
  const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr", `--user-data-dir=${profile}`];
  const browser = spawn(program, [...args, `${url}?to=${to}`], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  browser.stderr.on("data", (data) => (said += data));
  try {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`the page did not answer:\n${console_(said)}`)), PATIENCE).unref());
    const gone = new Promise((_, reject) => browser.on("exit", (code) => reject(new Error(`the browser ended (${code}):\n${said.slice(-2000)}`))));
    return await Promise.race([answered, late, gone]);
  } finally {
    browser.removeAllListeners("exit");
    const ended = new Promise((resolve) => browser.on("exit", resolve));
    // With all of its processes, which are one group.
    process.kill(-browser.pid, "SIGKILL");
    await ended;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** What the page wrote to its console. */
function console_(said) {
  return said.split("\n").filter((line) => line.includes("CONSOLE")).join("\n") || said.slice(-2000);
}
