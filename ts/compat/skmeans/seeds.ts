import { LloydError, show } from "../../errors.js";
import { floats } from "../../executor/slab.js";
import { copied, type Table } from "../trajectory.js";
import { draws } from "../draws.js";

/** Ways to begin that go by a name. */
export type Draw = "kmrand" | "kmpp";

/** k of the points, drawn from `Math.random`. `distance`: of two points, where the caller has one. */
export function begin(table: Table, k: number, method: unknown, distance: ((i: number, j: number) => number) | null | undefined): Float64Array {
  if (!method) return copied(table, distinctRows(table, k));
  if (method === "kmrand") return copied(table, distinctValues(table, k));
  if (method === "kmpp") return copied(table, plusPlus(table, k, distance ?? squaredBetween(table)));
  throw new LloydError("bad-init", `initial is ${show(method)}; expected ${k} centroids, "kmrand", "kmpp", or nothing`);
}

function distinctRows({ count }: Table, k: number): number[] {
  const rows = new Set<number>();
  while (rows.size < k) rows.add(Math.floor(Math.random() * count));
  return [...rows];
}

/** In at most 4k tries. */
function distinctValues({ data, count, columns }: Table, k: number): number[] {
  const rows = new Map<string, number>();
  for (let tries = 4 * k; tries > 0 && rows.size < k; tries--) {
    const row = Math.floor(Math.random() * count);
    const key = data.subarray(row * columns, (row + 1) * columns).join("_");
    if (!rows.has(key)) rows.set(key, row);
  }
  if (rows.size < k) throw new LloydError("bad-init", `Error initializating clusters: ${rows.size} points of different values were found in ${4 * k} tries; expected ${k}`);
  return [...rows.values()];
}

/** k-means++ (Arthur & Vassilvitskii 2007): each next point drawn in proportion to its distance to the nearest one drawn. */
function plusPlus({ count }: Table, k: number, distance: (i: number, j: number) => number): number[] {
  const rows = [Math.floor(Math.random() * count)];
  const near = floats(count).fill(Infinity);
  const cumulated = floats(count);
  for (;;) {
    const last = rows[rows.length - 1];
    for (let i = 0; i < count; i++) near[i] = Math.min(near[i], distance(i, last));
    if (rows.length === k) return rows;
    rows.push(draws(near, cumulated, 1, Math.random)[0]);
  }
}

function squaredBetween({ data, columns }: Table): (i: number, j: number) => number {
  return (i, j) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += (data[i * columns + c] - data[j * columns + c]) ** 2;
    return sum;
  };
}
