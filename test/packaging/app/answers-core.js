import * as lloyd from "lloyd";
import { core } from "./problem.js";

export const answers = async () => ({ core: await core(lloyd) });
