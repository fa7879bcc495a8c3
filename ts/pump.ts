import { Late, type Doing, type Driver, type Progress } from "./driver/driver.js";
import { SLICE, type Executor } from "./executor/executor.js";
import type { Inline } from "./executor/inline.js";
import { eventLoop } from "./executor/sliced.js";

/** Is told what happens; the conversation goes on when it has returned. */
export type Watch = (event: Progress | Doing) => void | Promise<void>;

/** The longest delay that timers take. */
const LONGEST = 2 ** 31 - 1;

/** Holds a conversation to its end, on this thread and at once. */
export function pumpSync<T>(driver: Driver<T>, executor: Inline, watch?: Watch, signal?: AbortSignal): T {
  let limit = Infinity;
  let turn = driver.next();
  while (!turn.done) {
    const said = turn.value;
    switch (said.ask) {
      case "progress":
      case "phase":
        void watch?.(said);
        turn = driver.next();
        break;
      case "pause":
        signal?.throwIfAborted();
        turn = driver.next();
        break;
      case "limit":
        limit = said.at;
        turn = driver.next();
        break;
      case "cost":
        turn = driver.next(executor.computed);
        break;
      case "together":
        for (let next = said.drivers.next(); !next.done; next = said.drivers.next()) pumpSync(next.value, executor, watch, signal);
        turn = driver.next();
        break;
      default: {
        const work = executor.answer(said);
        let piece = work.next();
        while (!piece.done && performance.now() < limit) {
          signal?.throwIfAborted();
          piece = work.next();
        }
        signal?.throwIfAborted();
        if (!piece.done) work.return(undefined as never);
        turn = piece.done ? driver.next(piece.value) : driver.throw(new Late());
      }
    }
  }
  return turn.value;
}

/** The same wherever the rows are, while this thread goes on. */
export async function pump<T>(driver: Driver<T>, executor: Executor, watch: Watch = () => {}, signal?: AbortSignal): Promise<T> {
  const stop = new Stop(signal);
  /** Since when this thread has been at the driver's own work. */
  let began = performance.now();
  try {
    let turn = driver.next();
    while (!turn.done) {
      const said = turn.value;
      switch (said.ask) {
        case "progress":
        case "phase":
          await watch(said);
          stop.signal.throwIfAborted();
          turn = driver.next();
          break;
        case "pause":
          if (performance.now() - began >= SLICE) {
            await eventLoop();
            began = performance.now();
          }
          stop.signal.throwIfAborted();
          turn = driver.next();
          break;
        case "limit":
          stop.limit(said.at);
          turn = driver.next();
          break;
        case "cost":
          turn = driver.next(executor.computed);
          break;
        case "together":
          await sideBySide(said.drivers, executor, watch, stop);
          turn = driver.next();
          break;
        default: {
          let late: Late | undefined;
          const reply = await executor.answer(said, stop.signal).catch((error: unknown) => {
            if (!(error instanceof Late)) throw error;
            late = error;
          });
          began = performance.now();
          turn = late ? driver.throw(late) : driver.next(reply);
        }
      }
    }
    return turn.value;
  } finally {
    stop.end();
  }
}

/** One conversation in each lane at a time; the first failure ends them all. */
async function sideBySide(drivers: Iterator<Driver<void>>, executor: Executor, watch: Watch, stop: Stop): Promise<void> {
  const held = (executor.lanes ?? [executor]).map(async (lane) => {
    for (let next = drivers.next(); !next.done; next = drivers.next()) {
      try {
        await pump(next.value, lane, watch, stop.signal);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }
  });
  await Promise.all(held);
}

/** A caller's signal and a time limit as one signal, which can be used again after the limit. */
class Stop {
  readonly #outer: AbortSignal | undefined;
  readonly #leave = () => this.abort(this.#outer!.reason);
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#leave();
    outer?.addEventListener("abort", this.#leave);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  limit(at: number): void {
    clearTimeout(this.#timer);
    if (this.signal.reason instanceof Late) this.#controller = new AbortController();
    if (at === Infinity) return;
    const left = at - performance.now();
    if (left <= 0) this.abort(new Late());
    else this.#timer = setTimeout(() => this.abort(new Late()), Math.min(left, LONGEST));
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#leave);
  }
}
