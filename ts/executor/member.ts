import { LloydError } from "../errors.js";
import { compiledModule, moduleBytes } from "../wasm.js";
import { unpacked, type Order, type Report } from "./protocol.js";
import { start, type AnyWorker, type Link, type Script, type Way } from "./spawn.js";

/** What is asked of a worker that is gone rejects with this. */
export class Lost extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message);
  }
}

/** What a worker replied, and how long it worked for it, in milliseconds. */
export type Answer = Pick<Extract<Report, { say: "reply" }>, "reply" | "took" | "computed">;

interface Asked {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Pings that may be left unanswered: several, as this thread may have been busy itself. */
const PINGS = 4;

/**
 * One worker, watched: whatever becomes of it, every promise made for it settles. A worker that
 * exits, fails, traps or keeps silent for longer than `patience` milliseconds is ended and lost.
 */
export class Member {
  readonly way: Way;
  /** Resolves when the worker is at work; rejects with {@link Lost}. */
  readonly ready: Promise<void>;
  /** Why it is gone. */
  lost: Lost | undefined;
  readonly #link: Link | undefined;
  readonly #asked = new Map<number, Asked>();
  readonly #patience: number;
  #settleReady!: Asked;
  #timer: ReturnType<typeof setInterval> | undefined;
  #kept = false;
  #unanswered = 0;
  #next = 1;

  constructor(way: Way, script: Script, factory: (() => AnyWorker) | undefined, patience: number) {
    this.way = way;
    this.#patience = patience;
    this.ready = new Promise<void>((resolve, reject) => (this.#settleReady = { resolve: () => resolve(), reject }));
    this.ready.catch(() => {});
    try {
      this.#link = start(way, script, factory, { message: (data) => this.#hear(data as Report), gone: (cause) => this.end(cause) });
      this.#asked.set(0, this.#settleReady);
      this.#watch();
      this.#begin();
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** Sends what needs no answer. */
  tell(order: Order, transfer: readonly Transferable[] = []): void {
    if (!this.lost) this.#link!.post(order, transfer);
  }

  /** Sends a question; after an abort the worker leaves it. */
  ask(order: Omit<Extract<Order, { do: "ask" }>, "id">, signal: AbortSignal): Promise<Answer> {
    if (this.lost) return Promise.reject(this.lost);
    if (signal.aborted) return Promise.reject(signal.reason);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.tell({ do: "leave", id });
        this.#settle(id)?.reject(signal.reason);
      };
      const settled = <T>(settle: (value: T) => void) => (value: T) => {
        signal.removeEventListener("abort", leave);
        settle(value);
      };
      signal.addEventListener("abort", leave);
      this.#asked.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.#watch();
      try {
        this.#link!.post({ ...order, id }, []);
      } catch (error) {
        this.#settle(id)?.reject(error);
      }
    });
  }

  /** Ends the worker; everything asked of it is rejected. */
  end(cause: Error): void {
    if (this.lost) return;
    this.lost = new Lost(cause);
    this.#link?.close();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    this.#watch();
    clearInterval(this.#timer);
    for (const { reject } of asked) reject(this.lost);
    this.#settleReady.reject(this.lost);
  }

  /** Passes the module on, compiled where the engine lets it pass. */
  #begin(): void {
    try {
      this.tell({ do: "start", wasm: compiledModule() });
    } catch (error) {
      if (error instanceof LloydError) throw error;
      this.tell({ do: "start", wasm: moduleBytes() });
    }
  }

  #hear(report: Report): void {
    this.#unanswered = 0;
    switch (report.say) {
      case "ready":
        return this.#settle(0)?.resolve({} as Answer);
      case "reply":
        return this.#settle(report.id)?.resolve(report);
      case "failed": {
        const error = unpacked(report.error);
        // Nothing that this instance holds can be used any more.
        if (error instanceof LloydError && error.code === "wasm-trapped") return this.end(error);
        return this.#settle(report.id)?.reject(error);
      }
    }
  }

  #settle(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    this.#watch();
    return asked;
  }

  /** While something is asked, a process waits for the worker, and its silence is counted. */
  #watch(): void {
    const waiting = this.#asked.size > 0;
    if (waiting !== this.#kept && !this.lost) this.#link?.keepAlive(waiting);
    this.#kept = waiting;
    if (!waiting || this.#timer) return;
    this.#unanswered = 0;
    this.#timer = setInterval(() => this.#tick(), this.#patience / (PINGS + 1));
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** The timer goes on between the questions of a fit, and ends when there is none any more. */
  #tick(): void {
    if (!this.#kept) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (this.#unanswered >= PINGS) {
      this.end(new Error(`the worker did not answer for ${this.#patience} ms`));
    } else {
      this.#unanswered += 1;
      this.tell({ do: "ping" });
    }
  }
}
