import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { obstacles } from "../scripts/release.mjs";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("package.json")) as { version: string };
const ready = {
  manifest: { ...manifest, repository: "github:somebody/lloyd", homepage: "https://somebody.dev/lloyd", bugs: "https://somebody.dev/lloyd/issues" },
  cargo: read("Cargo.toml"),
  changelog: read("CHANGELOG.md"),
  changes: "",
  tags: [`v${manifest.version}`],
};

test("a committed and tagged version that the crates and the changelog agree on may be published", () => {
  expect(obstacles(ready)).toEqual([]);
});

test.each<[string, Partial<typeof ready>, RegExp]>([
  ["uncommitted changes", { changes: " M README.md" }, /not committed:\n M README.md/],
  ["no tag", { tags: [] }, /No tag v/],
  ["another version of the crates", { cargo: '[workspace.package]\nversion = "9.9.9"' }, /Cargo.toml says version 9.9.9/],
  ["no entry in the changelog", { changelog: "## 9.9.9 (2030-01-01)" }, /CHANGELOG.md begins with 9.9.9/],
  ["no date", { changelog: `## ${manifest.version} (soon)` }, /no date/],
  ["no repository", { manifest: { ...ready.manifest, repository: undefined as never } }, /lacks repository: .*Fill in\n  "repository": \{ "type": "git", "url": "git\+https:\/\/HOST\/OWNER\/lloyd\.git" \}$/],
  ["no page", { manifest: { ...ready.manifest, homepage: undefined as never, bugs: undefined as never } }, /lacks homepage, bugs: [^]*"homepage": .*,\n  "bugs": /],
  ["no provenance", { manifest: { ...ready.manifest, publishConfig: {} } as never }, /provenance/],
  ["a script on installation", { manifest: { ...ready.manifest, scripts: { postinstall: "x" } } as never }, /on installation: postinstall/],
])("%s is an obstacle", (_, change, message) => {
  expect(obstacles({ ...ready, ...change })).toEqual([expect.stringMatching(message)]);
});
