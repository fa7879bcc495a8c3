import type { Dataset } from "../dataset.js";
import { mean } from "../driver/exact.js";
import { atOnce, type Driver } from "../driver/driver.js";
import { silhouettes, simplifiedSilhouettes } from "../driver/silhouette.js";
import { integer } from "../options.js";
import type { Points } from "../points.js";
import { random } from "../random.js";
import { answered, answeredSync, checkOptions, clustersOf, judged, type Judged, type JudgeOptions, type Labeled } from "./judged.js";
import { needsClusters } from "./labels.js";

export interface SilhouetteOptions extends JudgeOptions {
  /**
   * Rows to look at, drawn without replacement; each is still compared with all rows. Default: all.
   * The cost falls from n² to n times the sample.
   */
  sample?: number;
  /** Of the sample. Default 0. */
  seed?: number;
}

export interface Silhouette {
  /** Mean over the rows looked at: -1 to 1, higher is better. */
  readonly mean: number;
  /** Of that mean, as an estimate of the mean of all rows; 0 where all were looked at. */
  readonly standardError: number;
  /** Of each row looked at. */
  readonly values: Float64Array;
  /** The rows looked at, ascending. */
  readonly rows: Int32Array;
  /** Of the rows looked at in each cluster, by ascending label; NaN where none was. */
  readonly clusters: readonly { readonly label: number | string; readonly size: number; readonly mean: number }[];
}

/**
 * Silhouettes (Rousseeuw 1987): for each row (b - a) / max(a, b), a its mean distance to the other rows
 * of its cluster, b the least mean distance to the rows of another. 0 for the only row of a cluster, and
 * where a and b are both 0. Exact, in O(n) memory, in f64 from the points' own numbers.
 *
 * @param points n rows of d coordinates, or loaded already, by `loadDataset` without `transfer` and `weights`
 * @param labels one per row, or a model
 * @throws LloydError for points as `kmeans` does; `bad-labels`, also unless there are 2 to n - 1
 *   clusters; `bad-option`; `signal.reason` after an abort
 */
export async function silhouette(points: Points | Dataset, labels: Labeled, options: SilhouetteOptions = {}): Promise<Silhouette> {
  const { found, wanted, driver } = begin(points, labels, options);
  return reported(found, wanted, await answered(driver, found, options));
}

/** {@link silhouette} at once, on the caller's thread. */
export function silhouetteSync(points: Points | Dataset, labels: Labeled, options: SilhouetteOptions = {}): Silhouette {
  const { found, wanted, driver } = begin(points, labels, options);
  return reported(found, wanted, answeredSync(driver, found, options));
}

/**
 * The silhouette by distances to the means instead of to all rows: O(n·k·d). For k-means it ranks
 * clusterings much as the exact one does (Hruschka et al. 2004), and is a little higher.
 *
 * @throws LloydError as {@link silhouette}
 */
export function simplifiedSilhouette(points: Points | Dataset, labels: Labeled): Silhouette {
  const found = judged(points, labels);
  needsClusters("the silhouette", found.k, found.rows.count);
  return reported(found, everyRow(found), simplifiedSilhouettes(atOnce(clustersOf(found))));
}

function begin(points: Points | Dataset, labels: Labeled, options: SilhouetteOptions): { found: Judged; wanted: Int32Array; driver: Driver<Float64Array> } {
  checkOptions(options, "sample", "seed");
  const { onProgress } = options;
  const seed = integer("seed", options.seed, 0, 0, Number.MAX_SAFE_INTEGER);
  const found = judged(points, labels);
  const { count } = found.rows;
  const sample = integer("sample", options.sample, count, 2, Number.MAX_SAFE_INTEGER);
  needsClusters("the silhouette", found.k, count);
  const wanted = sample < count ? sampled(count, sample, seed) : everyRow(found);
  return { found, wanted, driver: valuesOf(found, wanted, onProgress) };
}

function* valuesOf(found: Judged, wanted: Int32Array, onProgress?: (part: number) => void): Driver<Float64Array> {
  return yield* silhouettes(yield* clustersOf(found), wanted, onProgress);
}

function everyRow({ codes }: Judged): Int32Array {
  return codes.map((_, i) => i);
}

/** `size` of `count` rows, ascending; the same for the same seed. */
export function sampled(count: number, size: number, seed: number): Int32Array {
  const next = random(seed);
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < size; i++) {
    const other = i + Math.floor(next() * (count - i));
    [rows[i], rows[other]] = [rows[other], rows[i]];
  }
  return rows.subarray(0, size).sort();
}

/** Mean of some silhouettes, and its standard error where they are a sample of `count`. */
export function meanOf(values: Float64Array, count: number): { mean: number; standardError: number } {
  const middle = mean(values);
  const size = values.length;
  const variance = mean(values.map((value) => (value - middle) ** 2)) * (size / (size - 1));
  return { mean: middle, standardError: size === count ? 0 : Math.sqrt((variance / size) * (1 - size / count)) };
}

function reported({ codes, names }: Judged, rows: Int32Array, values: Float64Array): Silhouette {
  const own = names.map(() => [] as number[]);
  const sizes = names.map(() => 0);
  codes.forEach((code) => (sizes[code] += 1));
  rows.forEach((row, i) => own[codes[row]].push(values[i]));
  return {
    ...meanOf(values, codes.length),
    values,
    rows,
    clusters: names.map((label, j) => ({ label, size: sizes[j], mean: own[j].length > 0 ? mean(own[j]) : NaN })),
  };
}
