import { LloydError, plural, show } from "./errors.js";

/** An array of numbers of any width but BigInt's. */
export type NumberArray =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int8Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>
  | Uint8ClampedArray<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>;

/** Numbers in a row. */
export type Numbers = readonly number[] | NumberArray;

/**
 * n rows of d coordinates, in any of these forms:
 *
 * - rows: `number[][]`, or an array of typed arrays;
 * - flat, row-major: `{ data, columns }`, length n·d;
 * - like an ndarray: `{ data, shape: [n, d], stride?, offset? }`, row-major without strides;
 * - columns: `{ x: [...], y: [...] }`, d arrays of n.
 *
 * A flat `Float32Array` is read where it is, without a copy on the JavaScript side. Integers and
 * 64-bit floats are centred in f64 before they are narrowed, so large offsets cost no digits.
 */
export type Points =
  | readonly Numbers[]
  | { readonly data: Numbers; readonly columns: number }
  | {
      readonly data: Numbers;
      readonly shape: readonly number[];
      readonly stride?: readonly number[];
      readonly offset?: number;
    }
  | { readonly [column: string]: Numbers };

/** Points, parsed: row-major numbers whose shape is known and whose type is number. */
export interface Rows {
  readonly data: NumberArray;
  /** n */
  readonly count: number;
  /** d */
  readonly columns: number;
  /** Where the points came as named columns. */
  readonly names?: readonly string[];
}

/**
 * Reads points of any form. Finiteness is checked later, in one pass with the extremes.
 *
 * @throws LloydError `bad-points`, `ragged-rows`, `not-a-number`
 */
export function parsePoints(points: Points): Rows {
  if (Array.isArray(points)) return fromRows(points);
  if (isNumberArray(points)) {
    throw bad(`points are ${show(points)} without a shape; pass { data, columns }`);
  }
  if (typeof points !== "object" || points === null) {
    throw bad(`points are ${show(points)}; expected rows, { data, columns }, { data, shape } or columns`);
  }
  if ("shape" in points && "data" in points) return fromShape(points as NdArray);
  if ("columns" in points && "data" in points) return fromFlat(points as { data: Numbers; columns: number });
  return fromColumns(points as Record<string, Numbers>);
}

type NdArray = { data: Numbers; shape: readonly number[]; stride?: readonly number[]; offset?: number };

/** What messages call a column: its name where it has one, else its number. */
export function columnNames({ names }: Pick<Rows, "names">): (column: number) => string {
  return (column) => `column ${names ? show(names[column]) : column}`;
}

function fromRows(rows: readonly Numbers[]): Rows {
  const count = rows.length;
  if (count === 0) throw bad("points are an empty array; expected at least one row");
  const first = rows[0];
  if (!isNumbers(first)) {
    const hint = typeof first === "number" ? "; for one column pass { data, columns: 1 }" : "";
    throw bad(`row 0 is ${show(first)}; expected an array of numbers${hint}`);
  }
  const columns = first.length;
  if (columns === 0) throw bad("row 0 is empty; expected at least one column");
  const data = rows.every((row) => row instanceof Float32Array)
    ? new Float32Array(count * columns)
    : new Float64Array(count * columns);
  for (let i = 0, at = 0; i < count; i++) {
    const row = rows[i];
    if (!isNumbers(row)) throw bad(`row ${i} is ${show(row)}; expected an array of ${columns} numbers`);
    if (row.length !== columns) {
      throw new LloydError("ragged-rows", `row ${i} has ${plural(row.length, "column")}; expected ${columns}, as in row 0`);
    }
    for (let j = 0; j < columns; j++, at++) {
      const value = row[j];
      if (typeof value !== "number") throw notANumber(i, j, value);
      data[at] = value;
    }
  }
  return { data, count, columns };
}

function fromFlat({ data, columns }: { data: Numbers; columns: number }): Rows {
  if (!Number.isInteger(columns) || columns < 1) {
    throw bad(`points.columns is ${show(columns)}; expected a positive integer`);
  }
  const length = lengthOf(data);
  if (length === 0) throw bad("points.data is empty; expected at least one row");
  if (length % columns !== 0) {
    throw bad(`points.data has ${plural(length, "value")}; expected a multiple of columns = ${columns}`);
  }
  return { data: asNumberArray(data, columns), count: length / columns, columns };
}

function fromShape({ data, shape, stride, offset = 0 }: NdArray): Rows {
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((s) => Number.isInteger(s) && s >= 1)) {
    const given = Array.isArray(shape) ? `[${shape.join(", ")}]` : show(shape);
    throw bad(`points.shape is ${given}; expected [rows, columns], both positive integers`);
  }
  const [count, columns] = shape as [number, number];
  const length = lengthOf(data);
  const [down, right] = stride ?? [columns, 1];
  const last = offset + (count - 1) * down + (columns - 1) * right;
  const least = offset + Math.min(0, (count - 1) * down) + Math.min(0, (columns - 1) * right);
  const most = offset + Math.max(0, (count - 1) * down) + Math.max(0, (columns - 1) * right);
  if (![offset, down, right, last].every(Number.isInteger) || least < 0 || most >= length) {
    throw bad(
      `points.shape [${count}, ${columns}], stride [${down}, ${right}] and offset ${offset} reach outside points.data of length ${length}`,
    );
  }
  if (down === columns && right === 1 && isNumberArray(data)) {
    return { data: data.subarray(offset, offset + count * columns), count, columns };
  }
  const flat = new Float64Array(count * columns);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const value = data[offset + i * down + j * right];
      if (typeof value !== "number") throw notANumber(i, j, value);
      flat[at] = value;
    }
  }
  return { data: flat, count, columns };
}

function fromColumns(table: Record<string, Numbers>): Rows {
  const names = Object.keys(table);
  if (names.length === 0) throw bad("points are an object without columns");
  names.forEach((name) => {
    if (!isNumbers(table[name])) throw bad(`column ${show(name)} is ${show(table[name])}; expected an array of numbers`);
  });
  const columns = names.length;
  const count = table[names[0]].length;
  if (count === 0) throw bad(`column ${show(names[0])} is empty; expected at least one row`);
  const data = new Float64Array(count * columns);
  names.forEach((name, j) => {
    const column = table[name];
    if (column.length !== count) {
      throw new LloydError(
        "ragged-rows",
        `column ${show(name)} has ${plural(column.length, "row")}; expected ${count}, as in ${show(names[0])}`,
      );
    }
    for (let i = 0, at = j; i < count; i++, at += columns) {
      const value = column[i];
      if (typeof value !== "number") throw notANumber(i, j, value);
      data[at] = value;
    }
  });
  return { data, count, columns, names };
}

function asNumberArray(data: Numbers, columns: number): NumberArray {
  if (isNumberArray(data)) return data;
  const flat = new Float64Array(data.length);
  for (let at = 0; at < flat.length; at++) {
    const value = data[at];
    if (typeof value !== "number") throw notANumber(Math.floor(at / columns), at % columns, value);
    flat[at] = value;
  }
  return flat;
}

function lengthOf(data: unknown): number {
  if (!isNumbers(data)) throw bad(`points.data is ${show(data)}; expected an array of numbers`);
  return data.length;
}

/** True for what may stand for a row or a column: arrays and number arrays, not BigInt's. */
export function isNumbers(value: unknown): value is Numbers {
  return Array.isArray(value) || isNumberArray(value);
}

function isNumberArray(value: unknown): value is NumberArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  );
}

function bad(message: string): LloydError {
  return new LloydError("bad-points", message);
}

function notANumber(row: number, column: number, value: unknown): LloydError {
  return new LloydError("not-a-number", `row ${row}, column ${column} is ${show(value)} (${typeof value}); expected a number`);
}
