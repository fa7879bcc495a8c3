import type { Dataset } from "../dataset.js";
import { LloydError } from "../errors.js";
import { Inline } from "../executor/inline.js";
import type { KMeansModel } from "../model.js";
import type { Points } from "../points.js";
import { pumpSync } from "../pump.js";
import { Lanes } from "./lanes.js";
import { parseChoice, type ChooseKOptions, type ParsedChoice } from "./options.js";
import { KINDS, Table } from "./table.js";
import { recommended, votesOn, type Vote } from "./votes.js";

/** A number of clusters, its fit and what speaks for it. Null: undefined there, or not asked for. */
export interface Candidate {
  readonly k: number;
  /** Σ‖x - c‖², and the same per row. */
  readonly inertia: number;
  readonly distortion: number;
  /** Part of the inertia about the mean of all that the clusters explain. */
  readonly explainedVariance: number;
  /** Mean silhouette, and its standard error where it is of a sample. */
  readonly silhouette: number | null;
  readonly silhouetteError: number | null;
  readonly dunn: number | null;
  readonly daviesBouldin: number | null;
  readonly calinskiHarabasz: number | null;
  /** As in X-means: higher is better. */
  readonly bic: number | null;
  readonly aic: number | null;
  /** The gap statistic, and its error s. */
  readonly gap: number | null;
  readonly gapError: number | null;
  /** Mean adjusted Rand index between this clustering and those made from bootstrap samples. */
  readonly stability: number | null;
  /** The fit itself. */
  readonly model: KMeansModel;
}

export interface Choice {
  /** The recommended k: that with most votes, among equals that with the larger silhouette. */
  readonly k: number;
  /** Its fit. */
  readonly model: KMeansModel;
  /** One row for each k, ascending. */
  readonly table: readonly Candidate[];
  /** What each criterion says. */
  readonly votes: readonly Vote[];
  /** The seed given or drawn: with it and the same input everything repeats bit for bit. */
  readonly seed: number;
}

/**
 * Fits a range of k on rows loaded once, and says how good each is and which to take.
 *
 * @param points n rows of d coordinates, in any form that `kmeans` takes, or loaded already, by `loadDataset`
 *   without `transfer` and `weights`; they must not be written to until the promise has settled
 * @throws LloydError (as a rejection) naming the option or row, with a stable `code`;
 *   `signal.reason` after an abort
 * @example
 * const { k, model, votes } = await chooseK(points, { from: 2, to: 12 });
 */
export async function chooseK(points: Points | Dataset, options: ChooseKOptions = {}): Promise<Choice> {
  const steps = chooseKSteps(points, options);
  for (;;) {
    const turn = await steps.next();
    if (turn.done) return turn.value;
  }
}

/** {@link chooseK} at once, on the caller's thread. */
export function chooseKSync(points: Points, options: ChooseKOptions = {}): Choice {
  const choice = parseChoice(points, options);
  if (choice.placement.dataset) throw new LloydError("bad-points", "points are a loaded data set, which chooseK and chooseKSteps take; chooseKSync needs the points themselves");
  const { signal } = choice;
  signal?.throwIfAborted();
  const given = new Inline(choice.rows);
  const table = new Table(choice, () => ({ workers: 0, started: "this-thread" }));
  try {
    pumpSync(table.begin(), given, undefined, signal);
    for (let job = table.take(KINDS); job; job = table.take(KINDS)) {
      const { driver, own } = job.open();
      const executor = own ? new Inline(own.rows, own) : given;
      try {
        pumpSync(driver, executor, undefined, signal);
      } finally {
        if (own) executor.dispose();
      }
    }
    return chosen(choice, table.ready);
  } finally {
    given.dispose();
  }
}

/**
 * {@link chooseK} row by row: yields each row of the table as soon as it and those before it are ready, returns
 * the choice. Work goes on meanwhile; leaving the loop early stops it and frees everything.
 *
 * @example
 * for await (const { k, silhouette } of chooseKSteps(points)) console.log(k, silhouette);
 */
export async function* chooseKSteps(points: Points | Dataset, options: ChooseKOptions = {}): AsyncGenerator<Candidate, Choice, void> {
  const choice = parseChoice(points, options);
  const stop = new AbortController();
  const leave = () => stop.abort(choice.signal!.reason);
  if (choice.signal?.aborted) leave();
  stop.signal.throwIfAborted();
  choice.signal?.addEventListener("abort", leave);
  const lanes = new Lanes(choice);
  const table = new Table(choice, () => lanes.report);
  let changed = () => {};
  let work: Promise<void> | undefined;
  try {
    await lanes.enter(stop.signal);
    work = lanes.work(table, stop, () => changed());
    work.catch(() => {});
    for (let shown = 0; shown < choice.ks.length; ) {
      stop.signal.throwIfAborted();
      if (shown < table.ready.length) yield table.ready[shown++];
      else await Promise.race([work, new Promise<void>((resolve) => (changed = resolve))]);
    }
    await work;
    return chosen(choice, table.ready);
  } finally {
    choice.signal?.removeEventListener("abort", leave);
    stop.abort();
    await work?.catch(() => {});
    lanes.dispose();
  }
}

function chosen({ seed }: ParsedChoice, rows: readonly Candidate[]): Choice {
  const votes = votesOn(rows);
  const k = recommended(rows, votes);
  return { k, model: rows.find((row) => row.k === k)!.model, table: rows, votes, seed };
}
