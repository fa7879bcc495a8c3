// What a worker and the thread that started it say to each other.

import { LloydError, type LloydErrorCode } from "../errors.js";
import type { NumberArray } from "../points.js";
import type { Question, Reply } from "../questions.js";

/** Rows for a worker to hold. */
export interface Slice {
  readonly data: NumberArray;
  readonly count: number;
  readonly columns: number;
  /** Global number of the first row, and rows of all workers together. */
  readonly first: number;
  readonly total: number;
  readonly weights: Float64Array | null;
  /** Whether 32-bit numbers stay beside the rows that are made of them. */
  readonly keeps: boolean;
}

/** To the worker. `holding`, `id`: numbers that the sender chose. */
export type Order =
  | { readonly do: "start"; readonly wasm: WebAssembly.Module | Uint8Array }
  | { readonly do: "hold"; readonly holding: number; readonly slice: Slice }
  | { readonly do: "ask"; readonly holding: number; readonly id: number; readonly question: Question }
  /** The answer to `id` is not wanted any more. */
  | { readonly do: "leave"; readonly id: number }
  /** Frees the rows. */
  | { readonly do: "drop"; readonly holding: number }
  | { readonly do: "ping" };

/** From the worker. */
export type Report =
  | { readonly say: "ready" }
  /** `took`: milliseconds; `computed`: distances, of all answers about these rows so far. */
  | { readonly say: "reply"; readonly id: number; readonly reply: Reply; readonly took: number; readonly computed: number }
  | { readonly say: "failed"; readonly id: number; readonly error: Packed }
  | { readonly say: "pong" };

/** An error on its way: classes and codes do not survive being cloned. */
export interface Packed {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: LloydErrorCode;
}

export function packed(thrown: unknown): Packed {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown) };
  const { name, message, stack } = thrown;
  return { name, message, stack, code: thrown instanceof LloydError ? thrown.code : outOfRoom(thrown) ? "out-of-memory" : undefined };
}

export function unpacked({ name, message, stack, code }: Packed): Error {
  const error = code ? new LloydError(code, message) : Object.assign(new Error(message), { name });
  if (stack) error.stack = stack;
  return error;
}

/** Bytes from which handing a buffer over is less work than copying it. */
const LARGE = 2 ** 15;

/** The buffers of a message that go over whole, so that nothing of size is copied. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer && value.buffer.byteLength >= LARGE) found.add(value.buffer);
  } else if (typeof value === "object" && value !== null) {
    Object.values(value).forEach((part) => buffersOf(part, found));
  }
  return [...found];
}

/** What engines throw where an array of this size cannot be made. */
export function outOfRoom(thrown: unknown): boolean {
  return thrown instanceof RangeError && /alloc|length|memory/i.test(thrown.message);
}
