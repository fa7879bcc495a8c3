import * as lloyd from "lloyd/js";
import { core } from "./problem.js";

export const answers = async () => {
  lloyd.kmeansSync([[1], [2]], { k: 1 });
  return { core: await core(lloyd) };
};
