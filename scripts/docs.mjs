// `npm run docs`: docs/guide and the API, as a site in build/site, with every link of it checked.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { run } from "./command.mjs";
import { entries } from "./entries.mjs";
import { inRoot, npmCommand } from "./place.mjs";
import { asCommand, say, seconds, Stop } from "./say.mjs";

const site = inRoot("build/site");

export async function buildDocs() {
  const started = performance.now();
  rmSync(site, { recursive: true, force: true });
  const api = [...Object.values(entries), "ts/slim.ts"];
  await run(process.execPath, [npmCommand.typedoc, "--options", inRoot("docs/typedoc.json"), "--out", site, ...api.flatMap((file) => ["--entryPoints", inRoot(file)])]);
  const { pages, links } = checkLinks();
  say("docs", `${pages} pages, ${links} links that lead somewhere (${seconds(started)}): build/site/index.html`);
}

/** Every link and picture within the site, and every address within a page. */
function checkLinks() {
  const pages = readdirSync(site, { recursive: true }).map(String).filter((name) => name.endsWith(".html"));
  const texts = new Map(pages.map((page) => [normalize(page), readFileSync(join(site, page), "utf8")]));
  const dead = [];
  let links = 0;
  for (const [page, text] of texts) {
    for (const [, target] of text.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      if (/^(https?:|data:|mailto:|#$)/.test(target) || target === "") continue;
      links += 1;
      const [path, anchor] = decodeURI(target.replaceAll("&amp;", "&")).split("#");
      const file = path === "" ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(site, file))) dead.push(`${page}: ${target}`);
      else if (anchor && texts.has(file) && !texts.get(file).includes(`id="${anchor}"`)) dead.push(`${page}: ${target} (no such place in the page)`);
    }
  }
  if (dead.length > 0) throw new Stop(`Links that lead nowhere:\n  ${[...new Set(dead)].slice(0, 20).join("\n  ")}`);
  return { pages: pages.length, links };
}

await asCommand(import.meta, buildDocs);
