import type { Question, Replies } from "../questions.js";
import type { Step } from "../model.js";

/** What a driver yields besides questions: an iteration that has ended. It gets no reply. */
export interface Progress {
  readonly ask: "progress";
  /** Made only where somebody watches. */
  readonly step: () => Step;
}

/** A conversation: yields questions, receives replies, returns a result. It never waits. */
export type Driver<T> = Generator<Question | Progress, T, unknown>;

/** Asks one question. */
export function* ask<Q extends Question>(question: Q): Generator<Q, Replies[Q["ask"]], unknown> {
  return (yield question) as Replies[Q["ask"]];
}
