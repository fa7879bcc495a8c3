// dist/THIRD-PARTY.md: what the package contains of others' work, with its licences. Nothing is kept by hand: packages of
// npm are read off the bundles, crates off cargo.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { output } from "../command.mjs";
import { inRoot, wasmTarget } from "../place.mjs";
import { Stop } from "../say.mjs";

export function writeNotices({ env }) {
  const parts = [...npmPackages(), ...crates(env)].sort((a, b) => a.name.localeCompare(b.name));
  for (const { name, text } of parts) if (!text) throw new Stop(`${name} is shipped, but no file in it holds its licence`);
  const list = parts.map(({ name, version, licence, where }) => `| ${name} | ${version} | ${licence} | ${where} |`);
  const texts = parts.map(({ name, version, text }) => `## ${name} ${version}\n\n\`\`\`text\n${text.trim()}\n\`\`\``);
  writeFileSync(inRoot("dist/THIRD-PARTY.md"), `# Third-party notices\n\nThe package contains these works of others. It has no dependencies that are installed beside it.\n\n| name | version | licence | where |\n|---|---|---|---|\n${list.join("\n")}\n\nThe compiled code also contains parts of the Rust standard library (MIT OR Apache-2.0, https://github.com/rust-lang/rust), whose licences' texts are those of LICENSE-MIT and LICENSE-APACHE with The Rust Project Contributors as holders, and may contain parts of its compiler-builtins (MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0), https://github.com/rust-lang/compiler-builtins).\n\n${texts.join("\n\n")}\n`);
}

/**
 * The bundler heads each file that it takes in with its path. A package's file may hold what it depends on, bundled
 * before: so the packages that a bundled one needs count too.
 */
function npmPackages() {
  const found = new Map();
  const take = (name, where) => {
    if (found.get(name)?.where === where || found.get(name)?.where === "the library") return;
    const folder = inRoot("node_modules", name);
    const { version, license, dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    found.set(name, { name, version, licence: license, where, text: licenceIn(folder) });
    for (const needed of Object.keys(dependencies)) take(needed, where);
  };
  for (const file of readdirSync(inRoot("dist")).filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(inRoot("dist", file), "utf8");
    for (const [, name] of text.matchAll(/^\/\/ node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)) take(name, file === "cli.js" ? "the command" : "the library");
  }
  return [...found.values()];
}

/** The crates that are compiled into the module: not those that only run while it is compiled. */
function crates(env) {
  const text = output("cargo", ["metadata", "--format-version", "1", "--filter-platform", wasmTarget, "--locked"], { env });
  if (text === undefined) throw new Stop("cargo metadata failed; to see why, run:\n  cargo metadata --locked");
  const { packages, resolve } = JSON.parse(text);
  const byId = new Map(packages.map((each) => [each.id, each]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set();
  const visit = (id) => {
    const each = byId.get(id);
    if (found.has(id) || each.targets.some(({ kind }) => kind.includes("proc-macro"))) return;
    found.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  visit(packages.find(({ name, source }) => name === "lloyd-wasm" && source === null).id);
  const others = [...found].map((id) => byId.get(id)).filter(({ source }) => source !== null);
  return others.map(({ name, version, license, manifest_path }) => ({ name, version, licence: license, where: "the compiled code", text: licenceIn(dirname(manifest_path)) }));
}

/** The text of a licence, the MIT one where there is a choice. */
function licenceIn(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying)/i.test(name)).sort((a, b) => Number(/mit/i.test(b)) - Number(/mit/i.test(a)));
  return names.length > 0 && existsSync(join(folder, names[0])) ? readFileSync(join(folder, names[0]), "utf8") : undefined;
}
