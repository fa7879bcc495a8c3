// Rust and WebAssembly, with Hamerly's bounds. It is packed for bundlers, so its module is started
// by hand; and it only starts from random rows, so the randomness it imports gives the bench's.

import { readFile } from "node:fs/promises";
import { rowsOf } from "./rows.mjs";
import { versionOf } from "./version.mjs";

const folder = new URL("../node_modules/kmeans-wasm/", import.meta.url);
const text = await readFile(new URL("kmeans_wasm_bg.js", folder), "utf8");
const glue = await import(`data:text/javascript,${encodeURIComponent(text)}`);
let draws = [];
const imports = { ...glue };
for (const name of Object.keys(glue)) if (name.startsWith("__wbg_random_")) imports[name] = () => draws.shift() ?? Math.random();
const bytes = await readFile(new URL("kmeans_wasm_bg.wasm", folder));
const { instance } = await WebAssembly.instantiate(bytes, { "./kmeans_wasm_bg.js": imports });
glue.__wbg_set_wasm(instance.exports);

export default {
  name: "kmeans-wasm",
  title: "kmeans-wasm",
  version: versionOf("kmeans-wasm"),
  sets: { iterations: "ABU", convergence: "" },

  prepare: rowsOf,

  fit(rows, { startRows, k, iterations }) {
    draws = startRows.map((row) => (row + 0.5) / rows.length);
    const { centroids, it } = glue.kmeans(rows, k, iterations);
    // Its arrays come twice as long as they say: as many holes first.
    return { centroids: centroids.slice(-k).map((row) => row.slice(-rows[0].length)), iterations: Number(it) };
  },
};
