/** Where a falling curve of inertias bends. */
export interface Elbow {
  /** Null: no clear elbow. */
  readonly k: number | null;
  /** The bend that was looked at, clear or not; null where there is none. */
  readonly candidate: number | null;
  /**
   * How much slower inertia falls after the bend than before it: 1 - after / before, of the mean slopes of
   * ln J over ln k. 0 for rows without clusters, 1 where it does not fall any more.
   */
  readonly strength: number;
}

/** From here on an elbow is clear. */
const CLEAR = 0.5;

/**
 * The knee of inertia J over k by the kneedle rule (Satopää et al. 2011), sensitivity 1: both axes scaled to
 * 0..1, the point farthest below the diagonal, if the curve leaves it again by a mean step before it comes as
 * far once more. Of several knees the farthest.
 *
 * Departure: the axes are ln k and ln J. Rows without clusters have J falling by a power of k, which is a
 * straight line there, without a knee; on plain axes every such curve has one.
 *
 * @param ks ascending, from 1  @param inertias one for each, above 0 but for the last ones
 */
export function elbow(ks: readonly number[], inertias: readonly number[]): Elbow {
  const none: Elbow = { k: null, candidate: null, strength: 0 };
  const positive = inertias.findIndex((inertia) => !(inertia > 0));
  const last = (positive < 0 ? ks.length : positive) - 1;
  const fall = (from: number, to: number) => Math.log(inertias[from] / inertias[to]);
  if (last < 2 || !(fall(0, last) > 0)) return none;
  const across = (from: number, to: number) => Math.log(ks[to] / ks[from]);
  const below = Array.from({ length: last + 1 }, (_, i) => fall(0, i) / fall(0, last) - across(0, i) / across(0, last));
  let best: number | undefined;
  for (let i = 1; i < last; i++) {
    if (!(below[i] > below[i - 1] && below[i] >= below[i + 1])) continue;
    const threshold = below[i] - 1 / last;
    for (let j = i + 1; j <= last && below[j] <= below[i]; j++) {
      if (below[j] > threshold) continue;
      if (best === undefined || below[i] > below[best]) best = i;
      break;
    }
  }
  if (best === undefined) return none;
  const slope = (from: number, to: number) => fall(from, to) / across(from, to);
  const strength = Math.max(0, 1 - slope(best, last) / slope(0, best));
  return { k: strength >= CLEAR ? ks[best] : null, candidate: ks[best], strength };
}
