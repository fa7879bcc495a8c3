import { meansAboutAll, meansApart, topOf, type Clustering } from "./clustering.js";
import { ExactSums, total } from "./exact.js";

/** Σ‖y - mean‖² of all rows, in the clustering's units. */
export function within({ inertias }: Clustering): number {
  return total(inertias);
}

/** Σ_j n_j‖mean_j - mean‖²: what the clusters explain of Σ‖y - mean‖². */
export function between(clusters: Clustering): number {
  const { counts, k } = clusters;
  const about = meansAboutAll(clusters);
  const columns = about.length / k;
  return total(about.map((v, at) => counts[Math.floor(at / columns)] * v * v));
}

/**
 * The mean over the clusters of the worst (spread_i + spread_j) / ‖mean_i - mean_j‖, spread being the
 * mean distance to the mean (Davies & Bouldin 1979). As in scikit-learn, coinciding means count as
 * infinitely far apart.
 */
export function daviesBouldin(clusters: Clustering): number {
  const { labels, k, counts, squares } = clusters;
  const sums = new ExactSums(k, labels.length, topOf(clusters.rows.columns));
  squares.forEach((square, i) => sums.add(labels[i], Math.sqrt(square)));
  const spreads = sums.values().map((sum, j) => sum / counts[j]);
  const apart = meansApart(clusters);
  const worst = spreads.map((spread, i) => {
    let most = 0;
    for (let j = 0; j < k; j++) {
      if (j !== i && apart[i * k + j] > 0) most = Math.max(most, (spread + spreads[j]) / apart[i * k + j]);
    }
    return most;
  });
  return total(worst) / k;
}

/**
 * (between / (k - 1)) / (within / (n - k)) (Caliński & Harabasz 1974); 1 where every row lies at its mean,
 * as in scikit-learn.
 */
export function calinskiHarabasz(clusters: Clustering): number {
  const { k, rows } = clusters;
  const inside = within(clusters);
  return inside === 0 ? 1 : (between(clusters) * (rows.count - k)) / (inside * (k - 1));
}

/** How well round clusters of one common variance explain the rows: log-likelihood and free parameters. */
export interface Likelihood {
  readonly log: number;
  readonly parameters: number;
}

/**
 * The model of X-means (Pelleg & Moore 2000): a row is in cluster j with probability n_j / n, and
 * normally distributed about its mean, with one variance for all columns and clusters.
 *
 *     σ² = J / (d (n - k))
 *     log L = Σ_j n_j ln(n_j / n) - (n d / 2) ln(2π σ²) - d (n - k) / 2
 *     parameters = (k - 1) + k d + 1
 *
 * Departure: the paper divides J by n - k alone, which is no likelihood for d above 1.
 *
 * @param scale the clustering's units in those that σ is measured in
 */
export function likelihood(clusters: Clustering, scale = 2 ** clusters.exponent): Likelihood {
  const { k, counts, rows: { count, columns } } = clusters;
  const variance = (within(clusters) / (columns * (count - k))) * scale ** 2;
  const mixing = total(counts.map((n) => n * Math.log(n / count)));
  return {
    log: mixing - ((count * columns) / 2) * Math.log(2 * Math.PI * variance) - (columns * (count - k)) / 2,
    parameters: k - 1 + k * columns + 1,
  };
}
