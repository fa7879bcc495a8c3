import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the first example of the README runs as written and prints what it says", () => {
  const example = /```js\n([\s\S]*?)```/.exec(readme)![1];
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", example], { cwd: ROOT, encoding: "utf8" });
  expect(printed).toMatch(/Int32Array\(6\)/);
  expect(printed).toMatch(/\[ 1, 1 \]/);
  expect(printed).toMatch(/\[ 5, 5 \]/);
  expect(printed).toMatch(/stable/);
});

test("the README's reports are what the commands print", () => {
  for (const command of ["cluster examples/iris.csv -k 3 --seed 1", "choose examples/iris.csv --to 6 --seed 1"]) {
    const printed = execFileSync(process.execPath, ["dist/cli.js", ...command.split(" ")], { cwd: ROOT, encoding: "utf8" });
    expect(readme).toContain(printed.trim());
  }
});
