// Two labelings of the same rows, compared by the information they share. Natural logarithms.

import { total } from "../driver/exact.js";
import { LloydError, show } from "../errors.js";
import { overlap, type Overlap } from "./contingency.js";
import type { Labels } from "./labels.js";

/** How the entropies of two labelings become one, to divide by. */
export const AVERAGES = ["arithmetic", "geometric", "min", "max"] as const;
export type Average = (typeof AVERAGES)[number];

export interface InformationOptions {
  /** Mean of the two entropies that mutual information is divided by. Default `"arithmetic"`. */
  average?: Average;
}

/** Terms of a distribution smaller than this part of its largest are left out. */
const NEGLIGIBLE = 2 ** -80;

/** The mutual information of two labelings, in nats. @throws LloydError `bad-labels` */
export function mutualInformation(first: Labels, second: Labels): number {
  return informationOf(overlap(first, second));
}

/**
 * Mutual information over a mean of the two entropies (Strehl & Ghosh 2002): 0 to 1. 1 for two
 * labelings of one class each, 0 where nothing is shared. Not adjusted for chance: more classes, higher.
 *
 * @throws LloydError `bad-labels`, `bad-option`
 */
export function normalizedMutualInformation(first: Labels, second: Labels, options: InformationOptions = {}): number {
  const average = averageOf(options);
  const met = overlap(first, second);
  if (met.a.length === 1 && met.b.length === 1) return 1;
  const shared = informationOf(met);
  return shared <= Number.EPSILON ? 0 : shared / average(entropyOf(met.a), entropyOf(met.b));
}

/**
 * Mutual information adjusted for chance (Vinh, Epps & Bailey 2010): 1 for the same partition, 0 on
 * average for independent ones.
 *
 * @throws LloydError `bad-labels`, `bad-option`
 */
export function adjustedMutualInformation(first: Labels, second: Labels, options: InformationOptions = {}): number {
  const average = averageOf(options);
  const met = overlap(first, second);
  // Each class of the one is a class of the other.
  if (met.pairs.length === met.a.length && met.pairs.length === met.b.length) return 1;
  const expected = expectedInformation(met);
  const most = average(entropyOf(met.a), entropyOf(met.b)) - expected;
  const least = most < 0 ? Math.min(most, -Number.EPSILON) : Math.max(most, Number.EPSILON);
  return (informationOf(met) - expected) / least;
}

/** Whether each cluster holds rows of one class: 1 - H(truth | found) / H(truth). @throws LloydError `bad-labels` */
export function homogeneity(truth: Labels, found: Labels): number {
  const met = overlap(truth, found);
  const entropy = entropyOf(met.a);
  return entropy === 0 ? 1 : informationOf(met) / entropy;
}

/** Whether each class lies in one cluster: 1 - H(found | truth) / H(found). @throws LloydError `bad-labels` */
export function completeness(truth: Labels, found: Labels): number {
  return homogeneity(found, truth);
}

/**
 * The harmonic mean of homogeneity and completeness (Rosenberg & Hirschberg 2007), which is
 * {@link normalizedMutualInformation} by the arithmetic mean.
 *
 * @param beta weight of completeness: above 1 it counts more. Default 1.
 * @throws LloydError `bad-labels`, `bad-option`
 */
export function vMeasure(truth: Labels, found: Labels, beta = 1): number {
  if (!(Number.isFinite(beta) && beta >= 0)) throw new LloydError("bad-option", `beta is ${show(beta)}; expected a number of at least 0`);
  const [h, c] = [homogeneity(truth, found), completeness(truth, found)];
  return h + c === 0 ? 0 : ((1 + beta) * h * c) / (beta * h + c);
}

function averageOf({ average = "arithmetic" }: InformationOptions): (a: number, b: number) => number {
  switch (average) {
    case "arithmetic":
      return (a, b) => (a + b) / 2;
    case "geometric":
      return (a, b) => Math.sqrt(a * b);
    case "min":
      return Math.min;
    case "max":
      return Math.max;
    default:
      throw new LloydError("bad-option", `average is ${show(average)}; expected one of ${AVERAGES.map(show).join(", ")}`);
  }
}

function entropyOf(sizes: Float64Array): number {
  if (sizes.length === 1) return 0;
  const count = sizes.reduce((a, b) => a + b, 0);
  return total(sizes.map((size) => (size / count) * Math.log(count / size)));
}

function informationOf({ count, a, b, pairs }: Overlap): number {
  if (a.length === 1 || b.length === 1) return 0;
  const terms = pairs.map((pair) => (pair.shared / count) * Math.log((pair.shared * count) / (a[pair.a] * b[pair.b])));
  return Math.max(0, total(terms));
}

/**
 * The mean mutual information of labelings with these class sizes, drawn at random:
 *
 *     Σ_ab Σ_s P(s) (s / n) ln(s n / (a b)),   P hypergeometric: s shared rows of classes of a and b rows
 *
 * P is followed from its largest term in both directions by the ratio of neighbours and scaled to a sum
 * of 1, so no factorial is met.
 */
function expectedInformation({ count, a, b }: Overlap): number {
  if (a.length === 1 || b.length === 1) return 0;
  const known = new Map<string, number>();
  const terms: number[] = [];
  for (const one of a) {
    for (const two of b) {
      const key = one < two ? `${one},${two}` : `${two},${one}`;
      let term = known.get(key);
      if (term === undefined) known.set(key, (term = expectedTerm(one, two, count)));
      terms.push(term);
    }
  }
  return total(terms);
}

function expectedTerm(a: number, b: number, n: number): number {
  const [least, most] = [Math.max(0, a + b - n), Math.min(a, b)];
  const middle = Math.min(most, Math.max(least, Math.floor(((a + 1) * (b + 1)) / (n + 2))));
  const value = (s: number) => (s === 0 ? 0 : (s / n) * Math.log((s * n) / (a * b)));
  let [mass, sum] = [1, value(middle)];
  for (let s = middle, p = 1; s < most && p > NEGLIGIBLE; ) {
    p *= ((a - s) * (b - s)) / ((s + 1) * (n - a - b + s + 1));
    s += 1;
    mass += p;
    sum += p * value(s);
  }
  for (let s = middle, p = 1; s > least && p > NEGLIGIBLE; ) {
    p *= (s * (n - a - b + s)) / ((a - s + 1) * (b - s + 1));
    s -= 1;
    mass += p;
    sum += p * value(s);
  }
  return sum / mass;
}
