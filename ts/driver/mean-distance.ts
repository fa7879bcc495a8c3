import { readRow, squaredTo, type Clustering, type Steps } from "./clustering.js";
import { pause } from "./driver.js";

/** Far above what rounding does to a bound, and to the means that it stands for: sums are in units of a cluster's farthest row. It can only cost work. */
const SLACK = 1e-6;
/** Multiply-adds between two pauses. */
const PIECE = 2 ** 21;
/** Below this, squares of squared distances may vanish. */
const TINY = 2 ** -300;
/** Rows from which second moments pay, per column and cluster: what they cost then is a part of what they spare. */
const WORTH = 8;

/** Tells `use` which clusters but its own can be nearest to a row by mean distance, of those whose mean is not above `known`. */
export type NearestOf = (row: number, known: number, use: (cluster: number) => void) => void;

/**
 * Which clusters can be nearest to a row x, by bounds on its mean distance M to a cluster's rows y. With c
 * their mean, z = x - c, and q = ‖x - y‖² of mean m and variance s² over y:
 *
 *     m  = ‖z‖² + v                              v = mean ‖y - c‖²
 *     s² = f - v² + 4 zᵀCz - 4 z·w               f = mean ‖y - c‖⁴, C the covariance, w = mean ‖y - c‖²(y - c)
 *     ‖z‖ ≤ M ≤ √m                               Jensen's inequality, twice
 *     √m / √(1 + s²/m²) ≤ M                      Hölder's: m ≤ M^⅔ (s² + m²)^⅓
 *     M ≤ √m (1 - s²/m² / 2(1 + u)²)             u = (‖z‖ + radius) / √m ≥ √(q/m), where √t ≤ (1 + t)/2 - (1 - t)²/2(1 + u)²
 *
 * Of 16 clusters in uniform noise, Jensen's bounds leave 14.5 that can be nearest, these 2.5. What rounding does to s²
 * is bounded and counted against either bound.
 *
 * Departures:
 * 1. The second moments, O(d²) for each row and cluster, are made where the `asking` rows are many enough, and looked at
 *    where Jensen's bounds leave more than one cluster.
 * 2. First zᵀCz is taken to be ‖z‖² times C's largest sum of sizes in a row, which no eigenvalue exceeds: O(1), and of
 *    those 14.5 clusters a few are left.
 */
export function* nearestOf(clusters: Clustering, asking: number): Steps<NearestOf> {
  const { labels, k, counts, inertias, rows } = clusters;
  const { columns } = rows;
  const second = k > 2 && asking >= WORTH * columns * k ? yield* secondMoments(clusters) : [];
  const y = new Float64Array(columns);
  const squared = new Float64Array(k);
  const lower = new Float64Array(k);
  return (row, known, use) => {
    const own = labels[row];
    readRow(clusters, row, y);
    let most = known;
    for (let j = 0; j < k; j++) {
      if (j === own) continue;
      squared[j] = squaredTo(y, clusters, j);
      lower[j] = Math.sqrt(squared[j]);
      most = Math.min(most, Math.sqrt(squared[j] + inertias[j] / counts[j]));
    }
    const possible = (j: number) => j !== own && !(lower[j] > most * (1 + SLACK));
    for (const bounds of second) {
      let left = 0;
      for (let j = 0; j < k && left < 2; j++) if (possible(j)) left += 1;
      if (left < 2) break;
      for (let j = 0; j < k; j++) {
        if (!possible(j)) continue;
        const found = bounds(y, j, squared[j]);
        lower[j] = Math.max(lower[j], found.least);
        most = Math.min(most, found.most);
      }
    }
    for (let j = 0; j < k; j++) if (possible(j)) use(j);
  };
}

/** Bounds on the mean distance of a row y to cluster j, at ‖y - c‖² of its mean. */
type SecondBounds = (y: Float64Array, j: number, squared: number) => { readonly least: number; readonly most: number };

/** Quick ones, and close ones. */
function* secondMoments(clusters: Clustering): Steps<readonly SecondBounds[]> {
  const { labels, k, counts, inertias, radii, means, rest, squares, rows } = clusters;
  const { columns: d, count } = rows;
  const triangle = (d * (d + 1)) / 2;
  /** Lower triangles of C, and w and f. */
  const products = new Float64Array(k * triangle);
  const skews = new Float64Array(k * d);
  const fourths = new Float64Array(k);
  const z = new Float64Array(d);
  const about = (y: Float64Array, j: number) => {
    for (let c = 0, at = j * d; c < d; c++, at++) z[c] = y[c] - means[at] - rest[at];
  };
  const y = new Float64Array(d);
  const pieces = Math.ceil(PIECE / (triangle + d));
  for (let i = 0; i < count; i++) {
    if (i % pieces === pieces - 1) yield* pause();
    const j = labels[i];
    readRow(clusters, i, y);
    about(y, j);
    const [square, part] = [squares[i], 1 / counts[j]];
    fourths[j] += square * square * part;
    for (let c = 0, at = j * triangle; c < d; c++) {
      skews[j * d + c] += square * z[c] * part;
      const weighed = z[c] * part;
      for (let e = 0; e <= c; e++, at++) products[at] += weighed * z[e];
    }
  }
  /** What rounding may do, as a part of the sums of the sizes of all terms: sums of n products, and of d². */
  const rounding = (count + 4 * d + 100) * 2 ** -52;
  const { eigenvalues, norms } = sizesOf(products, skews, k, d);
  eigenvalues.forEach((most, j) => (eigenvalues[j] = most * (1 + d * rounding)));
  /** `low`, `high`: between which zᵀCz - z·w lies, but for rounding. */
  const within = (j: number, squared: number, low: number, high: number) => {
    const v = inertias[j] / counts[j];
    const m = squared + v;
    if (!(m > TINY)) return { least: 0, most: Infinity };
    const slack = rounding * (5 * fourths[j] + 6 * squared * v);
    const u = (Math.sqrt(squared) + radii[j]) / Math.sqrt(m);
    const variance = (spread: number, off: number) => Math.max(0, fourths[j] - v * v + 4 * spread + off) / (m * m);
    return { least: Math.sqrt(m / (1 + variance(high, slack))), most: Math.sqrt(m) * (1 - variance(low, -slack) / (2 * (1 + u) ** 2)) };
  };
  return [
    (_, j, squared) => within(j, squared, -Infinity, squared * eigenvalues[j] + Math.sqrt(squared) * norms[j]),
    (row, j, squared) => {
      about(row, j);
      let spread = 0;
      for (let c = 0, at = j * triangle; c < d; c++) {
        let sum = 0;
        for (let e = 0; e < c; e++, at++) sum += products[at] * z[e];
        spread += z[c] * (2 * sum + products[at++] * z[c] - skews[j * d + c]);
      }
      return within(j, squared, spread, spread);
    },
  ];
}

/** Of each cluster what no eigenvalue of C exceeds, and ‖w‖. */
function sizesOf(products: Float64Array, skews: Float64Array, k: number, d: number): { eigenvalues: Float64Array; norms: Float64Array } {
  const [eigenvalues, norms] = [new Float64Array(k), new Float64Array(k)];
  const sums = new Float64Array(d);
  for (let j = 0, at = 0; j < k; j++) {
    sums.fill(0);
    for (let c = 0; c < d; c++) {
      norms[j] += skews[j * d + c] ** 2;
      for (let e = 0; e <= c; e++, at++) {
        sums[c] += Math.abs(products[at]);
        if (e < c) sums[e] += Math.abs(products[at]);
      }
    }
    eigenvalues[j] = sums.reduce((a, b) => Math.max(a, b));
    norms[j] = Math.sqrt(norms[j]);
  }
  return { eigenvalues, norms };
}
