import type { Driver, Progress } from "./driver/driver.js";
import type { Inline } from "./executor/inline.js";
import type { Question } from "./questions.js";

type Watch = (progress: Progress) => void;

/** Milliseconds of work after which the event loop gets a turn. */
const SLICE = 12;

/** Runs a driver to its end on this thread. */
export function pumpSync<T>(driver: Driver<T>, executor: Inline, watch?: Watch, signal?: AbortSignal): T {
  let turn = driver.next();
  while (!turn.done) {
    if (turn.value.ask === "progress") {
      watch?.(turn.value);
      turn = driver.next();
    } else if (turn.value.ask === "pause") {
      signal?.throwIfAborted();
      turn = driver.next();
    } else {
      turn = driver.next(drain(executor.answer<Question>(turn.value), signal));
    }
  }
  return turn.value;
}

/** The same in slices: yields what is watched, and lets the event loop turn in between. */
export async function* pump<T>(driver: Driver<T>, executor: Inline, signal?: AbortSignal): AsyncGenerator<Progress, T> {
  let turn = driver.next();
  let began = performance.now();
  while (!turn.done) {
    if (turn.value.ask === "progress") {
      yield turn.value;
      turn = driver.next();
      continue;
    }
    if (turn.value.ask === "pause") {
      if (performance.now() - began >= SLICE) {
        await eventLoop();
        began = performance.now();
      }
      signal?.throwIfAborted();
      turn = driver.next();
      continue;
    }
    const work = executor.answer<Question>(turn.value);
    let piece = work.next();
    for (;;) {
      if (performance.now() - began >= SLICE) {
        await eventLoop();
        began = performance.now();
      }
      signal?.throwIfAborted();
      if (piece.done) break;
      piece = work.next();
    }
    turn = driver.next(piece.value);
  }
  return turn.value;
}

function drain<R>(work: Generator<void, R>, signal?: AbortSignal): R {
  for (;;) {
    signal?.throwIfAborted();
    const piece = work.next();
    if (piece.done) return piece.value;
  }
}

/** Resolves after the event loop has turned: timers, input and rendering had their chance. */
function eventLoop(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
