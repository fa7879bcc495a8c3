import type { Algorithm } from "../algorithm.js";
import { Inline } from "../executor/inline.js";
import type { KMeansModel } from "../model.js";
import type { Points, Rows } from "../points.js";
import { pump, pumpSync } from "../pump.js";
import { parseChoice, type ChooseKOptions, type ParsedChoice } from "./options.js";
import { table, type Work } from "./table.js";
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
 * @param points n rows of d coordinates, in any form that `kmeans` takes
 * @throws LloydError (as a rejection) naming the option or row, with a stable `code`;
 *   `signal.reason` after an abort
 * @example
 * const { k, model, votes } = await chooseK(points, { from: 2, to: 12 });
 */
export async function chooseK(points: Points, options: ChooseKOptions = {}): Promise<Choice> {
  const steps = chooseKSteps(points, options);
  for (;;) {
    const turn = await steps.next();
    if (turn.done) return turn.value;
  }
}

/** {@link chooseK} at once, on the caller's thread. */
export function chooseKSync(points: Points, options: ChooseKOptions = {}): Choice {
  const choice = parseChoice(points, options);
  const { signal } = choice;
  signal?.throwIfAborted();
  const holders = new Holders(choice);
  try {
    const run = table(choice);
    let turn = run.next();
    while (!turn.done) turn = run.next("row" in turn.value ? [] : turn.value.map((work) => holders.with(work, (executor) => pumpSync(work.driver(() => executor.computed), executor, undefined, signal))));
    return chosen(choice, turn.value);
  } finally {
    holders.dispose();
  }
}

/**
 * {@link chooseK} one k at a time: yields each row of the table as it is ready, returns the choice. Leaving
 * the loop early frees everything.
 *
 * @example
 * for await (const { k, silhouette } of chooseKSteps(points)) console.log(k, silhouette);
 */
export async function* chooseKSteps(points: Points, options: ChooseKOptions = {}): AsyncGenerator<Candidate, Choice, void> {
  const choice = parseChoice(points, options);
  const { signal } = choice;
  signal?.throwIfAborted();
  const holders = new Holders(choice);
  try {
    const run = table(choice);
    let turn = run.next();
    while (!turn.done) {
      if ("row" in turn.value) {
        yield turn.value.row;
        signal?.throwIfAborted();
        turn = run.next([]);
        continue;
      }
      const replies: unknown[] = [];
      for (const work of turn.value) replies.push(await holders.with(work, (executor) => drained(pump(work.driver(() => executor.computed), executor, signal))));
      turn = run.next(replies);
    }
    return chosen(choice, turn.value);
  } finally {
    holders.dispose();
  }
}

/** Who holds rows: the caller's stay loaded, others go when their work is done. */
class Holders {
  readonly #rows: Rows;
  readonly #main: Inline;

  readonly #algorithm: Algorithm;

  constructor({ rows, algorithm }: ParsedChoice) {
    this.#rows = rows;
    this.#algorithm = algorithm;
    this.#main = new Inline(rows, { algorithm });
  }

  with<T>({ rows, weights }: Work, run: (executor: Inline) => T): T {
    if (rows === this.#rows && !weights) return run(this.#main);
    const own = new Inline(rows, { weights, algorithm: this.#algorithm });
    const dispose = () => own.dispose();
    try {
      const found = run(own);
      if (found instanceof Promise) return found.finally(dispose) as T;
      dispose();
      return found;
    } catch (error) {
      dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#main.dispose();
  }
}

async function drained<T>(run: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const turn = await run.next();
    if (turn.done) return turn.value;
  }
}

function chosen({ seed }: ParsedChoice, rows: Candidate[]): Choice {
  const votes = votesOn(rows);
  const k = recommended(rows, votes);
  return { k, model: rows.find((row) => row.k === k)!.model, table: rows, votes, seed };
}
