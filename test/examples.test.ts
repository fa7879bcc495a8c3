import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;

function printed(program: string, type: "module" | "commonjs"): string {
  return execFileSync(process.execPath, [`--input-type=${type}`, "-e", program], { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
}

describe("the peers' own published examples run on the drop-in faces", () => {
  test("ml-kmeans: what its README prints", () => {
    const readme = readFileSync(`${ROOT}node_modules/ml-kmeans/README.md`, "utf8");
    const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code).filter((code) => /from 'ml-kmeans'/.test(code));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const theirs = printed(example, "module");
      expect(theirs.length).toBeGreaterThan(50);
      expect(printed(example.replace("'ml-kmeans'", "'lloyd/ml-kmeans'"), "module")).toBe(theirs);
    }
  });

  const folder = `${ROOT}node_modules/skmeans/test`;
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  test.each(scripts)("skmeans: test/%s", (name) => {
    const script = readFileSync(`${folder}/${name}`, "utf8")
      .replace(/require\("\.\.\/main(\.js)?"\)/, 'require("lloyd/skmeans")')
      .replace(/require\("\.\//g, `require("${folder}/`)
      .replace(/const MAX = 1000;/, "const MAX = 40;");
    expect(script).toContain("lloyd/skmeans");
    expect(printed(script, "commonjs")).not.toBe("");
  });

  test("skmeans: what its README shows", () => {
    const data = "[1,12,13,4,25,21,22,3,14,5,11,2,23,24,15]";
    const calls = ['skmeans(data,3)', 'skmeans(data,3,[1,5,9])', 'skmeans(data,3,"kmpp")', "skmeans(data,3,null,10)", "skmeans(data,3,null,null,(x1,x2)=>Math.abs(x1-x2))"];
    const program = `const skmeans = require("lloyd/skmeans"); const data = ${data};
      for (const res of [${calls}]) console.log(JSON.stringify({ k: res.k, it: res.it, idxs: res.idxs.length, near: typeof res.test(6).centroid, own: typeof res.test(6,(x1,x2)=>Math.abs(x1-x2)).idx }));`;
    for (const line of printed(program, "commonjs").trim().split("\n")) expect(JSON.parse(line)).toEqual({ k: 3, it: expect.any(Number), idxs: 15, near: "number", own: "number" });
  });
});
