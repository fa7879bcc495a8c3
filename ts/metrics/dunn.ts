import type { Dataset } from "../dataset.js";
import type { Driver } from "../driver/driver.js";
import { DIAMETERS, largestDiameter, SEPARATIONS, separation, type Diameter, type Separation } from "../driver/dunn.js";
import { LloydError, show } from "../errors.js";
import type { Points } from "../points.js";
import { answered, answeredSync, checkOptions, clustersOf, judged, type Judged, type JudgeOptions, type Labeled } from "./judged.js";
import { bad, needsClusters } from "./labels.js";

export interface DunnOptions extends JudgeOptions {
  /**
   * How far apart two clusters are, δ1 to δ6 of Bezdek & Pal (1998). Default `"single"`: the least
   * distance between their rows. `"complete"`: the largest; `"average"`: the mean; `"hausdorff"`. In
   * O(n·k): `"centroid"`, between the means; `"average-to-centroid"`, of the rows of each to the other's
   * mean.
   */
  separation?: Separation;
  /**
   * How wide a cluster is, Δ1 to Δ3 of Bezdek & Pal. Default `"maximum"`: the largest distance between
   * two of its rows. `"average"`: the mean distance of two. In O(n): `"centroid"`, twice the mean distance
   * to its mean.
   */
  diameter?: Diameter;
}

/**
 * Dunn's index (1974): the least separation of two clusters over the largest diameter. At least 0;
 * higher is better. With `{ separation: "centroid", diameter: "centroid" }` it is fit for any number of
 * rows; the classic one looks at as many pairs of rows as it must.
 *
 * @param points n rows of d coordinates, or loaded already, by `loadDataset` without `transfer` and `weights`
 * @param labels one per row, or a model
 * @throws LloydError for points as `kmeans` does; `bad-labels`, also unless there are 2 to n
 *   clusters and one has two different rows; `bad-option`; `signal.reason` after an abort
 */
export async function dunn(points: Points | Dataset, labels: Labeled, options: DunnOptions = {}): Promise<number> {
  const found = begin(points, labels, options);
  return await answered(ratio(found, options), found, options);
}

/** {@link dunn} at once, on the caller's thread. */
export function dunnSync(points: Points | Dataset, labels: Labeled, options: DunnOptions = {}): number {
  const found = begin(points, labels, options);
  return answeredSync(ratio(found, options), found, options);
}

function begin(points: Points | Dataset, labels: Labeled, options: DunnOptions): Judged {
  checkOptions(options, "separation", "diameter");
  oneOf("separation", options.separation, SEPARATIONS);
  oneOf("diameter", options.diameter, DIAMETERS);
  const found = judged(points, labels);
  needsClusters("Dunn's index", found.k, found.rows.count, found.rows.count);
  return found;
}

function oneOf(name: string, value: unknown, known: readonly unknown[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new LloydError("bad-option", `${name} is ${show(value)}; expected one of ${known.map(show).join(", ")}`);
}

function* ratio(found: Judged, { separation: apart = "single", diameter = "maximum", onProgress }: DunnOptions): Driver<number> {
  const clusters = yield* clustersOf(found);
  const width = yield* largestDiameter(clusters, diameter);
  if (width === 0) throw bad("Dunn's index is undefined where all rows of each cluster are equal: no cluster has a diameter");
  onProgress?.(0.5);
  const index = (yield* separation(clusters, apart)) / width;
  onProgress?.(1);
  return index;
}
