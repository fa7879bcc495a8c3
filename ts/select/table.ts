import { scaling, type Scaled } from "../driver/clustering.js";
import type { Driver } from "../driver/driver.js";
import { mean } from "../driver/exact.js";
import { solveIn, type Solution } from "../driver/solve.js";
import { load, type Space } from "../driver/space.js";
import type { ExecutorReport } from "../executor/executor.js";
import { adjustedRandOf } from "../metrics/agreement.js";
import { overlapOf } from "../metrics/contingency.js";
import { modelOf, type KMeansModel } from "../model.js";
import { columnNames, type Rows } from "../points.js";
import { derivedSeed } from "../random.js";
import { parseWeights } from "../weights.js";
import type { Candidate } from "./choose.js";
import { gapOf, referencesFor } from "./gap.js";
import { measures, type Measures } from "./measures.js";
import type { ParsedChoice } from "./options.js";
import { bootstrapWeights } from "./stability.js";

/**
 * What a job is about: a fit of the caller's rows, the distances between them, or a fit of rows, or weights, of
 * its own.
 */
export const KINDS = ["fit", "judge", "apart"] as const;
export type Kind = (typeof KINDS)[number];

/** One thing to find out for one row of the table. Those that wait do not depend on each other. */
export interface Job {
  readonly kind: Kind;
  /** Of the table, from 0. */
  readonly row: number;
  /** Made when its turn comes, so that few rows of their own are in memory. */
  readonly open: () => Conversation;
}
export interface Conversation {
  readonly driver: Driver<void>;
  readonly own?: { readonly rows: Rows; readonly weights: Float64Array | null };
}

/** A row in the making. */
interface Making {
  readonly k: number;
  /** Jobs that are not done. */
  left: number;
  model?: KMeansModel;
  measures?: Measures;
  /** Inertias of the fits to reference sets. */
  readonly references: number[];
  /** Labels by the fits to bootstrap samples. */
  readonly resamples: Int32Array[];
}

/** Stages of derived seeds, so that no two draws share one. */
const [REFERENCE, RESAMPLE] = [1_000_000_000, 2_000_000_000];

/**
 * The table, as a list of jobs:
 *
 *     begin: load the caller's rows
 *     for each k, a job for each of
 *       fit; when it is done, judge
 *       fits to reference sets and to bootstrap samples
 *     a row is ready when its jobs are done
 *
 * In which order they are done, and how many side by side, is the taker's choice and never shows.
 */
export class Table {
  /** The rows that are ready, up to the first that is not. */
  readonly ready: Candidate[] = [];
  readonly #choice: ParsedChoice;
  readonly #report: () => ExecutorReport;
  readonly #makings: readonly Making[];
  /** The next ones last. */
  readonly #waiting: Readonly<Record<Kind, Job[]>> = { fit: [], judge: [], apart: [] };
  #draw: ((seed: number) => Rows) | undefined;
  #space!: Space;
  #scale!: Scaled;

  /** `report`: where the caller's rows are fitted. */
  constructor(choice: ParsedChoice, report: () => ExecutorReport) {
    this.#choice = choice;
    this.#report = report;
    const { ks, references, resamples } = choice;
    const sets = typeof references === "number" ? references : references.length;
    this.#makings = ks.map((k, row) => {
      const apart: Job[] = [];
      // One cluster is always found again.
      for (let r = 0; r < (k > 1 ? resamples : 0); r++) apart.push(this.#resample(row, r));
      for (let b = 0; b < sets; b++) apart.push(this.#reference(row, b));
      this.#waiting.apart.push(...apart);
      this.#waiting.fit.push(this.#fit(row));
      return { k, left: 2 + apart.length, references: [], resamples: [] };
    });
    this.#waiting.fit.reverse();
    this.#waiting.apart.reverse();
  }

  /** Loads the caller's rows; to be held before all jobs. */
  *begin(): Driver<void> {
    const { rows } = this.#choice;
    this.#space = yield* load(rows.count, rows.columns, false, columnNames(rows));
    this.#scale = yield* scaling(rows);
  }

  /** The job of these kinds that is for the foremost row, its fit first; undefined where none waits. */
  take(kinds: readonly Kind[]): Job | undefined {
    const lists = kinds.map((kind) => this.#waiting[kind]).filter((list) => list.length > 0);
    if (lists.length === 0) return undefined;
    return lists.reduce((first, list) => (list.at(-1)!.row < first.at(-1)!.row ? list : first)).pop();
  }

  #fit(row: number): Job {
    const table = this;
    const { rows, ks, seed } = this.#choice;
    function* driver(): Driver<void> {
      const solution = yield* solveIn(table.#space, problem(table.#choice, rows, ks[row], derivedSeed(seed, ks[row])));
      const model = modelOf(solution, 0, rows.count, table.#report());
      const { judge } = table.#waiting;
      judge.push(table.#judge(row, model));
      judge.sort((a, b) => b.row - a.row);
      table.#done(row, { model });
    }
    return { kind: "fit", row, open: () => ({ driver: driver() }) };
  }

  #judge(row: number, model: KMeansModel): Job {
    const table = this;
    function* driver(): Driver<void> {
      table.#done(row, { measures: yield* measures(table.#choice, table.#scale, model) });
    }
    return { kind: "judge", row, open: () => ({ driver: driver() }) };
  }

  /** A fit to a bootstrap sample, whose rows are those with a weight; it labels all rows. */
  #resample(row: number, r: number): Job {
    const { rows, ks, seed } = this.#choice;
    const own = derivedSeed(seed, RESAMPLE + r);
    const open = () => {
      const { weights } = parseWeights(bootstrapWeights(rows.count, ks[row], own), rows.count);
      return { own: { rows, weights }, driver: this.#apart(row, rows, weights, own, (found) => (this.#makings[row].resamples[r] = found.labels)) };
    };
    return { kind: "apart", row, open };
  }

  #reference(row: number, b: number): Job {
    const { rows, seed, references, box } = this.#choice;
    const own = derivedSeed(seed, REFERENCE + b);
    const open = () => {
      const set = typeof references === "number" ? (this.#draw ??= referencesFor(rows, box))(own) : references[b];
      return { own: { rows: set, weights: null }, driver: this.#apart(row, set, null, own, (found) => (this.#makings[row].references[b] = found.inertia)) };
    };
    return { kind: "apart", row, open };
  }

  *#apart(row: number, rows: Rows, weights: Float64Array | null, seed: number, keep: (found: Solution) => void): Driver<void> {
    const { k } = this.#makings[row];
    const space = yield* load(rows.count, rows.columns, weights !== null, columnNames(rows));
    keep(yield* solveIn(space, problem(this.#choice, rows, k, derivedSeed(seed, k), weights)));
    this.#done(row, {});
  }

  #done(row: number, found: Partial<Pick<Making, "model" | "measures">>): void {
    const making = Object.assign(this.#makings[row], found);
    making.left -= 1;
    for (let next = this.#makings[this.ready.length]; next?.left === 0; next = this.#makings[this.ready.length]) {
      this.ready.push(candidate(next));
    }
  }
}

function candidate({ k, model, measures, references, resamples }: Making): Candidate {
  const { inertia, distortion, labels } = model!;
  const gap = gapOf(inertia, references);
  const rands = resamples.map((others) => adjustedRandOf(overlapOf(labels, k, others, k)));
  return {
    k,
    inertia,
    distortion,
    ...measures!,
    gap: gap?.gap ?? null,
    gapError: gap?.error ?? null,
    stability: rands.length > 0 ? mean(rands) : null,
    model: model!,
  };
}

function problem(choice: ParsedChoice, rows: Rows, k: number, seed: number, weights: Float64Array | null = null): Parameters<typeof solveIn>[1] {
  const { weights: _, rows: __, ...rest } = choice.fit(rows, k);
  return { ...rest, count: rows.count, columns: rows.columns, name: columnNames(rows), weighted: weights !== null, seed, clock: () => performance.now(), deadline: Infinity };
}
