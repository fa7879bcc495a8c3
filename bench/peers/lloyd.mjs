// lloyd itself, as a program calls it: flat f32 in; the copy into WebAssembly's memory, the last
// assignment, labels and the model are all in its time.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const build = process.env.BENCH_LLOYD ?? new URL("../../dist/index.js", import.meta.url).href;
const { kmeansSync } = await import(build);
const manifest = fileURLToPath(new URL("../../package.json", import.meta.url));

export default {
  name: "lloyd",
  title: "lloyd",
  version: JSON.parse(readFileSync(manifest, "utf8")).version,
  sets: { iterations: "ABCDEFUKMN", convergence: "ABCDEFUMN", default: "ABCDEFUMN" },

  prepare: ({ data, columns }) => ({ data, columns }),

  fit(points, { start, k, iterations }) {
    const { columns } = points;
    const init = Array.from({ length: k }, (_, j) => start.subarray(j * columns, (j + 1) * columns));
    return answer(kmeansSync(points, { k, init, maxIterations: iterations, tolerance: 0, seed: 0 }));
  },

  fitByDefault: (points, { k, seed }) => answer(kmeansSync(points, { k, seed })),
};

function answer({ centroids, labels, inertia, iterations, history }) {
  const inIterations = history.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  return { centroids, labels, inertia, iterations, inIterations };
}
