// dist/*.js → dist/*.cjs, file by file, so that both kinds share code through chunks in the same way; and their types.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../place.mjs";

const dist = inRoot("dist");
const own = (name) => new RegExp(`^${name}$`);

/** `functions`: entries whose default export is what `require` gives. */
export async function writeCommonJs(functions) {
  const files = readdirSync(dist);
  const scripts = files.filter((name) => name.endsWith(".js") && !files.includes(name.replace(/js$/, "cjs")) && !own("(cli|slim|engine-js)\\.js").test(name));
  for (const name of scripts) {
    const text = readFileSync(`${dist}/${name}`, "utf8").replace(/new URL\("(\.\/[\w.-]+)", import\.meta\.url\)\.href/, '"$1"');
    const { transform } = await import("esbuild"); // here, as set-up installs it
    const { code } = await transform(text, { format: "cjs", platform: "node", target: "es2022", supported: { "dynamic-import": true }, define: { "import.meta.url": "undefined" } });
    // What is loaded by import() stays a module: Node's require and bundlers take both.
    const required = code.replace(/require\("(\.\/[^"]+)\.js"\)/g, 'require("$1.cjs")');
    const entry = name.replace(/\.js$/, "");
    writeFileSync(`${dist}/${entry}.cjs`, functions.includes(entry) ? `${required}module.exports = Object.assign(module.exports.default, { default: module.exports.default });\n` : required);
  }
  for (const name of files.filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(`${dist}/${name}`, "utf8").replace(/from '(\.\/[^']+)\.js'/g, "from '$1.cjs'");
    const entry = name.replace(/\.d\.ts$/, "");
    writeFileSync(`${dist}/${entry}.d.cts`, functions.includes(entry) ? asFunction(text, entry) : text);
  }
}

/** Types of `module.exports = f`, with the module's other types in its namespace. */
function asFunction(text, name) {
  const [, types] = /^export type \{ (.*) \};$/m.exec(text);
  const declared = types.split(", ").map((type) => `  export { ${type}_ as ${type} };`);
  const all = new RegExp(`\\b(${types.split(", ").join("|")})\\b`, "g");
  const code = (line) => (/^\s*\/?\*|^import /.test(line) ? line : line.replace(all, "$1_"));
  const renamed = text.replace(/^export .*$/gm, "").split("\n").map(code).join("\n").trimEnd();
  return `${renamed}\ndeclare namespace ${name} {\n  export { ${name} as default };\n${declared.join("\n")}\n}\nexport = ${name};\n`;
}
