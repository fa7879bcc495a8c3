import * as lloyd from "lloyd";
import * as mlKmeans from "lloyd/ml-kmeans";
import skmeans from "lloyd/skmeans";
import { core, faces } from "./problem.js";

export const answers = async () => ({ core: await core(lloyd), faces: faces(mlKmeans, skmeans) });
