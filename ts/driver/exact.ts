import { exponentAbove } from "./frame.js";

/**
 * Sums of up to `count` values of at most 2^top in size, in which no order of adding changes a bit:
 * each value is cut into multiples of three ever finer units, and such multiples add without rounding
 * (the shards' sums are made the same way).
 */
export class ExactSums {
  readonly #planes: Float64Array;
  readonly #magic: readonly number[];
  readonly #length: number;

  constructor(length: number, count: number, top = 0) {
    const bits = 51 - exponentAbove(Math.max(1, count));
    this.#length = length;
    this.#planes = new Float64Array(3 * length);
    this.#magic = [1, 2, 3].map((plane) => 1.5 * 2 ** (52 + top - bits * plane));
  }

  add(at: number, value: number): void {
    const planes = this.#planes;
    const [a, b, c] = this.#magic;
    const high = value + a - a;
    const rest = value - high;
    const middle = rest + b - b;
    planes[at] += high;
    planes[at + this.#length] += middle;
    planes[at + 2 * this.#length] += rest - middle + c - c;
  }

  value(at: number): number {
    const [planes, length] = [this.#planes, this.#length];
    return planes[at + 2 * length] + planes[at + length] + planes[at];
  }

  values(): Float64Array {
    return Float64Array.from({ length: this.#length }, (_, at) => this.value(at));
  }
}

/** The sum of a few numbers of any size, the same in any order. */
export function total(values: ArrayLike<number>): number {
  const largest = Array.prototype.reduce.call(values, (most: any, v: any) => Math.max(most, Math.abs(v)), 0) as number;
  if (!(largest > 0) || !Number.isFinite(largest)) return Array.prototype.reduce.call(values, (a: any, v: any) => a + v, 0) as number;
  const exponent = exponentAbove(largest);
  const sum = new ExactSums(1, values.length);
  for (let i = 0; i < values.length; i++) sum.add(0, values[i] * 2 ** -exponent);
  return sum.value(0) * 2 ** exponent;
}

/** Their mean, the same in any order. */
export function mean(values: ArrayLike<number>): number {
  return total(values) / values.length;
}
