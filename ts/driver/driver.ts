import type { Question, Replies } from "../questions.js";
import type { Phase, Step } from "../model.js";

/** An iteration that has ended. It gets no reply. */
export interface Progress<S = Step> {
  readonly ask: "progress";
  /** Made only where somebody watches. */
  readonly step: () => S;
}

/** A few milliseconds of the driver's own arithmetic are done: others may have their turn. It gets no reply. */
export interface Pause {
  readonly ask: "pause";
}

/** What is done now. It gets no reply. */
export interface Doing extends Phase {
  readonly ask: "phase";
}

/** From now on questions are left unanswered at this time: {@link Late} is thrown at who asks. */
export interface Limit {
  readonly ask: "limit";
  readonly at: number;
}

/** Asks for the distances between rows and centroids that were looked at so far. */
export interface Cost {
  readonly ask: "cost";
}

/** Conversations that do not depend on each other: each result is taken when it is there. */
export interface SideBySide {
  readonly ask: "together";
  readonly drivers: Iterator<Driver<void>>;
}

/** A conversation: yields questions, receives replies, returns a result. It never waits. */
export type Driver<T, S = Step> = Generator<Question | Progress<S> | Doing | Limit | Cost | SideBySide | Pause, T, unknown>;

/** Time was up before a question was answered. */
export class Late extends Error {}

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

/** What the answers so far took: like the time, it is no part of any answer. */
export function* cost(): Generator<Cost, number, unknown> {
  return (yield { ask: "cost" }) as number;
}

/** Holds a conversation that ends with {@link Late} at this time. */
export function* within<T>(at: number, driver: Driver<T>): Driver<T> {
  yield { ask: "limit", at };
  try {
    return yield* driver;
  } finally {
    yield { ask: "limit", at: Infinity };
  }
}

/** Holds conversations side by side where that is possible, else one after another, in order. */
export function* together(drivers: Generator<Driver<void>, void>): Driver<void> {
  yield { ask: "together", drivers };
}

/** Tells what is done now; `done` of it, from 0 to 1, already is. */
export function* phase(name: Phase["phase"], restart = 0, done = 0): Driver<void> {
  yield { ask: "phase", phase: name, restart, done };
}
