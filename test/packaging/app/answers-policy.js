// A page that may not use WebAssembly: what is synchronous says so first, and runs after what is asynchronous has run.

import * as lloyd from "lloyd";
import * as mlKmeans from "lloyd/ml-kmeans";
import skmeans from "lloyd/skmeans";
import { core, faces } from "./problem.js";

export const answers = async () => {
  let refused;
  try {
    lloyd.kmeansSync([[1], [2]], { k: 1 });
  } catch ({ code, message }) {
    refused = `${code}: ${message}`;
  }
  const before = faces(mlKmeans, skmeans);
  return { refused, faces: before, core: await core(lloyd) };
};
