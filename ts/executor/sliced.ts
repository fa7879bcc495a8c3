import type { Question, Replies } from "../questions.js";
import { SLICE, type Executor, type ExecutorReport } from "./executor.js";
import type { Inline } from "./inline.js";

/** What an answer looks at between its pieces: a signal, or what is as good and costs less to make. */
export type Stop = Pick<AbortSignal, "throwIfAborted">;

/** Answers on this thread, in slices: the event loop turns in between. One question at a time. */
export class Sliced implements Executor {
  readonly report: ExecutorReport;
  readonly #inline: Inline;
  /** Of the last question asked. */
  #answered: Promise<unknown> = Promise.resolve();
  #began = performance.now();

  constructor(inline: Inline, fallback?: string) {
    this.#inline = inline;
    this.report = { workers: 0, started: "this-thread", ...(fallback === undefined ? {} : { fallback }) };
  }

  answer<Q extends Question>(question: Q, signal: Stop): Promise<Replies[Q["ask"]]> {
    const reply = this.#after(this.#answered, question, signal);
    this.#answered = reply.catch(() => {});
    return reply;
  }

  get computed(): number {
    return this.#inline.computed;
  }

  dispose(): void {
    this.#inline.dispose();
  }

  async #after<Q extends Question>(earlier: Promise<unknown>, question: Q, signal: Stop): Promise<Replies[Q["ask"]]> {
    await earlier;
    const work = this.#inline.answer(question);
    try {
      signal.throwIfAborted();
      for (;;) {
        const piece = work.next();
        // After the last piece, too: who asked has work of its own to do.
        if (performance.now() - this.#began >= SLICE) {
          await eventLoop();
          this.#began = performance.now();
        }
        signal.throwIfAborted();
        if (piece.done) return piece.value;
      }
    } finally {
      work.return(undefined as never);
    }
  }
}

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/** Resolves after the event loop has turned: timers, input and rendering had their chance. */
export function eventLoop(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel!.port2.postMessage(null);
  });
}
