import type { Assigned } from "../questions.js";

/** A number in two f64, about 106 bits: high + low, |low| ≤ half a unit of high. */
type Double = readonly [high: number, low: number];

/**
 * J = Σ w‖y‖² - Σ_j ‖S_j‖² / W_j: the inertia about the means, from sums alone, in O(k·d).
 *
 * Where clusters are far tighter than the rows' spread the two terms cancel, so they are kept in
 * twice f64's digits (Dekker 1971): J is monotone over the iterations down to f64's last bit.
 */
export function inertiaFromMoments(squares: Float64Array, { weights, sums }: Assigned, k: number): number {
  const columns = sums.length / weights.length;
  let total = planesAt(squares, 0, 1);
  for (let j = 0; j < k; j++) {
    const weight = planesAt(weights, j, k);
    if (weight[0] <= 0) continue;
    let square: Double = [0, 0];
    for (let c = 0; c < columns; c++) {
      const sum = planesAt(sums, j * columns + c, k * columns);
      square = plus(square, times(sum, sum));
    }
    total = plus(total, negated(over(square, weight)));
  }
  return Math.max(0, total[0]);
}

/** The value whose planes stand `size` apart. */
export function valueAt(planes: Float64Array, at: number, size: number): number {
  let value = 0;
  for (let i = at + Math.floor((planes.length - 1 - at) / size) * size; i >= at; i -= size) value += planes[i];
  return value;
}

function planesAt(planes: Float64Array, at: number, size: number): Double {
  let value: Double = [planes[at], 0];
  for (let i = at + size; i < planes.length; i += size) value = plus(value, [planes[i], 0]);
  return value;
}

function plus(a: Double, b: Double): Double {
  const sum = a[0] + b[0];
  const part = sum - a[0];
  const low = a[0] - (sum - part) + (b[0] - part) + a[1] + b[1];
  return normal(sum, low);
}

function times(a: Double, b: Double): Double {
  const product = a[0] * b[0];
  const [ah, al] = halves(a[0]);
  const [bh, bl] = halves(b[0]);
  const low = ah * bh - product + ah * bl + al * bh + al * bl + a[0] * b[1] + a[1] * b[0];
  return normal(product, low);
}

function over(a: Double, b: Double): Double {
  const first = a[0] / b[0];
  const rest = plus(a, negated(times(b, [first, 0])));
  return normal(first, rest[0] / b[0]);
}

function negated(a: Double): Double {
  return [-a[0], -a[1]];
}

function normal(high: number, low: number): Double {
  const sum = high + low;
  return [sum, low - (sum - high)];
}

/** A number as the sum of two with at most 26 bits each, whose products are exact. */
function halves(a: number): Double {
  const scaled = 134217729 * a;
  const high = scaled - (scaled - a);
  return [high, a - high];
}
