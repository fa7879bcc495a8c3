import { LloydError, plural } from "../errors.js";
import type { ExecutorReport } from "./executor.js";
import { Member } from "./member.js";
import { waysHere, type AnyWorker, type Script, type Way } from "./spawn.js";

/** A slot's workers that may fail to start, one after another, where one has worked before. */
const STARTS = 5;

interface Slot {
  readonly member: Promise<Member>;
  /** Once it has started. */
  started?: Member;
}

/**
 * Workers that hold rows for fits. Made by `createPool`; disposable, by `using` or `dispose()`.
 *
 * Workers that fail are replaced when they are needed again. An idle pool does not keep a process
 * alive. Fits take turns: as many as there are workers at once, the others in the order they came.
 */
export class Pool {
  readonly #script: Script;
  readonly #factory: (() => AnyWorker) | undefined;
  readonly #patience: number;
  readonly #ways: readonly Way[];
  readonly #slots: (Slot | undefined)[] = [];
  readonly #waiting: (() => void)[] = [];
  #size: number;
  #way = 0;
  /** Whether a worker has been at work. @internal */
  proven = false;
  #failure: Error | undefined;
  #inside = 0;
  #holdings = 0;
  /** Sets of rows that are held, or on their way: in all, and by slot. */
  #held = 0;
  readonly #busy: number[] = [];
  #disposed = false;
  /** Called whenever the last rows were given up. @internal */
  whenIdle: (() => void) | undefined;

  /** @internal */
  constructor(script: Script, size: number, patience: number, factory?: () => AnyWorker) {
    this.#script = script;
    this.#size = size;
    this.#patience = patience;
    this.#factory = factory;
    this.#ways = waysHere(script, factory);
    globalThis.addEventListener?.("pagehide", this.#unload);
  }

  /** Workers at most. */
  get workers(): number {
    return this.#size;
  }

  /** How workers are started here; `this-thread` where they cannot be. */
  get started(): ExecutorReport["started"] {
    return this.#ways[this.#way] ?? "this-thread";
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Why no worker could be started; undefined where some could. */
  get failure(): string | undefined {
    if (this.started !== "this-thread") return undefined;
    return this.#failure?.message ?? "this runtime has no workers";
  }

  /** Ends all workers; what they were asked rejects with code `disposed`. May be repeated. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    globalThis.removeEventListener?.("pagehide", this.#unload);
    for (const slot of this.#slots) {
      slot?.started?.end(disposed());
      void slot?.member.then((member) => member.end(disposed())).catch(() => {});
    }
    this.#waiting.splice(0).forEach((enter) => enter());
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Makes room for more workers. @internal */
  grow(size: number): void {
    this.#size = Math.max(this.#size, size);
  }

  /** Resolves when it is a fit's turn, to what it calls when it is done. @internal */
  async enter(signal?: AbortSignal): Promise<() => void> {
    this.refuseDisposed();
    signal?.throwIfAborted();
    if (this.#inside >= this.#size || this.#waiting.length > 0) await this.#turn(signal);
    this.refuseDisposed();
    this.#inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      this.#waiting.shift()?.();
    };
  }

  /** Resolves when the first worker is at work, or none can be. @internal */
  async begun(): Promise<void> {
    const slots = Array.from({ length: this.#size }, (_, slot) => this.member(slot));
    await Promise.any(slots).catch(() => {});
  }

  /** A worker at work in this slot: the one that is there, or a new one. @internal */
  member(slot: number): Promise<Member> {
    if (this.#disposed) return Promise.reject(disposed());
    const known = this.#slots[slot];
    if (known && !known.started?.lost) return known.member;
    const made: Slot = { member: this.#start(slot).then((member) => (made.started = member)) };
    this.#slots[slot] = made;
    made.member.catch(() => {
      if (this.#slots[slot] === made) this.#slots[slot] = undefined;
    });
    return made.member;
  }

  /** The slots that hold least, `count` of them, ascending. @internal */
  idlest(count: number): number[] {
    const busy = (slot: number) => this.#busy[slot] ?? 0;
    const slots = Array.from({ length: this.#size }, (_, slot) => slot);
    return slots.sort((a, b) => busy(a) - busy(b) || a - b).slice(0, count).sort((a, b) => a - b);
  }

  /** A number for rows that are to be held in these slots. @internal */
  takeUp(slots: readonly number[]): number {
    this.#held += 1;
    for (const slot of slots) this.#busy[slot] = (this.#busy[slot] ?? 0) + 1;
    return ++this.#holdings;
  }

  /** Rows are held there no longer. @internal */
  giveUp(slots: readonly number[]): void {
    this.#held -= 1;
    for (const slot of slots) this.#busy[slot] -= 1;
    if (this.#held === 0) this.whenIdle?.();
  }

  /** @internal */
  refuseDisposed(): void {
    if (this.#disposed) throw disposed();
  }

  /** Tries the ways in turn; once one has worked, only that one, a few times. */
  async #start(slot: number): Promise<Member> {
    for (let tries = 1; ; ) {
      const at = this.#way;
      const way = this.#ways[at];
      if (!way) throw new LloydError("worker-failed", `no worker could be started (${this.failure})`, { cause: this.#failure });
      const member = new Member(way, this.#script, this.#factory, this.#patience);
      try {
        await member.ready;
        this.proven = true;
        return member;
      } catch {
        this.refuseDisposed();
        this.#failure = member.lost!.cause;
        if (!this.proven) this.#way = Math.max(this.#way, at + 1);
        else if (tries++ === STARTS) {
          throw new LloydError("worker-failed", `worker ${slot} could not be started, ${plural(STARTS, "time")} in a row (${this.#failure.message})`, { cause: this.#failure });
        }
      }
    }
  }

  #turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        const at = this.#waiting.indexOf(settled);
        if (at >= 0) this.#waiting.splice(at, 1);
        signal?.removeEventListener("abort", leave);
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", leave);
      this.#waiting.push(settled);
    });
  }

  /** A page that is left for good; one that the browser keeps may come back. */
  readonly #unload = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) this.dispose();
  };
}

function disposed(): LloydError {
  return new LloydError("disposed", "this pool has been disposed of; make another one with createPool");
}
