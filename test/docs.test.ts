import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;
const pages = ["README.md", ...readdirSync(`${ROOT}docs/guide`).map((name) => `docs/guide/${name}`)];

interface Sample {
  readonly page: string;
  readonly language: string;
  readonly code: string;
}

const samples = pages.flatMap((page): Sample[] => [...readFileSync(ROOT + page, "utf8").matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ page, language, code })));

describe("every sample of the documentation", () => {
  test("is of a kind that is run somewhere, or is no code", () => {
    // Pages and workers: test/packaging/matrix.mjs. Signatures ("ts") are the API's, commands ("sh") are no samples.
    expect(new Set(samples.map(({ language }) => language))).toEqual(new Set(["js", "cjs", "html", "js page", "js worker", "sh", "text", "ts"]));
  });

  const scripts = samples.filter(({ language }) => language === "js" || language === "cjs");
  test.each(scripts.map((sample, i) => [`${sample.page}, ${i + 1}`, sample] as const))("runs: %s", (_, { language, code }) => {
    const type = language === "cjs" ? "commonjs" : "module";
    const printed = execFileSync(process.execPath, [`--input-type=${type}`, "-e", code], { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
    expect(printed.length).toBeGreaterThan(code.includes("assert") ? -1 : 0);
    // What a sample says about a line that prints is what it prints.
    for (const [, said] of code.matchAll(/console\.log\([^\n]*\);\s*\/\/ (\[[\d, ]+\]|"\w+")$/gm)) {
      const plain = (text: string) => text.replace(/[\s"]/g, "");
      expect(plain(printed)).toContain(plain(said));
    }
  });
});
