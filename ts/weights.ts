import { exponentAbove } from "./driver/frame.js";
import { LloydError, show } from "./errors.js";
import { isNumbers, type NumberArray } from "./points.js";

/** Weights of rows, parsed. */
export interface Weights {
  /** Scaled by a power of two to at most 1; null where all are 1. */
  readonly weights: Float64Array | null;
  /** The caller's weights are 2^exponent of these. */
  readonly weightExponent: number;
}

/** Weights below this part of the largest would vanish from exact sums. */
const LEAST_WEIGHT = 2 ** -48;

/** @throws LloydError `bad-weights` */
export function parseWeights(given: unknown, count: number): Weights {
  if (given === undefined || given === null) return { weights: null, weightExponent: 0 };
  if (!isNumbers(given) || given.length !== count) {
    throw new LloydError("bad-weights", `weights are ${show(given)}; expected ${count} numbers, one per row`);
  }
  const weights = Float64Array.from(given as NumberArray);
  let [most, least] = [0, Infinity];
  weights.forEach((weight, i) => {
    if (typeof given[i] !== "number" || !Number.isFinite(weight) || weight < 0) {
      throw new LloydError("bad-weights", `weight ${i} is ${show(given[i])}; expected a finite number of at least 0`);
    }
    most = Math.max(most, weight);
    if (weight > 0) least = Math.min(least, weight);
  });
  if (most === 0) throw new LloydError("bad-weights", "all weights are 0; expected at least one above 0");
  if (least < most * LEAST_WEIGHT || most > 2 ** 480 || most < 2 ** -480) {
    throw new LloydError("bad-weights", `weights go from ${least} to ${most}; expected a ratio of at most 2^48, and none beyond 2^±480`);
  }
  const weightExponent = exponentAbove(most);
  return { weights: weights.map((weight) => weight * 2 ** -weightExponent), weightExponent };
}
