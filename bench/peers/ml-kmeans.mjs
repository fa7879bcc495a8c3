// The one that most people use. It takes rows of plain arrays, so they are made outside of its time.

import { kmeans } from "ml-kmeans";
import { rowsOf } from "./rows.mjs";
import { versionOf } from "./version.mjs";

export default {
  name: "ml-kmeans",
  title: "ml-kmeans",
  version: versionOf("ml-kmeans"),
  sets: { iterations: "ABCDEU", convergence: "AB", default: "A" },

  prepare: rowsOf,

  fit(rows, { start, columns, k, iterations }) {
    const initialization = rowsOf({ data: start, columns });
    return kmeans(rows, k, { initialization, maxIterations: iterations, tolerance: 0 });
  },

  fitByDefault: (rows, { k, seed }) => kmeans(rows, k, { seed }),
};
