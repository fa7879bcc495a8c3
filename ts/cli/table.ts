// A CSV file as a table of texts: encoding, delimiter and header found out, lines countable for messages.

import { constants } from "node:buffer";
import { readFile } from "node:fs/promises";
import Papa from "papaparse";
import { Mistake } from "./arguments.js";

export interface Table {
  /** What messages call it. */
  readonly name: string;
  /** One name per column: the header's, or column1, column2 … */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Rows of as many cells as there are names, without blank lines. */
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: string;
  /** The line of the file, from 1, on which a row begins. */
  lineOf(row: number): number;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MISSING = /^(|na|n\/a|nan|null)$/i;

/** A cell's number; NaN where it is none, undefined where it is empty or says that nothing is known. */
export function numberIn(cell: string): number | undefined {
  const text = cell.trim();
  if (MISSING.test(text)) return undefined;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** @throws Mistake */
export async function readTable(file: string, header: boolean | undefined): Promise<Table> {
  const name = file === "-" ? "standard input" : file;
  const text = textOf(await bytesOf(file), name);
  // Detected on the beginning alone, where blank lines do not count.
  const { delimiter } = Papa.parse(text.slice(0, 1 << 16), { preview: 20, skipEmptyLines: "greedy" }).meta;
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const lineOf = (record: number) => data.slice(0, record).reduce((line, cells) => line + 1 + breaksIn(cells), 1);
  const quotes = errors.find((error) => error.type === "Quotes");
  if (quotes) throw new Mistake(`${name}: the quotes that begin around line ${lineOf(quotes.row ?? 0)} are not closed properly`);

  const records = data.map((_, i) => i).filter((i) => data[i].some((cell) => cell.trim() !== ""));
  if (records.length === 0) throw new Mistake(`${name} is empty`);
  const [first] = records;
  const hasHeader = header ?? isHeader(data[first], `${name}, line ${lineOf(first)}`);
  const names = data[first].map((cell, c) => (hasHeader && cell.trim()) || `column${c + 1}`);
  const body = hasHeader ? records.slice(1) : records;
  if (body.length === 0) throw new Mistake(`${name} has a header but no rows`);
  for (const record of body) {
    const found = data[record].length;
    if (found === names.length) continue;
    throw new Mistake(`${name}, line ${lineOf(record)}: ${found} ${found === 1 ? "cell" : "cells"}; expected ${names.length}, as in line ${lineOf(first)}`);
  }
  return { name, names, hasHeader, rows: body.map((i) => data[i]), delimiter, lineOf: (row) => lineOf(body[row]) };
}

/** Names, values, or both: the last is for the user to decide. */
function isHeader(cells: readonly string[], place: string): boolean {
  const known = cells.filter((cell) => numberIn(cell) !== undefined);
  const number = known.find((cell) => !Number.isNaN(numberIn(cell)));
  const word = known.find((cell) => Number.isNaN(numberIn(cell)));
  if (number !== undefined && word !== undefined) {
    throw new Mistake(`${place} has both numbers (${number.trim()}) and words (${word.trim()}); say which it is with --header or --no-header`);
  }
  return number === undefined;
}

function breaksIn(cells: readonly string[]): number {
  return cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

async function bytesOf(file: string): Promise<Buffer> {
  if (file === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(file);
  } catch (error) {
    throw new Mistake(`cannot read ${file}: ${reason(error)}`);
  }
}

/** UTF-8, or UTF-16 where a byte order mark says so, without the mark. */
function textOf(bytes: Buffer, name: string): string {
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    throw new Mistake(`${name} has ${Math.round(bytes.length / 1e6)} MB; the command reads at most ${Math.floor(constants.MAX_STRING_LENGTH / 1e6)} MB, the library takes more as typed arrays`);
  }
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes);
}

/** Why a file could not be read or written, in words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = { ENOENT: "no such file or folder", EISDIR: "it is a folder", EACCES: "permission denied" };
  return known[code ?? ""] ?? message;
}
