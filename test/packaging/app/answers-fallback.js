// A page that may not use WebAssembly, bundled by what does not know where the package's files lie.

import * as lloyd from "lloyd";
import { core } from "./problem.js";

export const answers = async () => {
  await lloyd.init({ fallback: () => import("lloyd/engine-js") });
  return { core: await core(lloyd) };
};
