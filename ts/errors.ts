/**
 * Everything that lloyd throws, except `signal.reason` after an abort.
 *
 * | code | when |
 * |---|---|
 * | `bad-points` | the points have no shape that lloyd reads, or no rows or columns |
 * | `ragged-rows` | a row or column has another length than the first |
 * | `not-a-number` | a coordinate is not of type number |
 * | `not-finite` | a coordinate is NaN or infinite |
 * | `out-of-range` | a column spans so much or so little that squared distances leave f64 |
 * | `bad-k` | k is not an integer from 1 to the number of rows |
 * | `bad-init` | initial centroids of the wrong shape or not finite, or an unknown method |
 * | `bad-weights` | weights of the wrong length, negative, not finite or all zero |
 * | `bad-labels` | labels of the wrong length or type, or clusters for which an index is undefined |
 * | `bad-option` | another option has the wrong type or lies out of its range |
 * | `unknown-option` | an option that does not exist |
 * | `bad-model` | not a saved model, or a damaged one |
 * | `out-of-memory` | an allocation failed |
 * | `wasm-unavailable` | WebAssembly SIMD is missing or forbidden here, or not loaded yet |
 * | `wasm-trapped` | the WebAssembly instance failed; what it held is lost |
 * | `worker-failed` | workers failed again and again, or one that held the only copy of its rows |
 * | `points-changed` | the points were written to while a fit ran |
 * | `time-limit` | `timeLimit` ended before there was a fit to return |
 * | `disposed` | a pool, data set or worker was used after its disposal |
 */
export type LloydErrorCode =
  | "bad-points"
  | "ragged-rows"
  | "not-a-number"
  | "not-finite"
  | "out-of-range"
  | "bad-k"
  | "bad-init"
  | "bad-weights"
  | "bad-labels"
  | "bad-option"
  | "unknown-option"
  | "bad-model"
  | "out-of-memory"
  | "wasm-unavailable"
  | "wasm-trapped"
  | "worker-failed"
  | "points-changed"
  | "time-limit"
  | "disposed";

/** An error with a stable `code`; the message names what was given and what was expected. */
export class LloydError extends Error {
  override readonly name = "LloydError";
  readonly code: LloydErrorCode;

  constructor(code: LloydErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A value as an error message shows it: short, and telling its type where that is the mistake. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${(value as Uint8Array).length ?? "?"}`;
  if (typeof value === "object" && value !== null) return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "no keys"}`;
  return String(value);
}

/** "1 row", "2 rows". */
export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** 1234567 bytes as "1.2 MB". */
export function showBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}
