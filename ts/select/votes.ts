import { elbow } from "./elbow.js";
import type { Candidate } from "./choose.js";

/** How a k is picked from the table. */
export const CRITERIA = ["elbow", "silhouette", "gap", "calinskiHarabasz", "daviesBouldin", "dunn", "bic", "stability"] as const;
export type Criterion = (typeof CRITERIA)[number];

/** What one criterion says. */
export interface Vote {
  readonly criterion: Criterion;
  /** Null: it cannot tell. */
  readonly k: number | null;
  /** In words, with the numbers. */
  readonly why: string;
  /** Of the elbow: see {@link Elbow}. */
  readonly strength?: number;
}

/** What each criterion that the table has numbers for says, in the order of {@link CRITERIA}. */
export function votesOn(table: readonly Candidate[]): Vote[] {
  return [
    byElbow(table),
    byExtreme(table, "silhouette", "largest", "the largest mean silhouette"),
    byGap(table),
    byExtreme(table, "calinskiHarabasz", "largest", "the largest Caliński-Harabasz index"),
    byExtreme(table, "daviesBouldin", "least", "the least Davies-Bouldin index"),
    byExtreme(table, "dunn", "largest", "the largest Dunn index"),
    byExtreme(table, "bic", "largest", "the largest BIC"),
    byExtreme(table, "stability", "largest", "the most stable under resampling: adjusted Rand"),
  ].filter((vote) => vote !== null);
}

/**
 * The k with most votes; among equals the one with the larger mean silhouette, then the smaller one.
 */
export function recommended(table: readonly Candidate[], votes: readonly Vote[]): number {
  const counts = new Map(table.map(({ k }) => [k, votes.filter((vote) => vote.k === k).length]));
  const better = (a: Candidate, b: Candidate) => {
    const [more, less] = [counts.get(a.k)!, counts.get(b.k)!];
    return more > less || (more === less && (a.silhouette ?? -Infinity) > (b.silhouette ?? -Infinity));
  };
  return table.reduce((best, row) => (better(row, best) ? row : best)).k;
}

function byElbow(table: readonly Candidate[]): Vote | null {
  if (table.length < 3) return null;
  const { k, candidate, strength } = elbow(table.map((row) => row.k), table.map(({ inertia }) => inertia));
  const slower = `after k = ${candidate} inertia falls ${Math.round(100 * strength)}% more slowly than before, both on logarithmic axes`;
  const why = candidate === null ? "no elbow: inertia falls evenly" : k === null ? `no clear elbow: ${slower}` : `the knee of inertia: ${slower}`;
  return { criterion: "elbow", k, why, strength };
}

/** The smallest k with gap(k) ≥ gap(k + 1) - s(k + 1) (Tibshirani, Walther & Hastie 2001). */
function byGap(table: readonly Candidate[]): Vote | null {
  if (!table.some(({ gap }) => gap !== null)) return null;
  for (let i = 0; i + 1 < table.length; i++) {
    const [here, next] = [table[i], table[i + 1]];
    if (here.gap === null || next.gap === null || here.gap < next.gap - next.gapError!) continue;
    const why = `the first gap, ${round(here.gap)}, that is at least the next less its error, ${round(next.gap)} - ${round(next.gapError!)}`;
    return { criterion: "gap", k: here.k, why };
  }
  return { criterion: "gap", k: null, why: "no gap up to the last k is at least the next less its error" };
}

function byExtreme(table: readonly Candidate[], criterion: Exclude<Criterion, "elbow" | "gap">, which: "largest" | "least", words: string): Vote | null {
  const known = table.filter((row) => row[criterion] !== null);
  if (known.length === 0) return null;
  const sign = which === "largest" ? 1 : -1;
  const best = known.reduce((best, row) => (sign * row[criterion]! > sign * best[criterion]! ? row : best));
  return { criterion, k: best.k, why: `${words}, ${round(best[criterion]!)}` };
}

function round(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e6 || (rounded !== 0 && Math.abs(rounded) < 1e-3) ? value.toExponential(2) : String(rounded);
}
