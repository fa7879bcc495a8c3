import * as lloyd from "lloyd/slim";
import { core } from "./problem.js";

export const answers = async () => ({ core: await core(lloyd) });
