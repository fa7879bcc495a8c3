import { clusteringOf, type Scaled } from "../driver/clustering.js";
import type { Driver } from "../driver/driver.js";
import { largestDiameter, separation } from "../driver/dunn.js";
import { between, calinskiHarabasz, daviesBouldin, likelihood, within } from "../driver/indices.js";
import { silhouettes } from "../driver/silhouette.js";
import { meanOf, sampled } from "../metrics/silhouette.js";
import type { KMeansModel } from "../model.js";
import type { Candidate } from "./choose.js";
import type { ParsedChoice } from "./options.js";

export type Measures = Pick<Candidate, "explainedVariance" | "silhouette" | "silhouetteError" | "dunn" | "daviesBouldin" | "calinskiHarabasz" | "bic" | "aic">;

/** The indices of one clustering; null where one is undefined. */
export function* measures({ sample, seed, dunn }: ParsedChoice, scale: Scaled, { labels, k, sizes }: KMeansModel): Driver<Measures> {
  const count = labels.length;
  const codes = new Int32Array(k);
  let made = 0;
  sizes.forEach((size, j) => (codes[j] = size > 0 ? made++ : -1));
  const clusters = yield* clusteringOf(scale, labels.map((label) => codes[label]), made);
  const [inside, outside] = [within(clusters), between(clusters)];
  const several = made >= 2 && made < count;
  let silhouette = null;
  if (several) {
    const wanted = sample < count ? sampled(count, sample, seed) : labels.map((_, i) => i);
    silhouette = meanOf(yield* silhouettes(clusters, wanted), count);
  }
  const width = made >= 2 ? yield* largestDiameter(clusters, dunn.diameter) : 0;
  const apart = width > 0 ? yield* separation(clusters, dunn.separation) : 0;
  const fitting = made < count && inside > 0 ? likelihood(clusters) : null;
  return {
    explainedVariance: inside === 0 ? 1 : outside / (inside + outside),
    silhouette: silhouette?.mean ?? null,
    silhouetteError: silhouette?.standardError ?? null,
    dunn: width > 0 ? apart / width : null,
    daviesBouldin: several ? daviesBouldin(clusters) : null,
    calinskiHarabasz: several && inside > 0 ? calinskiHarabasz(clusters) : null,
    bic: fitting && fitting.log - (fitting.parameters / 2) * Math.log(count),
    aic: fitting && fitting.log - fitting.parameters,
  };
}
