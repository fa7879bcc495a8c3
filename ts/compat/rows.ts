import { LloydError, plural, show } from "../errors.js";
import { floats } from "../executor/slab.js";
import { isNumbers } from "../points.js";
import type { Table } from "./trajectory.js";

/** Rows as one array; null where they are not all `columns` finite numbers. */
export function tableOf(rows: readonly unknown[], columns: number): Table | null {
  const data = floats(rows.length * columns);
  for (let i = 0, at = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isNumbers(row) || row.length !== columns) return null;
    for (let j = 0; j < columns; j++, at++) {
      const value = row[j];
      if (!Number.isFinite(value)) return null;
      data[at] = value;
    }
  }
  return { data, count: rows.length, columns };
}

/**
 * Rows as one array.
 *
 * @param finite whether NaN and infinities are refused
 * @throws LloydError `bad-points`, `ragged-rows`, `not-a-number`, `not-finite`
 */
export function parseTable(rows: readonly unknown[], finite: boolean): Table {
  const first = rows[0];
  if (!isNumbers(first) || first.length === 0) {
    throw new LloydError("bad-points", `Data must be a 2D array with at least one element: row 0 is ${show(first)}`);
  }
  const columns = first.length;
  const data = floats(rows.length * columns);
  for (let i = 0, at = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isNumbers(row) || row.length !== columns) {
      const given = isNumbers(row) ? `has ${plural(row.length, "number")}` : `is ${show(row)}`;
      throw new LloydError("ragged-rows", `Inconsistent array dimensions: row ${i} ${given}; expected ${columns}, as in row 0`);
    }
    for (let j = 0; j < columns; j++, at++) {
      const value: unknown = row[j];
      if (typeof value !== "number") {
        throw new LloydError("not-a-number", `Input data contains non-numeric values: row ${i}, column ${j} is ${show(value)} (${typeof value})`);
      }
      if (finite && !Number.isFinite(value)) {
        throw new LloydError("not-finite", `row ${i}, column ${j} is ${value}; expected a finite number`);
      }
      data[at] = value;
    }
  }
  return { data, count: rows.length, columns };
}
