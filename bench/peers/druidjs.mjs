// Assigns rows by an f64 SIMD kernel in WebAssembly. It always goes to the end, at most 300
// iterations; to stop it earlier, a subclass tells its loop that no row has changed.

import { KMeans, Matrix } from "@saehrimnir/druidjs";
import { rowsOf } from "./rows.mjs";
import { versionOf } from "./version.mjs";

export default {
  name: "druidjs",
  title: "druidjs",
  version: versionOf("@saehrimnir/druidjs"),
  sets: { iterations: "ABCDU", convergence: "" },

  prepare: (set) => Matrix.from(rowsOf(set)),

  fit(matrix, { start, columns, k, iterations }) {
    let made = 0;
    class Stopped extends KMeans {
      _iteration(centroids) {
        const found = super._iteration(centroids);
        made += 1;
        return made < iterations ? found : { ...found, clusters_changed: false };
      }
    }
    const { centroids } = new Stopped(matrix, { K: k, initial_centroids: rowsOf({ data: start, columns }) });
    return { centroids, iterations: made };
  },
};
