import type { Dataset } from "../dataset.js";
import { meansApart } from "../driver/clustering.js";
import type { Driver } from "../driver/driver.js";
import { diameters } from "../driver/dunn.js";
import type { Points } from "../points.js";
import { answered, answeredSync, checkOptions, clustersOf, judged, type Judged, type JudgeOptions, type Labeled } from "./judged.js";

/** A cluster in numbers, lengths in the points' units. */
export interface ClusterSummary {
  readonly label: number | string;
  /** Rows. */
  readonly size: number;
  /** d */
  readonly mean: number[];
  /** Σ‖x - mean‖² */
  readonly inertia: number;
  /** Largest distance of a row to the mean. */
  readonly radius: number;
  /** Root of the mean squared distance to the mean. */
  readonly spread: number;
  /** Largest distance between two rows. */
  readonly diameter: number;
  /** Rows per volume of the d-dimensional ball with radius `spread`; Infinity where that is 0. */
  readonly density: number;
  /** Label of the cluster with the nearest mean, and the distance of the means; null and Infinity for one cluster. */
  readonly nearest: number | string | null;
  readonly separation: number;
}

/**
 * Every cluster in numbers, by ascending label.
 *
 * @throws LloydError for points as `kmeans` does; `bad-labels`; `signal.reason` after an abort
 */
export async function clusterSummary(points: Points | Dataset, labels: Labeled, options: JudgeOptions = {}): Promise<ClusterSummary[]> {
  checkOptions(options);
  const found = judged(points, labels);
  return await answered(summaries(found), found, options);
}

/** {@link clusterSummary} at once, on the caller's thread. */
export function clusterSummarySync(points: Points | Dataset, labels: Labeled, options: JudgeOptions = {}): ClusterSummary[] {
  checkOptions(options);
  const found = judged(points, labels);
  return answeredSync(summaries(found), found, options);
}

function* summaries(found: Judged): Driver<ClusterSummary[]> {
  const { names } = found;
  const clusters = yield* clustersOf(found);
  const widths = yield* diameters(clusters, "maximum");
  const { k, counts, means, rest, inertias, radii, exponent, rows: { columns } } = clusters;
  const scale = 2 ** exponent;
  const apart = meansApart(clusters);
  return names.map((label, j) => {
    const spread = Math.sqrt(inertias[j] / counts[j]) * scale;
    let nearest = -1;
    for (let other = 0; other < k; other++) {
      if (other !== j && (nearest < 0 || apart[j * k + other] < apart[j * k + nearest])) nearest = other;
    }
    return {
      label,
      size: counts[j],
      mean: Array.from({ length: columns }, (_, c) => (means[j * columns + c] + rest[j * columns + c]) * scale),
      inertia: inertias[j] * scale ** 2,
      radius: radii[j] * scale,
      spread,
      diameter: widths[j] * scale,
      density: Math.exp(Math.log(counts[j]) - logBall(columns, spread)),
      nearest: nearest < 0 ? null : names[nearest],
      separation: nearest < 0 ? Infinity : apart[j * k + nearest] * scale,
    };
  });
}

/** ln of the volume of a ball in so many dimensions. */
function logBall(dimensions: number, radius: number): number {
  // V_d = V_(d-2) · 2π r² / d, from V_0 = 1 and V_1 = 2 r.
  let log = dimensions % 2 === 0 ? 0 : Math.log(2 * radius);
  for (let d = dimensions % 2 === 0 ? 2 : 3; d <= dimensions; d += 2) log += Math.log((2 * Math.PI) / d) + 2 * Math.log(radius);
  return log;
}
