import * as Comlink from "comlink";
import { LloydError } from "../errors.js";
import { start, type AnyWorker, type Link, type Script, type Way } from "../executor/spawn.js";
import { endpoint } from "./endpoint.js";
import { SignalLine } from "./handlers.js";
import type { Host } from "./host.js";

type Proxied<T> = T extends object ? { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : T[K] } & { [Comlink.releaseProxy](): void } : T;
/** The host as it is called from here. */
type Calls = { [K in keyof Host]: (...args: Parameters<Host[K]>) => Promise<K extends "steps" ? Proxied<ReturnType<Host["steps"]>> : Awaited<ReturnType<Host[K]>>> };

/** One call, or several that belong together. */
export interface Call {
  /** Aborted with the caller's signal, or when a callback of the caller's throws. */
  readonly signal: AbortSignal;
  /** A callback for the other side. */
  watch<T>(callback: ((value: T) => void) | undefined): ((value: T) => void) | undefined;
  /** The outcome, or the end of the worker, or the reason of an abort, whichever comes first. */
  race<T>(outcome: Promise<T>): Promise<T>;
  close(): void;
}

/** A worker through Comlink, whose calls reject when it is gone. */
export class Line {
  readonly host: Calls;
  readonly #link: Link | undefined;
  readonly #pending = new Set<(error: Error) => void>();
  #gone: Error | undefined;

  constructor(way: Way, script: Script, factory: (() => AnyWorker) | undefined) {
    const { endpoint: end, hear } = endpoint((message, transfer) => this.#link?.post(message, transfer));
    const heard = {
      message: hear,
      gone: (cause: Error) => this.end(new LloydError("worker-failed", `the worker failed, and what it was doing is lost (${cause.message})`, { cause })),
    };
    try {
      this.#link = start(way, script, factory, heard);
    } catch (error) {
      this.#gone = error as Error;
    }
    this.host = Comlink.wrap<Host>(end) as unknown as Calls;
  }

  /** Makes one call. */
  async call<T>({ signal }: { signal?: AbortSignal }, make: (signal: AbortSignal | undefined, watch: Call["watch"]) => Promise<T>): Promise<T> {
    const call = this.open({ signal });
    try {
      return await call.race(make(call.signal, call.watch));
    } finally {
      call.close();
    }
  }

  /** Begins calls that belong together. */
  open({ signal }: { signal?: AbortSignal }): Call {
    if (this.#gone) throw this.#gone;
    signal?.throwIfAborted();
    const own = new AbortController();
    const abort = () => own.abort(signal!.reason);
    signal?.addEventListener("abort", abort);
    const far = new SignalLine(own.signal);
    return {
      signal: far as unknown as AbortSignal,
      watch: <T>(callback: ((value: T) => void) | undefined) =>
        callback &&
        Comlink.proxy((value: T) => {
          try {
            if (!own.signal.aborted) callback(value);
          } catch (error) {
            own.abort(error);
          }
        }),
      race: (outcome) => this.#race(outcome, own.signal),
      close: () => {
        signal?.removeEventListener("abort", abort);
        far.close();
      },
    };
  }

  /** Ends the worker; every call of it rejects. */
  end(error: Error): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#link?.close();
    this.#pending.forEach((reject) => reject(error));
  }

  #race<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#gone) return Promise.reject(this.#gone);
    let settle = () => {};
    return new Promise<T>((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort);
      this.#pending.add(reject);
      this.#link!.keepAlive(true);
      settle = () => {
        signal.removeEventListener("abort", abort);
        this.#pending.delete(reject);
        if (this.#pending.size === 0 && !this.#gone) this.#link!.keepAlive(false);
      };
      outcome.then(resolve, reject);
    }).finally(settle);
  }
}
