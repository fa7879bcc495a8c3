import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Real data, and what scikit-learn 1.2.1 and strong searches found in it; not part of the repository. */
const DATA = new URL("../../shared/data/", import.meta.url);

/** Whether it is there. */
export const found = existsSync(new URL("golden/kmeans.json", DATA));

export interface Meta {
  readonly n: number;
  readonly d: number;
  readonly k?: number;
  readonly dtype: "f64" | "f32" | "u8";
  readonly file: string;
}

/** A golden reference; null where the data is absent. */
export function read(name: string): unknown {
  return found ? JSON.parse(readFileSync(new URL(`golden/${name}.json`, DATA), "utf8")) : null;
}

export function metaOf(set: string): Meta {
  return JSON.parse(readFileSync(new URL(`sets/${set}.json`, DATA), "utf8")) as Meta;
}

/** Row-major f64 numbers of a gzipped golden file. */
export function numbersOf(file: string): Float64Array {
  const bytes = gunzipSync(readFileSync(new URL(`golden/${file}`, DATA)));
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const loaded = new Map<string, number[][]>();

export function rowsOf(set: string): number[][] {
  const rows = loaded.get(set) ?? loadRows(metaOf(set));
  loaded.clear();
  loaded.set(set, rows);
  return rows;
}

/** The true labels of a set in CSV. */
export function labelsOf(set: string): number[] {
  return linesOf(metaOf(set)).map((line) => Number(line.slice(line.lastIndexOf(",") + 1)));
}

function loadRows(meta: Meta): number[][] {
  const { n, d, dtype, file } = meta;
  if (dtype === "f64") return linesOf(meta).map((line) => line.split(",").slice(0, d).map(Number));
  const bytes = gunzipSync(readFileSync(new URL(`sets/${file}`, DATA)));
  const flat = dtype === "u8" ? bytes : new Float32Array(bytes.buffer, bytes.byteOffset, n * d);
  return Array.from({ length: n }, (_, i) => Array.from(flat.subarray(i * d, (i + 1) * d)));
}

function linesOf({ file }: Meta): string[] {
  return gunzipSync(readFileSync(new URL(`sets/${file}`, DATA))).toString("utf8").trim().split("\n").slice(1);
}
