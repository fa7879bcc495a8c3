import type { Finished, Frame } from "../questions.js";
import { ask, type Driver } from "./driver.js";
import { frameReaching, type ColumnName } from "./frame.js";
import { refuseNonFinite } from "./space.js";

/** Labels of rows by a model's centroids, in the model's frame, and inertias about `about`. */
export function* predict(frame: Frame, k: number, centroids: Float64Array, about: Float64Array, name: ColumnName): Driver<Finished> {
  const measured = yield* ask({ ask: "measure", stride: Number.MAX_SAFE_INTEGER });
  refuseNonFinite(measured, name);
  yield* ask({ ask: "load", frame: frameReaching(frame, measured, name) });
  return yield* ask({ ask: "finish", k, centroids, about, labels: true });
}
