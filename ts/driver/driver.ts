import type { Question, Replies } from "../questions.js";
import type { Step } from "../model.js";

/** What a driver yields besides questions: an iteration that has ended. It gets no reply. */
export interface Progress<S = Step> {
  readonly ask: "progress";
  /** Made only where somebody watches. */
  readonly step: () => S;
}

/** A conversation: yields questions, receives replies, returns a result. It never waits. */
export type Driver<T, S = Step> = Generator<Question | Progress<S>, T, unknown>;

/** Asks one question. */
export function* ask<Q extends Question>(question: Q): Generator<Q, Replies[Q["ask"]], unknown> {
  return (yield question) as Replies[Q["ask"]];
}
