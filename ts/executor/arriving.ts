import type { Question, Replies } from "../questions.js";
import type { Executor, ExecutorReport } from "./executor.js";
import { unlessAborted } from "./signals.js";

/** An executor that is still to come: the first question waits for it, as long as nobody stops it. */
export class Arriving implements Executor {
  readonly #coming: Promise<Executor>;
  #here: Executor | undefined;

  constructor(coming: Promise<Executor>) {
    this.#coming = coming;
    coming.catch(() => {});
  }

  async answer<Q extends Question>(question: Q, signal: AbortSignal): Promise<Replies[Q["ask"]]> {
    this.#here ??= await unlessAborted(this.#coming, signal);
    return this.#here.answer(question, signal);
  }

  get lanes(): readonly Executor[] | undefined {
    return this.#here?.lanes;
  }

  get computed(): number {
    return this.#here?.computed ?? 0;
  }

  get report(): ExecutorReport {
    return this.#here!.report;
  }

  /** Also where it comes only later. */
  dispose(): void {
    void this.#coming.then((executor) => executor.dispose()).catch(() => {});
  }
}
