import type { Executor, ExecutorReport } from "../executor/executor.js";
import { PASSES, placeFor, put, type Place, type Work } from "../placement.js";
import { pump } from "../pump.js";
import type { ParsedChoice } from "./options.js";
import { KINDS, type Job, type Kind, type Table } from "./table.js";

/** Does one job at a time. */
interface Lane {
  /** Jobs that it can do. */
  readonly kinds: readonly Kind[];
  /** Where the caller's rows are held, to be fitted and to be judged. */
  readonly fits: Executor;
  readonly judges: Executor;
  /** The worker that holds rows of a job's own, as the pool numbers them; none: this thread. */
  readonly slot: number | undefined;
}

/**
 * The workers as lanes, each of which takes the next job that it can do:
 *
 *     where a pass is short, each worker holds all of the caller's rows and is a lane for every job
 *     else the workers share these rows: one lane fits them, one judges them, both by all workers,
 *       and every lane does what has rows of its own, by one worker
 *     without workers: one lane
 */
export class Lanes {
  readonly #choice: ParsedChoice;
  #place!: Place;
  /** What is to be freed. */
  readonly #held: Executor[] = [];
  #fits!: Executor;
  #lanes: Lane[] = [];
  #leave: (() => void) | undefined;

  constructor(choice: ParsedChoice) {
    this.#choice = choice;
  }

  get report(): ExecutorReport {
    return this.#fits.report;
  }

  /** Waits for a turn in the pool, for all of the choice, and puts the caller's rows there. */
  async enter(signal: AbortSignal): Promise<void> {
    const { rows, placement } = this.#choice;
    this.#place = { ...(await placeFor(rows, placement, workOf(this.#choice))), keeps: true };
    this.#leave = await this.#place.home?.enter(signal);
    const loaded = this.#place.copies ? undefined : placement.dataset?.executor;
    const fits = (this.#fits = loaded ?? (await this.#put()));
    // Workers of a data set have given up its 32-bit numbers.
    const judges = loaded?.slots && rows.data instanceof Float32Array ? await this.#put() : fits;
    const { lanes, slots } = fits;
    if (!slots) this.#lanes = [{ kinds: KINDS, fits, judges, slot: undefined }];
    else if (lanes) this.#lanes = lanes.map((lane, i) => ({ kinds: KINDS, fits: lane, judges: lane, slot: slots[i] }));
    else this.#lanes = kindsOf(slots.length).map((kinds, i) => ({ kinds, fits, judges, slot: slots[i % slots.length] }));
  }

  /** Does all jobs of a table, and calls `done` after each; the first failure ends them all. */
  async work(table: Table, stop: AbortController, done: () => void): Promise<void> {
    const busy = new Set<Promise<void>>();
    try {
      await pump(table.begin(), this.#fits, undefined, stop.signal);
      const idle = new Set(this.#lanes);
      for (;;) {
        for (const lane of idle) {
          const job = table.take(lane.kinds);
          if (!job) continue;
          idle.delete(lane);
          const doing: Promise<void> = this.#do(job, lane, stop.signal).then(() => {
            idle.add(lane);
            busy.delete(doing);
            done();
          });
          busy.add(doing);
        }
        if (busy.size === 0) return;
        await Promise.race(busy);
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      await Promise.allSettled(busy);
    }
  }

  /** Frees everything; to be called when no work is under way. */
  dispose(): void {
    for (const executor of this.#held) executor.dispose();
    this.#leave?.();
  }

  async #do({ kind, open }: Job, { fits, judges, slot }: Lane, signal: AbortSignal): Promise<void> {
    const { placement } = this.#choice;
    // A data set that is disposed of ends what it began.
    void placement.dataset?.executor;
    const { driver, own } = open();
    if (!own) return pump(driver, kind === "judge" ? judges : fits, undefined, signal);
    const executor = await put(own.rows, { home: slot === undefined ? undefined : this.#place.home, count: 1, copies: false, slot }, placement, own.weights);
    try {
      await pump(driver, executor, undefined, signal);
    } finally {
      executor.dispose();
    }
  }

  /** Puts the caller's rows there. */
  async #put(): Promise<Executor> {
    const executor = await put(this.#choice.rows, this.#place, this.#choice.placement, null);
    this.#held.push(executor);
    return executor;
  }
}

/** Of lanes whose workers share the caller's rows: two fits of these, or two judgements, would make each other forget. */
function kindsOf(workers: number): Kind[][] {
  return [["fit", "apart"], ["judge", "apart"], ...Array.from({ length: Math.max(0, workers - 2) }, (): Kind[] => ["apart"])];
}

/** Multiply-adds that the distance of two rows of 64 bits is worth, per column. */
const PAIR = 4;

/** What all of it comes to, in fits of the middle k. */
function workOf({ rows: { count, columns }, ks, restarts, references, resamples, sample }: ParsedChoice): Work {
  const k = Math.ceil((ks[0] + ks[ks.length - 1]) / 2);
  const aside = 1 + resamples + (typeof references === "number" ? references : references.length);
  const judging = (PAIR * count * Math.min(count, sample) * columns) / (count * columns * k * PASSES);
  return { k, restarts: ks.length * aside, fits: ks.length * (aside * restarts + judging) };
}
