// `npm run release`: everything that publishing needs, checked; then what would be published, listed.
// `npm run release -- --publish` publishes it. npm signs where it came from (provenance), which it can do only in a CI
// that it knows: there the last step belongs.

import { readFileSync } from "node:fs";
import { npm, output } from "./command.mjs";
import { inRoot } from "./place.mjs";
import { asCommand, heading, say, Stop } from "./say.mjs";

/** Why this must not be published yet, in words; none where it may. */
export function obstacles({ manifest, cargo, changelog, changes, tags }) {
  const { version, publishConfig, scripts } = manifest;
  const nowhere = ["repository", "homepage", "bugs"].filter((field) => !manifest[field]);
  const [, crates] = /^\[workspace\.package\]\nversion = "([^"]+)"/m.exec(cargo) ?? [];
  const [, top, date] = /^## (\S+) \(([^)]*)\)$/m.exec(changelog) ?? [];
  return [
    changes && `There are changes that are not committed:\n${changes}`,
    !tags.includes(`v${version}`) && `No tag v${version} is on this commit.`,
    crates !== version && `Cargo.toml says version ${crates}, package.json ${version}.`,
    top !== version && `CHANGELOG.md begins with ${top}, not ${version}.`,
    top === version && !/^\d{4}-\d{2}-\d{2}$/.test(date) && `CHANGELOG.md has no date for ${version}.`,
    nowhere.length > 0 && `package.json lacks ${nowhere.join(", ")}: npm signs a package only if "repository" is the one that CI builds it from. Fill in\n  ${places(nowhere).join(",\n  ")}`,
    !(publishConfig?.provenance && publishConfig.access === "public") && "package.json does not ask for provenance and public access in publishConfig.",
    ...Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)).map((name) => `package.json runs something on installation: ${name}.`),
  ].filter(Boolean);
}

/** What to write into package.json, but for the public address. */
function places(fields) {
  const forms = { repository: '"repository": { "type": "git", "url": "git+https://HOST/OWNER/lloyd.git" }', homepage: '"homepage": "https://HOST/OWNER/lloyd#readme"', bugs: '"bugs": "https://HOST/OWNER/lloyd/issues"' };
  return fields.map((field) => forms[field]);
}

await asCommand(import.meta, async (args) => {
  const publish = args.includes("--publish");
  heading("Release");
  const read = (file) => readFileSync(inRoot(file), "utf8");
  const found = obstacles({
    manifest: JSON.parse(read("package.json")),
    cargo: read("Cargo.toml"),
    changelog: read("CHANGELOG.md"),
    changes: output("git", ["status", "--porcelain"]),
    tags: (output("git", ["tag", "--points-at", "HEAD"]) ?? "").split("\n"),
  });
  for (const obstacle of found) say("not yet", obstacle);
  if (found.length > 0 && publish) throw new Stop("Nothing was published.");
  const needs = async (what, code) => {
    if (code !== 0) throw new Stop(`${what} failed (exit code ${code}). Nothing was published.`);
  };
  await needs("npm test", await npm(["test"], { stdio: "inherit" }));
  await needs("npm publish", await npm(["publish", "--ignore-scripts", ...(publish ? [] : ["--dry-run"])], { stdio: "inherit" }));
  if (found.length > 0) throw new Stop("This was a dry run, and there is something to do before the release.");
});
