// The indices by nothing but their definitions.

type Rows = readonly (readonly number[])[];

export const apart = (a: readonly number[], b: readonly number[]) => Math.sqrt(a.reduce((sum, v, j) => sum + (v - b[j]) ** 2, 0));
export const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const meanRow = (rows: Rows) => rows[0].map((_, j) => mean(rows.map((row) => row[j])));

export function groupsOf<T>(items: readonly T[], labels: readonly number[]): T[][] {
  return [...new Set(labels)].sort((a, b) => a - b).map((label) => items.filter((_, i) => labels[i] === label));
}

export function silhouettes(rows: Rows, labels: readonly number[]): number[] {
  return rows.map((row, i) => {
    const to = (label: number) => rows.flatMap((other, j) => (labels[j] === label && j !== i ? [apart(row, other)] : []));
    const own = to(labels[i]);
    if (own.length === 0) return 0;
    const a = mean(own);
    const b = Math.min(...[...new Set(labels)].filter((label) => label !== labels[i]).map((label) => mean(to(label))));
    return a === b ? 0 : (b - a) / Math.max(a, b);
  });
}

type Between = (a: Rows, b: Rows) => number;
const all = (a: Rows, b: Rows) => a.flatMap((x) => b.map((y) => apart(x, y)));

export const separations: Record<string, Between> = {
  single: (a, b) => Math.min(...all(a, b)),
  complete: (a, b) => Math.max(...all(a, b)),
  average: (a, b) => mean(all(a, b)),
  centroid: (a, b) => apart(meanRow(a), meanRow(b)),
  "average-to-centroid": (a, b) => mean([...a.map((x) => apart(x, meanRow(b))), ...b.map((y) => apart(y, meanRow(a)))]),
  hausdorff: (a, b) => Math.max(...[...a.map((x) => [x, b] as const), ...b.map((y) => [y, a] as const)].map(([x, rows]) => Math.min(...rows.map((y) => apart(x, y))))),
};

export const diameters: Record<string, (rows: Rows) => number> = {
  maximum: (rows) => Math.max(...all(rows, rows)),
  average: (rows) => (rows.length > 1 ? all(rows, rows).reduce((a, b) => a + b, 0) / (rows.length * (rows.length - 1)) : 0),
  centroid: (rows) => 2 * mean(rows.map((row) => apart(row, meanRow(rows)))),
};

export function dunn(rows: Rows, labels: readonly number[], separation = "single", diameter = "maximum"): number {
  const groups = groupsOf(rows, labels);
  const pairs = groups.flatMap((a, i) => groups.slice(0, i).map((b) => separations[separation](a, b)));
  return Math.min(...pairs) / Math.max(...groups.map(diameters[diameter]));
}

export function daviesBouldin(rows: Rows, labels: readonly number[]): number {
  const groups = groupsOf(rows, labels).map((group) => ({ middle: meanRow(group), spread: diameters.centroid(group) / 2 }));
  const worst = groups.map((a) => Math.max(0, ...groups.filter((b) => b !== a && apart(a.middle, b.middle) > 0).map((b) => (a.spread + b.spread) / apart(a.middle, b.middle))));
  return mean(worst);
}

/** log-likelihood of one variance for all, row by row. */
export function logLikelihood(rows: Rows, labels: readonly number[]): number {
  const groups = groupsOf(rows, labels);
  const [n, d, k] = [rows.length, rows[0].length, groups.length];
  const residuals = groups.flatMap((group) => group.map((row) => apart(row, meanRow(group)) ** 2));
  const variance = residuals.reduce((a, b) => a + b, 0) / (d * (n - k));
  return groups.flatMap((group) => group.map((row) => Math.log(group.length / n) - (d / 2) * Math.log(2 * Math.PI * variance) - apart(row, meanRow(group)) ** 2 / (2 * variance))).reduce((a, b) => a + b, 0);
}
