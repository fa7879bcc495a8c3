// In every installation of Turf. Its loop goes on until nothing moves at all, as ours does at tolerance 0.

import skmeans from "skmeans";
import { rowsOf } from "./rows.mjs";
import { versionOf } from "./version.mjs";

export default {
  name: "skmeans",
  title: "skmeans",
  version: versionOf("skmeans"),
  sets: { iterations: "AB", convergence: "" },

  prepare: rowsOf,

  fit(rows, { start, columns, k, iterations }) {
    const { centroids, it } = skmeans(rows, k, rowsOf({ data: start, columns }), iterations);
    return { centroids, iterations: Math.min(it + 1, iterations) }; // it does not count the pass that finds nothing to do
  },
};
