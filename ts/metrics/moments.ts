// Indices of clusters that need the rows' distances to the means alone: O(n·d), at once.

import type { Dataset } from "../dataset.js";
import type { Clustering } from "../driver/clustering.js";
import * as indices from "../driver/indices.js";
import type { Points } from "../points.js";
import { atOnce } from "../driver/driver.js";
import { clustersOf, judged, type Judged, type Labeled } from "./judged.js";
import { bad, needsClusters } from "./labels.js";

/**
 * Σ‖x - mean‖² over all rows, each about the mean of its cluster, in the points' units squared.
 *
 * @param labels one per row, or a model
 * @throws LloydError for points as `kmeans` does; `bad-labels`
 */
export function inertia(points: Points | Dataset, labels: Labeled): number {
  const clusters = atOnce(clustersOf(judged(points, labels)));
  return indices.within(clusters) * 4 ** clusters.exponent;
}

/** {@link inertia} per row. */
export function distortion(points: Points | Dataset, labels: Labeled): number {
  const clusters = atOnce(clustersOf(judged(points, labels)));
  return (indices.within(clusters) * 4 ** clusters.exponent) / clusters.labels.length;
}

/**
 * The part of Σ‖x - mean of all‖² that the clusters explain: 0 for one cluster, 1 where every row lies at
 * its mean.
 */
export function explainedVariance(points: Points | Dataset, labels: Labeled): number {
  const clusters = atOnce(clustersOf(judged(points, labels)));
  const [inside, outside] = [indices.within(clusters), indices.between(clusters)];
  return inside === 0 ? 1 : outside / (inside + outside);
}

/**
 * The Davies-Bouldin index (1979): the mean over the clusters of the worst ratio of spreads to the distance
 * of the means. At least 0; lower is better. Clusters with the same mean are passed over, as in scikit-learn.
 *
 * @throws LloydError for points as `kmeans` does; `bad-labels`, also unless there are 2 to n - 1 clusters
 */
export function daviesBouldin(points: Points | Dataset, labels: Labeled): number {
  return indices.daviesBouldin(several("the Davies-Bouldin index", judged(points, labels)));
}

/**
 * The Caliński-Harabasz index (1974), the ratio of the variances between and within clusters: higher is
 * better. 1 where every row lies at its mean, as in scikit-learn.
 *
 * @throws LloydError for points as `kmeans` does; `bad-labels`, also unless there are 2 to n - 1 clusters
 */
export function calinskiHarabasz(points: Points | Dataset, labels: Labeled): number {
  return indices.calinskiHarabasz(several("the Caliński-Harabasz index", judged(points, labels)));
}

/**
 * The Bayesian information criterion as in X-means (Pelleg & Moore 2000), log L - p/2 · ln n: higher is
 * better. Clusters are taken for round and of one variance, σ² = inertia / (d (n - k)).
 *
 * @throws LloydError for points as `kmeans` does; `bad-labels`, also where σ is 0 or undefined
 */
export function bic(points: Points | Dataset, labels: Labeled): number {
  const { log, parameters, count } = likelihood("BIC", points, labels);
  return log - (parameters / 2) * Math.log(count);
}

/** Akaike's criterion for the same model, log L - p: higher is better. Errors as for {@link bic}. */
export function aic(points: Points | Dataset, labels: Labeled): number {
  const { log, parameters } = likelihood("AIC", points, labels);
  return log - parameters;
}

function likelihood(index: string, points: Points | Dataset, labels: Labeled): indices.Likelihood & { count: number } {
  const clusters = atOnce(clustersOf(judged(points, labels)));
  const { k, labels: { length: count } } = clusters;
  if (k >= count || indices.within(clusters) === 0) throw bad(`${index} is undefined where every row lies at the mean of its cluster (${k} of ${count} rows)`);
  return { ...indices.likelihood(clusters), count };
}

/** The clusters, of which the index needs 2 to n - 1. */
function several(index: string, found: Judged): Clustering {
  needsClusters(index, found.k, found.rows.count);
  return atOnce(clustersOf(found));
}
