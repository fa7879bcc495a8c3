import { clusteringOf, scaling, type Scaled } from "../driver/clustering.js";
import type { Driver } from "../driver/driver.js";
import { largestDiameter, separation } from "../driver/dunn.js";
import { mean } from "../driver/exact.js";
import { between, calinskiHarabasz, daviesBouldin, likelihood, within } from "../driver/indices.js";
import { silhouettes } from "../driver/silhouette.js";
import { solveIn, type Solution } from "../driver/solve.js";
import { load, type Space } from "../driver/space.js";
import { adjustedRandOf } from "../metrics/agreement.js";
import { overlapOf } from "../metrics/contingency.js";
import { meanOf, sampled } from "../metrics/silhouette.js";
import { modelOf, type KMeansModel } from "../model.js";
import type { ExecutorReport } from "../executor/executor.js";
import { columnNames, type Rows } from "../points.js";
import { derivedSeed } from "../random.js";
import type { Candidate } from "./choose.js";
import { gapOf, referencesFor } from "./gap.js";
import type { ParsedChoice } from "./options.js";
import { bootstrapWeights } from "./stability.js";

/** Something to find out. Those of one list do not depend on each other. */
export type Work = OfAll | Apart;
/** About the caller's rows, loaded for all of the choice. */
export interface OfAll {
  readonly driver: Driver<unknown>;
  /** Whether it asks about distances between rows, which loaded rows of 32 bits may have been given up for. */
  readonly judges: boolean;
}
/** About rows, or weights, of its own, which are made when its turn comes. */
export interface Apart {
  readonly open: () => { readonly rows: Rows; readonly weights: Float64Array | null; readonly driver: Driver<unknown> };
}
export interface Ready {
  readonly row: Candidate;
}

/** Stages of derived seeds, so that no two draws share one. */
const [REFERENCE, RESAMPLE] = [1_000_000_000, 2_000_000_000];

/** The table row by row: yields work, receives what each part of it found. */
export function* table(choice: ParsedChoice, report: () => ExecutorReport): Generator<Work[] | Ready, Candidate[], unknown[]> {
  const { rows, ks, seed, references, box, resamples } = choice;
  const [[space, scale]] = (yield [{ driver: begun(rows), judges: false }]) as [[Space, Scaled]];
  const sets = typeof references === "number" ? references : references.length;
  const draw = typeof references === "number" && sets > 0 ? referencesFor(rows, box) : null;
  const found: Candidate[] = [];
  for (const k of ks) {
    const own = derivedSeed(seed, k);
    const [solution] = (yield [{ driver: solveIn(space, problem(choice, rows, k, own)), judges: false }]) as [Solution];
    const model = modelOf(solution, 0, rows.count, report());
    // One cluster is always found again.
    const resampled = Array.from({ length: k > 1 ? resamples : 0 }, (_, r) => bootstrap(choice, k, derivedSeed(seed, RESAMPLE + r)));
    const compared = Array.from({ length: sets }, (_, b): Apart => ({
      open: () => {
        // Made anew for each k, so that few of them are in memory.
        const own = derivedSeed(seed, REFERENCE + b);
        const set = typeof references === "number" ? draw!(own) : references[b];
        return { rows: set, weights: null, driver: fitted(choice, set, k, derivedSeed(own, k)) };
      },
    }));
    const [measures, ...others] = (yield [{ driver: judged(choice, scale, model), judges: true }, ...resampled, ...compared]) as [Measures, ...Solution[]];
    const rands = others.slice(0, resampled.length);
    const gap = gapOf(model.inertia, others.slice(resampled.length).map(({ inertia }) => inertia));
    const row: Candidate = {
      k,
      inertia: model.inertia,
      distortion: model.distortion,
      ...measures,
      gap: gap?.gap ?? null,
      gapError: gap?.error ?? null,
      stability: rands.length > 0 ? mean(rands.map(({ labels }) => adjustedRandOf(overlapOf(model.labels, k, labels, k)))) : null,
      model,
    };
    found.push(row);
    yield { row };
  }
  return found;
}

function* begun(rows: Rows): Driver<[Space, Scaled]> {
  const space = yield* load(rows.count, rows.columns, false, columnNames(rows));
  return [space, yield* scaling(rows)];
}

type Measures = Pick<Candidate, "explainedVariance" | "silhouette" | "silhouetteError" | "dunn" | "daviesBouldin" | "calinskiHarabasz" | "bic" | "aic">;

/** The indices of one clustering; null where one is undefined. */
function* judged({ sample, seed, dunn }: ParsedChoice, scale: Scaled, { labels, k, sizes }: KMeansModel): Driver<Measures> {
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

/** A fit to a bootstrap sample, whose rows are those with a weight; it labels all rows. */
function bootstrap(choice: ParsedChoice, k: number, seed: number): Apart {
  const { rows } = choice;
  return {
    open: () => {
      const weights = bootstrapWeights(rows.count, k, seed);
      return { rows, weights: choice.fit(rows, k, weights).weights, driver: fitted(choice, rows, k, derivedSeed(seed, k), weights) };
    },
  };
}

function* fitted(choice: ParsedChoice, rows: Rows, k: number, seed: number, weights?: Float64Array): Driver<Solution> {
  const space = yield* load(rows.count, rows.columns, weights !== undefined, columnNames(rows));
  return yield* solveIn(space, problem(choice, rows, k, seed, weights));
}

function problem(choice: ParsedChoice, rows: Rows, k: number, seed: number, weights?: Float64Array): Parameters<typeof solveIn>[1] {
  const { weights: scaledWeights, rows: _, ...rest } = choice.fit(rows, k, weights);
  return { ...rest, count: rows.count, columns: rows.columns, name: columnNames(rows), weighted: scaledWeights !== null, seed, clock: () => performance.now(), deadline: Infinity };
}
