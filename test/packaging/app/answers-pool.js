// The app starts lloyd's workers itself, from a script of its own that imports nothing else.

import * as lloyd from "lloyd";
import { core } from "./problem.js";

export const answers = async () => {
  const pool = await lloyd.createPool({ workers: 2, createWorker: () => new Worker(new URL("./pool.js", import.meta.url), { type: "module" }) });
  if (pool.started !== "factory") throw new Error(`the app's workers did not start: ${pool.failure ?? pool.started}`);
  const answer = await core({ ...lloyd, kmeans: (points, options) => lloyd.kmeans(points, { ...options, pool, workers: 2 }) });
  pool.dispose();
  return { core: answer };
};
