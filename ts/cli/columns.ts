// Which columns of a table are clustered. Nothing is guessed: what is left out is named, with the reason.

import { nearest } from "../nearest.js";
import { numberIn, type Table } from "./table.js";
import { Mistake } from "./arguments.js";

export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface Chosen {
  readonly names: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Row-major, a column for each name. */
  readonly data: Float64Array;
  /** Largest minus smallest value of each column. */
  readonly spans: readonly number[];
}

/** What a column holds, as far as it decides whether it can be used. */
interface Column {
  readonly name: string;
  readonly values: Float64Array;
  /** Rows without a value. */
  readonly missing: readonly number[];
  /** First row whose cell is not a number. */
  readonly word: number | undefined;
}

/** `apart`: columns that are something else than coordinates. @throws Mistake where a column that shall be used cannot be */
export function chooseColumns(table: Table, wanted: readonly string[], apart: readonly string[] = []): Chosen {
  const columns = table.names.map((_, c) => read(table, c));
  const leftOut: LeftOut[] = [];
  const used =
    wanted.length > 0
      ? placesOf(table, wanted).map((c) => columns[c])
      : columns.filter((column, c) => {
          const why = apart.includes(column.name) ? "labels" : unusable(column, table, c);
          if (why) leftOut.push({ name: column.name, reason: why });
          return !why;
        });
  if (used.length === 0) throw noneUsable(table, columns);
  for (const column of used) refuse(column, table, used);

  const data = new Float64Array(table.rows.length * used.length);
  used.forEach(({ values }, c) => values.forEach((value, i) => (data[i * used.length + c] = value)));
  return { names: used.map(({ name }) => name), leftOut, data, spans: used.map(({ values }) => spanOf(values)) };
}

function read({ names, rows }: Table, c: number): Column {
  const values = new Float64Array(rows.length);
  const missing: number[] = [];
  let word: number | undefined;
  rows.forEach((row, i) => {
    const value = numberIn(row[c]);
    if (value === undefined) missing.push(i);
    else if (Number.isNaN(value)) word ??= i;
    else values[i] = value;
  });
  return { name: names[c], values, missing, word };
}

/** Places of the named columns, in the order they were named in; `lists`: a text may name several. @throws Mistake */
export function placesOf({ name, names }: Table, wanted: readonly string[], lists = true): number[] {
  const list = wanted.flatMap((text) => (!lists || names.includes(text) ? [text] : text.split(",").map((part) => part.trim())));
  return [...new Set(list)].map((column) => {
    const place = names.indexOf(column);
    if (place < 0) {
      const meant = nearest(column, names);
      throw new Mistake(`${name} has no column ${JSON.stringify(column)}; ${meant ? `did you mean ${JSON.stringify(meant)}?` : `it has ${listed(names)}`}`);
    }
    if (names.indexOf(column, place + 1) >= 0) throw new Mistake(`${name} has two columns named ${JSON.stringify(column)}; rename one of them`);
    return place;
  });
}

/** Why a column is left out unless it is asked for. */
function unusable({ name, values, missing, word }: Column, table: Table, c: number): string | undefined {
  if (word !== undefined) return "not numeric";
  if (missing.length === values.length) return "empty";
  // A table written with its row numbers has them in a first column without a name.
  const unnamed = table.hasHeader && c === 0 && name === "column1" && values.length > 1;
  return unnamed && values[0] >= 0 && values[0] <= 1 && values.every((value, i) => value === values[0] + i) ? "row numbers" : undefined;
}

function refuse({ name, missing, word }: Column, table: Table, used: readonly Column[]): void {
  if (word !== undefined) {
    const cell = table.rows[word][table.names.indexOf(name)];
    throw new Mistake(`${table.name}, line ${table.lineOf(word)}: column ${JSON.stringify(name)} has ${JSON.stringify(cell)}; expected a number${decimalComma(cell)}`);
  }
  if (missing.length === 0) return;
  const others = used.filter((other) => other.missing.length === 0 && other.word === undefined).map((other) => other.name);
  const more = missing.length > 1 ? ` (and in ${missing.length - 1} more ${missing.length > 2 ? "rows" : "row"})` : "";
  const without = others.length > 0 ? `, or leave the column out: --columns ${quoted(others)}` : "";
  throw new Mistake(`${table.name}, line ${table.lineOf(missing[0])}: column ${JSON.stringify(name)} has no value${more}; fill it in or remove the row${without}`);
}

function noneUsable(table: Table, columns: readonly Column[]): Mistake {
  const { name, word } = columns.find((column) => column.word !== undefined) ?? columns[0];
  if (word === undefined) return new Mistake(`${table.name} has no column of numbers`);
  const cell = table.rows[word][table.names.indexOf(name)];
  return new Mistake(`${table.name} has no column of numbers; line ${table.lineOf(word)}, column ${JSON.stringify(name)} has ${JSON.stringify(cell)}${decimalComma(cell)}`);
}

function decimalComma(cell: string): string {
  return /^[+-]?\d+,\d+$/.test(cell.trim()) ? ", and decimal commas are not read" : "";
}

function spanOf(values: Float64Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
}

/** Names as the shell takes them. */
export function quoted(names: readonly string[]): string {
  const list = names.join(",");
  return /^[\w.,/+-]+$/.test(list) ? list : `'${list.replaceAll("'", "'\\''")}'`;
}

/** Names in a sentence: all, or the first few of many. */
export function listed(names: readonly string[], most = 12): string {
  return names.length <= most ? names.join(", ") : `${names.slice(0, most - 2).join(", ")} and ${names.length - most + 2} more`;
}
