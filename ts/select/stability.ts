import { random } from "../random.js";

/**
 * A bootstrap sample (Efron 1979) as weights: how often each of `count` rows was drawn with replacement.
 * Drawn again in the unlikely case that fewer than `least` different rows were.
 */
export function bootstrapWeights(count: number, least: number, seed: number): Float64Array {
  const next = random(seed);
  for (let tries = 0; ; tries++) {
    const weights = new Float64Array(count);
    for (let i = 0; i < count; i++) weights[Math.floor(next() * count)] += 1;
    if (tries === 20 || weights.reduce((drawn, weight) => drawn + Number(weight > 0), 0) >= least) return weights;
  }
}
