import { LloydError, plural, showBytes } from "../errors.js";
import type { NumberArray, Rows } from "../points.js";
import { merge, type Load, type Loaded, type Question, type Replies } from "../questions.js";
import type { Executor, ExecutorReport } from "./executor.js";
import { Lost, type Answer, type Member } from "./member.js";
import type { Pool } from "./pool.js";
import { outOfRoom, type Slice } from "./protocol.js";
import { shared } from "./shared.js";
import { unlessAborted } from "./signals.js";
import { eventLoop } from "./sliced.js";

/** Workers that may be lost over one question, one after another. */
const TRIES = 5;
/** Bytes that are copied at a time. */
const COPY = 16 * 2 ** 20;

export interface HoldingOptions {
  readonly weights: Float64Array | null;
  /** The workers that hold the rows, as the pool numbers them. */
  readonly slots: readonly number[];
  /** Whether each holds all of them, to be asked side by side, or each its share. */
  readonly copies: boolean;
  /** Whether the workers get the only copy of the rows. */
  readonly transfer: boolean;
  /** Whether they keep 32-bit numbers once these are loaded, for questions about distances between rows. */
  readonly keeps: boolean;
}

/** A run of rows, and who holds it. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly slot: number;
  member?: Member;
  placing?: Promise<Member>;
  /** What it replied to `load`: rows that are loaded again reply the same, or have changed. */
  squares?: Float64Array;
  sent?: boolean;
  /** Distances that its holders took: the present one, and those before it. */
  computed: number;
  computedBefore: number;
}

/**
 * Rows held by the workers of a pool. Where a worker is lost, its rows are loaded again into another,
 * and the question is asked again: what a worker remembers is only a cache, so no bit changes.
 */
export class Holding implements Executor {
  readonly lanes?: readonly Executor[];
  readonly #pool: Pool;
  readonly #holding: number;
  readonly #options: HoldingOptions;
  readonly #parts: readonly Part[];
  readonly #shape: Pick<Rows, "count" | "columns">;
  /** The rows, for as long as they may have to be sent; none once they were given away. */
  #data: NumberArray | null;
  #load: Load | undefined;
  #overhead = { questions: 0, milliseconds: 0 };
  readonly #disposed = new AbortController();

  constructor(pool: Pool, { data, count, columns }: Rows, options: HoldingOptions) {
    this.#pool = pool;
    this.#holding = pool.takeUp(options.slots);
    this.#options = options;
    this.#shape = { count, columns };
    this.#data = data;
    const { slots } = options;
    const edge = (i: number) => Math.round((i * count) / slots.length);
    const parts = slots.map((_, i) => (options.copies ? { from: 0, to: count } : { from: edge(i), to: edge(i + 1) }));
    this.#parts = parts.map((part, i) => ({ ...part, slot: slots[i], computed: 0, computedBefore: 0 })).filter(({ from, to }) => to > from);
    if (options.copies) {
      this.lanes = this.#parts.map((part) => this.#lane(part));
    }
  }

  get report(): ExecutorReport {
    const { questions, milliseconds } = this.#overhead;
    return { workers: this.#parts.length, started: this.#pool.started, ...(questions > 0 ? { overhead: Math.round((milliseconds / questions) * 1000) } : {}) };
  }

  get slots(): readonly number[] {
    return this.#parts.map(({ slot }) => slot);
  }

  get computed(): number {
    return this.#parts.reduce((sum, { computed, computedBefore }) => sum + computed + computedBefore, 0);
  }

  /** Resolves when the first worker is at work. @throws LloydError `worker-failed` where none can be */
  async begun(): Promise<void> {
    await Promise.any(this.#parts.map(({ slot }) => this.#pool.member(slot))).catch((all: AggregateError) => {
      throw all.errors[0];
    });
  }

  async answer<Q extends Question>(question: Q, signal: AbortSignal): Promise<Replies[Q["ask"]]> {
    const sent = shared(question);
    const some = this.#options.copies || question.ask === "search" ? [this.#parts[0]] : this.#parts;
    const began = performance.now();
    const answers = await Promise.all(some.map((part) => this.#ask(part, sent, signal)));
    const replies = answers.map(({ reply }) => reply as Replies[Q["ask"]]);
    if (question.ask === "load") {
      this.#load = question;
      some.forEach((part, i) => (part.squares = (replies[i] as Loaded).squares));
    }
    const merged = merge(question, replies);
    // Rows are sent with the first question, which says nothing about the others.
    if (question.ask !== "measure") this.#account(performance.now() - began - Math.max(...answers.map(({ took }) => took)));
    return merged;
  }

  dispose(): void {
    if (this.#disposed.signal.aborted) return;
    this.#disposed.abort(new LloydError("disposed", "these rows have been disposed of while they were in use"));
    this.#data = null;
    this.#pool.giveUp(this.#options.slots);
    for (const part of this.#parts) {
      if (part.member) this.#release(part.member);
      part.member = undefined;
    }
  }

  #release(member: Member): void {
    member.tell({ do: "drop", holding: this.#holding });
  }

  /** One holder of all rows, alone. */
  #lane(part: Part): Executor {
    return {
      answer: async (question, signal) => (await this.#ask(part, question, signal)).reply as never,
      get computed() {
        return part.computed + part.computedBefore;
      },
      report: this.report,
      dispose() {},
    };
  }

  #account(milliseconds: number): void {
    const { questions, milliseconds: before } = this.#overhead;
    this.#overhead = { questions: questions + 1, milliseconds: before + milliseconds };
  }

  async #ask(part: Part, question: Question, signal: AbortSignal): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      this.#disposed.signal.throwIfAborted();
      try {
        const member = this.#holder(part) ?? (await unlessAborted(this.#placed(part), signal));
        const answer = await this.#of(member, question, signal);
        part.computed = answer.computed;
        return answer;
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        signal.throwIfAborted();
        this.#pool.refuseDisposed();
        if (tries < TRIES) continue;
        throw new LloydError("worker-failed", `${plural(TRIES, "worker")} failed one after another over the same question, "${question.ask}" (${error.cause.message})`, { cause: error.cause });
      }
    }
  }

  #of(member: Member, question: Question, signal: AbortSignal): Promise<Answer> {
    return member.ask({ do: "ask", holding: this.#holding, question }, signal);
  }

  #holder({ member }: Part): Member | undefined {
    return member && !member.lost ? member : undefined;
  }

  /** The worker that is to hold the part, loaded as the others are. */
  #placed(part: Part): Promise<Member> {
    if (part.member) {
      part.computedBefore += part.computed;
      part.computed = 0;
      part.member = undefined;
    }
    part.placing ??= this.#place(part).finally(() => (part.placing = undefined));
    return part.placing;
  }

  async #place(part: Part): Promise<Member> {
    const { signal } = this.#disposed;
    const member = await this.#pool.member(part.slot);
    const slice = await this.#slice(part, signal);
    if (member.lost) throw member.lost;
    signal.throwIfAborted();
    member.tell({ do: "hold", holding: this.#holding, slice }, slice.data.buffer instanceof ArrayBuffer ? [slice.data.buffer] : []);
    part.sent = true;
    if (this.#options.transfer && this.#parts.every(({ sent }) => sent)) this.#data = null;
    try {
      if (this.#load) await this.#loadAgain(part, member, this.#load, signal);
      signal.throwIfAborted();
    } catch (error) {
      this.#release(member);
      throw error;
    }
    return (part.member = member);
  }

  async #loadAgain(part: Part, member: Member, load: Load, signal: AbortSignal): Promise<void> {
    const { squares } = (await this.#of(member, load, signal)).reply as Loaded;
    const before = (this.#options.copies ? this.#parts[0] : part).squares;
    if (!before || before.every((value, i) => value === squares[i])) return;
    throw new LloydError("points-changed", `rows ${part.from} to ${part.to - 1} are not what they were when the fit began; points must not be written to before it has ended`);
  }

  /** The part's rows: a copy to be given away, or shared memory as it is. */
  async #slice({ from, to }: Part, signal: AbortSignal): Promise<Slice> {
    const { count, columns } = this.#shape;
    const { weights, transfer, copies, keeps } = this.#options;
    const data = this.#data;
    if (!data) {
      throw new LloydError("worker-failed", `a worker failed that held the only copy of rows ${from} to ${to - 1}, because they were passed with transfer: true`);
    }
    const shared = !(data.buffer instanceof ArrayBuffer);
    const whole = from === 0 && to === count;
    const rows = shared ? data.subarray(from * columns, to * columns) : transfer && whole && !copies ? data : await copied(data, from * columns, to * columns, signal);
    return { data: rows, count: to - from, columns, first: from, total: count, weights: weights && weights.slice(from, to), keeps };
  }
}

/** A copy of some of the numbers, made in pieces: the event loop turns in between. */
async function copied(data: NumberArray, from: number, to: number, signal: AbortSignal): Promise<NumberArray> {
  const bytes = (to - from) * data.BYTES_PER_ELEMENT;
  try {
    if (bytes <= COPY) return data.slice(from, to);
    const copy = new (data.constructor as new (length: number) => NumberArray)(to - from);
    const step = COPY / data.BYTES_PER_ELEMENT;
    for (let at = from; at < to; at += step) {
      copy.set(data.subarray(at, Math.min(to, at + step)), at - from);
      await eventLoop();
      signal.throwIfAborted();
    }
    return copy;
  } catch (error) {
    if (!outOfRoom(error)) throw error;
    throw new LloydError("out-of-memory", `could not allocate ${showBytes(bytes)} for a worker's share of the rows`, { cause: error });
  }
}
