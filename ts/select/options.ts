import { Dataset } from "../dataset.js";
import { LloydError, show } from "../errors.js";
import { integer, parse, refuseUnknown, type KMeansOptions } from "../options.js";
import { parsePlacement, type Placement } from "../placement.js";
import { parsePoints, type Points, type Rows } from "../points.js";
import { DIAMETERS, SEPARATIONS } from "../driver/dunn.js";
import type { DunnOptions } from "../metrics/dunn.js";
import { rowsToJudge } from "../metrics/judged.js";
import { drawnSeed } from "../random.js";
import { BOXES, type Box } from "./gap.js";

/** Options of {@link chooseK}; those of a fit are as for `kmeans`. */
export interface ChooseKOptions extends Pick<KMeansOptions, "init" | "algorithm" | "restarts" | "maxIterations" | "tolerance" | "seed" | "signal" | "workers" | "pool"> {
  /** Smallest k, from 1. Default 2. */
  from?: number;
  /** Largest k. Default 12, or as many as there are rows. */
  to?: number;
  /**
   * Rows whose silhouettes make the mean; each is compared with all rows. Default: all up to 10,000; above
   * that, as many as make 10^8 pairs, but at least 1,000.
   */
  silhouetteSample?: number;
  /**
   * Dunn's index by which separation and diameter. Default: the classic one up to 20,000 rows, above that
   * `{ separation: "centroid", diameter: "centroid" }`.
   */
  dunn?: Pick<DunnOptions, "separation" | "diameter">;
  /**
   * Reference sets of the gap statistic: how many, or the sets themselves. 0 leaves it out. Default 10 up
   * to 10,000 rows, else 0.
   */
  references?: number | readonly Points[];
  /** Where reference rows are drawn. Default `"uniform"`, the box around the rows; `"pca"`, that along their principal axes. */
  box?: Box;
  /** Bootstrap samples that stability is measured by. 0 leaves it out. Default 10 up to 10,000 rows, else 0. */
  resamples?: number;
}

export interface ParsedChoice {
  readonly rows: Rows;
  readonly ks: readonly number[];
  readonly seed: number;
  readonly sample: number;
  readonly dunn: Required<Pick<DunnOptions, "separation" | "diameter">>;
  readonly references: number | readonly Rows[];
  readonly box: Box;
  readonly resamples: number;
  readonly restarts: number;
  readonly placement: Placement;
  readonly signal: AbortSignal | undefined;
  /** What a fit of one k is asked for. */
  readonly fit: (rows: Rows, k: number) => ReturnType<typeof parse>;
}

const OWN = ["from", "to", "silhouetteSample", "dunn", "references", "box", "resamples"] as const;
const FIT = ["init", "algorithm", "restarts", "maxIterations", "tolerance", "seed", "signal", "workers", "pool"] as const;
/** Rows up to which all is done by default. */
const MANY = 10_000;
const MANY_FOR_DUNN = 20_000;

/** @throws LloydError as `kmeans` does */
export function parseChoice(points: Points | Dataset, options: ChooseKOptions): ParsedChoice {
  if (typeof options !== "object" || options === null) throw bad(`options are ${show(options)}; expected an object`);
  refuseUnknown(options, [...OWN, ...FIT]);
  const dataset = points instanceof Dataset ? points : undefined;
  const rows = rowsToJudge(points, "chooseK's criteria");
  const { count } = rows;
  const from = integer("from", options.from, Math.min(2, count), 1, count);
  const to = integer("to", options.to, Math.max(from, Math.min(12, count)), from, count);
  const seed = integer("seed", options.seed, undefined, 0, Number.MAX_SAFE_INTEGER) ?? drawnSeed();
  const given: KMeansOptions = { k: from };
  for (const name of FIT) if (options[name] !== undefined) Object.assign(given, { [name]: options[name] });
  if (Array.isArray(options.init)) throw new LloydError("bad-init", "init is a list of centroids; they would fit one k only, so give a method or a function");
  const { box = "uniform", dunn = {} } = options;
  if (!BOXES.includes(box)) throw bad(`box is ${show(box)}; expected one of ${BOXES.map(show).join(", ")}`);
  if (typeof dunn !== "object" || dunn === null) throw bad(`dunn is ${show(dunn)}; expected { separation, diameter }`);
  refuseUnknown(dunn, ["separation", "diameter"]);
  const plain = count > MANY_FOR_DUNN ? "centroid" : undefined;
  const { separation = plain ?? "single", diameter = plain ?? "maximum" } = dunn;
  if (!SEPARATIONS.includes(separation)) throw bad(`dunn.separation is ${show(separation)}; expected one of ${SEPARATIONS.map(show).join(", ")}`);
  if (!DIAMETERS.includes(diameter)) throw bad(`dunn.diameter is ${show(diameter)}; expected one of ${DIAMETERS.map(show).join(", ")}`);
  const fit = (some: Rows, k: number) => parse({ data: some.data, columns: some.columns }, { ...given, k });
  // All options of a fit are checked before the first one begins.
  const { restarts, signal } = fit(rows, from);
  const placement = parsePlacement(options, dataset);
  return {
    rows,
    ks: Array.from({ length: to - from + 1 }, (_, i) => from + i),
    seed,
    sample: integer("silhouetteSample", options.silhouetteSample, count <= MANY ? count : Math.min(count, Math.max(1000, Math.ceil(1e8 / count))), 2, Number.MAX_SAFE_INTEGER),
    dunn: { separation, diameter },
    references: parseReferences(options.references, rows),
    box,
    resamples: integer("resamples", options.resamples, count <= MANY ? 10 : 0, 0, 10_000),
    restarts,
    placement: dataset?.placement ?? placement,
    signal,
    fit,
  };
}

function parseReferences(given: unknown, rows: Rows): number | readonly Rows[] {
  if (!Array.isArray(given)) return integer("references", given, rows.count <= MANY ? 10 : 0, 0, 10_000);
  return given.map((points: Points, b) => {
    const set = parsePoints(points);
    if (set.columns !== rows.columns || set.count !== rows.count) {
      throw bad(`references[${b}] is ${set.count} rows of ${set.columns}; expected ${rows.count} of ${rows.columns}, as the points`);
    }
    return set;
  });
}

function bad(message: string): LloydError {
  return new LloydError("bad-option", message);
}
