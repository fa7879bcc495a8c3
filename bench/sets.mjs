// The sets: Gaussian mixtures of the shapes that people cluster, noise, where there is nothing to find, and images
// from files, where these are present.

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { distinct, normal, uniform, uniform32 } from "./random.mjs";

/** count rows of `columns`, asked for k clusters; `centres` true ones, each of standard deviation `spread`. */
const SHAPES = {
  A: { count: 100_000, columns: 2, k: 16, centres: 16, spread: 0.8, like: "a map" },
  B: { count: 100_000, columns: 16, k: 64, centres: 64, spread: 1.5, like: "a table" },
  C: { count: 1_000_000, columns: 8, k: 32, centres: 40, spread: 1.5, like: "a long table" },
  D: { count: 60_000, columns: 784, k: 10, centres: 30, spread: 3, like: "small images" },
  E: { count: 100_000, columns: 128, k: 256, centres: 300, spread: 2, like: "embeddings" },
  F: { count: 200_000, columns: 32, k: 1_000, centres: 800, spread: 2, like: "a codebook" },
  U: { count: 100_000, columns: 16, k: 64, centres: 0, spread: 0, like: "uniform noise" },
  K: { count: 100_000, columns: 45, k: 4_096, centres: 12_000, spread: 2, like: "a large codebook" },
  M: { count: 60_000, columns: 784, k: 10, file: "mnist_train.u8.gz", like: "MNIST" },
  N: { count: 60_000, columns: 784, k: 100, file: "mnist_train.u8.gz", like: "MNIST" },
};

const fileOf = ({ file }) => new URL(`../../shared/data/sets/${file}`, import.meta.url);

/** Of all sets that can be had here. */
export const NAMES = Object.keys(SHAPES).filter((name) => !SHAPES[name].file || existsSync(fileOf(SHAPES[name])));

/** @returns the set's shape, its rows as f32, row-major, and the rows that all peers start from */
export function makeSet(name) {
  const shape = SHAPES[name];
  const next = uniform32(1 + Object.keys(SHAPES).indexOf(name));
  const data = shape.file ? images(shape) : shape.centres > 0 ? mixture(shape, next) : noise(shape, next);
  return { name, ...shape, data, start: distinct(next, shape.k, shape.count) };
}

/** True centres are uniform in [-5, 5]^d, and rows go to them with equal chances. */
function mixture({ count, columns, centres, spread }, next) {
  const [flat, gauss] = [uniform(next), normal(next)];
  const middles = Float64Array.from({ length: centres * columns }, () => flat() * 10 - 5);
  const data = new Float32Array(count * columns);
  for (let at = 0; at < data.length; ) {
    const middle = (next() % centres) * columns;
    for (let j = 0; j < columns; j++) data[at++] = middles[middle + j] + spread * gauss();
  }
  return data;
}

function noise({ count, columns }, next) {
  const data = new Float32Array(count * columns);
  for (let at = 0; at < data.length; at++) data[at] = (next() / 2 ** 32) * 10 - 5;
  return data;
}

/** A byte each, as they are. */
function images(shape) {
  return Float32Array.from(gunzipSync(readFileSync(fileOf(shape))));
}

/** The rows that all peers start from, k × d. */
export function startOf({ data, columns, start }) {
  const flat = new Float64Array(start.length * columns);
  start.forEach((row, j) => flat.set(data.subarray(row * columns, (row + 1) * columns), j * columns));
  return flat;
}

/** The first rows of a set, to warm an engine up on. */
export function headOf(set) {
  const count = Math.min(set.count, Math.max(4_000, 4 * set.k));
  const start = Array.from({ length: set.k }, (_, j) => j);
  return { ...set, name: `head of ${set.name}`, count, data: set.data.slice(0, count * set.columns), start };
}
