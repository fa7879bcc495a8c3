import type { Executor, ExecutorReport } from "../executor/executor.js";
import { Inline } from "../executor/inline.js";
import type { KMeansModel } from "../model.js";
import { placeFor, put, type Place } from "../placement.js";
import type { Points, Rows } from "../points.js";
import { pump, pumpSync } from "../pump.js";
import { parseChoice, type ChooseKOptions, type ParsedChoice } from "./options.js";
import { table, type Apart, type OfAll, type Work } from "./table.js";
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
  const kept = new Inline(choice.rows);
  const reply = (work: Work) => {
    if ("driver" in work) return pumpSync(work.driver, kept, undefined, signal);
    const { rows, weights, driver } = work.open();
    const own = new Inline(rows, { weights });
    try {
      return pumpSync(driver, own, undefined, signal);
    } finally {
      own.dispose();
    }
  };
  try {
    const run = table(choice, () => ({ workers: 0, started: "this-thread" }));
    let turn = run.next();
    while (!turn.done) turn = run.next("row" in turn.value ? [] : turn.value.map(reply));
    return chosen(choice, turn.value);
  } finally {
    kept.dispose();
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
  const homes = new Homes(choice);
  try {
    await homes.enter();
    const run = table(choice, () => homes.report);
    let turn = run.next();
    while (!turn.done) {
      if ("row" in turn.value) {
        yield turn.value.row;
        signal?.throwIfAborted();
        turn = run.next([]);
        continue;
      }
      turn = run.next(await homes.answers(turn.value));
    }
    return chosen(choice, turn.value);
  } finally {
    homes.dispose();
  }
}

/** Where rows are held: the caller's as long as the choice takes, others while their work is done. */
class Homes {
  readonly #choice: ParsedChoice;
  readonly #place: Place;
  #leave: (() => void) | undefined;
  #fits: Promise<Executor> | undefined;
  #judges: Promise<Executor> | undefined;
  report: ExecutorReport = { workers: 0, started: "this-thread" };

  constructor(choice: ParsedChoice) {
    this.#choice = choice;
    const { rows, placement, ks, restarts } = choice;
    this.#place = { ...placeFor(rows, placement, { k: ks[ks.length - 1], restarts }), copies: false };
  }

  /** Waits for a turn in the pool, for all of the choice. */
  async enter(): Promise<void> {
    this.#leave = await this.#place.home?.enter(this.#choice.signal);
  }

  /**
   * Replies in the order of the work. What has rows of its own goes side by side, one worker each; what is
   * about the caller's rows has all workers.
   */
  async answers(list: readonly Work[]): Promise<unknown[]> {
    const replies: unknown[] = [];
    const { signal } = this.#choice;
    const stop = new AbortController();
    const leave = () => stop.abort(signal!.reason);
    signal?.addEventListener("abort", leave);
    const queue = list.map((work, at) => ({ work, at }));
    const take = (kind: "driver" | "open") => {
      const at = queue.findIndex(({ work }) => kind in work);
      return at < 0 ? undefined : queue.splice(at, 1)[0];
    };
    const lane = async (_: unknown, lane: number) => {
      try {
        for (;;) {
          stop.signal.throwIfAborted();
          const next = (lane === 0 ? take("driver") : undefined) ?? take("open");
          if (!next) return;
          replies[next.at] = await ("open" in next.work ? this.#apart(next.work, stop.signal) : this.#ofAll(next.work, stop.signal));
        }
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    };
    try {
      signal?.throwIfAborted();
      await Promise.all(Array.from({ length: Math.max(1, this.#place.count) }, lane));
      return replies;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  async #apart(work: Apart, signal: AbortSignal): Promise<unknown> {
    const { rows, weights, driver } = work.open();
    const own = await this.#held(rows, weights, Math.min(1, this.#place.count));
    try {
      return await pump(driver, own, undefined, signal);
    } finally {
      own.dispose();
    }
  }

  async #ofAll({ driver, judges }: OfAll, signal: AbortSignal): Promise<unknown> {
    const { rows } = this.#choice;
    const executor = await (judges ? (this.#judges ??= this.#held(rows, null)) : (this.#fits ??= this.#held(rows, null)));
    this.report = executor.report;
    return await pump(driver, executor, undefined, signal);
  }

  dispose(): void {
    for (const held of [this.#fits, this.#judges]) void held?.then((executor) => executor.dispose()).catch(() => {});
    this.#leave?.();
  }

  #held(rows: Rows, weights: Float64Array | null, count = this.#place.count): Promise<Executor> {
    return put(rows, { ...this.#place, count }, this.#choice.placement, weights);
  }
}

function chosen({ seed }: ParsedChoice, rows: Candidate[]): Choice {
  const votes = votesOn(rows);
  const k = recommended(rows, votes);
  return { k, model: rows.find((row) => row.k === k)!.model, table: rows, votes, seed };
}
