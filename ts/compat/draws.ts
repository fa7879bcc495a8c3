/** Numbers in [0, 1). */
export type Uniform = () => number;

/** Rows drawn in proportion to their D²; the first row where all are 0. */
export function draws(near: Float64Array, cumulated: Float64Array, trials: number, uniform: Uniform): number[] {
  let sum = 0;
  for (let i = 0; i < near.length; i++) sum += near[i];
  const scale = 1 / sum;
  let total = 0;
  for (let i = 0; i < near.length; i++) cumulated[i] = total += near[i] * scale;
  const drawn: number[] = [];
  while (drawn.length < trials) drawn.push(firstAtLeast(cumulated, uniform()));
  return drawn;
}

/** The first index whose value is not below `u`; the last where there is none, 0 among NaN. */
function firstAtLeast(ascending: Float64Array, u: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (u > ascending[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}
