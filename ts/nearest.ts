// "Did you mean": the known word that a mistyped one is closest to.

/** The nearest of `known`, where it is near enough to be what was meant. */
export function nearest<T extends string>(word: string, known: readonly T[]): T | undefined {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: T; far: number } | undefined;
  for (const candidate of known) {
    const far = changes(word.toLowerCase(), candidate.toLowerCase());
    if (far <= allowed && far < (best?.far ?? Infinity)) best = { candidate, far };
  }
  return best?.candidate;
}

/** Letters to add, drop or replace to make `b` of `a` (Levenshtein 1966). */
function changes(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    above = row;
  }
  return above[b.length];
}
