import type { Question, Replies } from "../questions.js";

/** Answers questions about all rows, wherever they are. */
export interface Executor {
  /**
   * The reply of all rows. Rejects with the signal's reason once it is aborted, and is ready for
   * another question then.
   */
  answer<Q extends Question>(question: Q, signal: AbortSignal): Promise<Replies[Q["ask"]]>;
  /** Where all rows are held more than once: executors that can be asked side by side. */
  readonly lanes?: readonly Executor[];
  /** The workers that hold the rows, as their pool numbers them. */
  readonly slots?: readonly number[];
  /** Row × centroid distances that all assignments so far took: a cost, no part of any reply. */
  readonly computed: number;
  /** Where the work is done. */
  readonly report: ExecutorReport;
  /** Frees the rows; may be repeated. */
  dispose(): void;
}

/** Where a fit was computed. */
export interface ExecutorReport {
  /** Workers that held rows; 0 where the calling thread did the work. */
  readonly workers: number;
  /**
   * How the workers were started: by the app's own `factory`, from the package's `module`, or from
   * the source that is inlined in the package; `this-thread` where there were none.
   */
  readonly started: "factory" | "module" | "inlined" | "this-thread";
  /**
   * Microseconds a question, on average, in which not even the slowest worker was at work: messages
   * under way, replies being merged, waiting for a free core.
   */
  readonly overhead?: number;
  /** Why there are no workers, where some were wanted: they cannot be started, or plain JavaScript runs in place of WebAssembly. */
  readonly fallback?: string;
}

/** Milliseconds of work after which the event loop of a thread gets a turn. */
export const SLICE = 10;
