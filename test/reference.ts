/** What k-means is, in f64 and no faster than it reads. */
export interface Reference {
  readonly labels: number[];
  readonly centroids: number[][];
  readonly inertia: number;
  readonly iterations: number;
  /** Least relative gap between a row's two nearest centroids, over all iterations. */
  readonly margin: number;
}

/** Lloyd's iterations from given centroids: lowest index on ties, empty clusters repaired. */
export function reference(rows: number[][], start: number[][], { weights = rows.map(() => 1), maxIterations = 300, tolerance = 0 } = {}): Reference {
  let centroids = start;
  let margin = Infinity;
  const nearest = (row: number[]) => {
    const all = centroids.map((c) => squared(row, c));
    const best = all.indexOf(Math.min(...all));
    all.forEach((s, j) => j !== best && (margin = Math.min(margin, (s - all[best]) / (s + all[best] || 1))));
    return best;
  };
  const least = tolerance * meanVariance(rows, weights);
  for (let iterations = 1; ; iterations++) {
    const labels = repaired(rows, rows.map(nearest), centroids, weights);
    const moved = centroids.map((c, j) => mean(rows, weights.map((w, i) => (labels[i] === j ? w : 0))) ?? c);
    const shift = moved.reduce((sum, c, j) => sum + squared(c, centroids[j]), 0);
    centroids = moved;
    if (shift > least && iterations < maxIterations) continue;
    const last = shift === 0 ? labels : rows.map(nearest);
    const inertia = rows.reduce((sum, row, i) => sum + weights[i] * squared(row, centroids[last[i]]), 0);
    return { labels: last, centroids, inertia, iterations, margin };
  }
}

export function squared(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, v, j) => sum + (v - b[j]) ** 2, 0);
}

/** Undefined where nothing has weight. */
export function mean(rows: readonly (readonly number[])[], weights: readonly number[]): number[] | undefined {
  const weight = weights.reduce((a, b) => a + b, 0);
  if (weight > 0) return rows[0].map((_, j) => rows.reduce((sum, row, i) => sum + weights[i] * row[j], 0) / weight);
}

function meanVariance(rows: number[][], weights: readonly number[]): number {
  const middle = mean(rows, weights)!;
  return rows.reduce((sum, row, i) => sum + weights[i] * squared(row, middle), 0) / weights.reduce((a, b) => a + b, 0) / middle.length;
}

/** Each cluster without weight takes the farthest row that its own cluster can spare. */
function repaired(rows: number[][], labels: number[], centroids: number[][], weights: readonly number[]): number[] {
  const far = rows.map((row, i) => ({ i, from: labels[i], s: squared(row, centroids[labels[i]]) }));
  far.sort((a, b) => b.s - a.s || a.i - b.i);
  const empty = centroids.map((_, j) => j).filter((j) => labels.every((label, i) => label !== j || weights[i] === 0));
  for (const { i, from } of far.filter(({ i, s }) => s > 0 && weights[i] > 0)) {
    if (empty.length > 0 && labels.filter((label) => label === from).length > 1) labels[i] = empty.shift()!;
  }
  return labels;
}
