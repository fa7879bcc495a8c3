import type { Question, Replies } from "../questions.js";
import type { Step } from "../model.js";

/** What a driver yields besides questions: an iteration that has ended. It gets no reply. */
export interface Progress {
  readonly ask: "progress";
  /** Made only where somebody watches. */
  readonly step: () => Step;
}

/** A few milliseconds of the driver's own arithmetic are done: others may have their turn. It gets no reply. */
export interface Pause {
  readonly ask: "pause";
}

/** A conversation: yields questions, receives replies, returns a result. It never waits. */
export type Driver<T> = Generator<Question | Progress | Pause, T, unknown>;

/** Asks one question. */
export function* ask<Q extends Question>(question: Q): Generator<Q, Replies[Q["ask"]], unknown> {
  return (yield question) as Replies[Q["ask"]];
}

/** Lets others have their turn. */
export function* pause(): Generator<Pause, void, unknown> {
  yield { ask: "pause" };
}

/** What comes out of work that asks nothing, at once. */
export function atOnce<T>(work: Generator<Pause, T, unknown>): T {
  let turn = work.next();
  while (!turn.done) turn = work.next();
  return turn.value;
}
