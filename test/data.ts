import fc from "fast-check";
import { random } from "../ts/random.js";

/** Kinds of data that break k-means in different ways. */
export const KINDS = {
  blobs: "a few round clusters",
  uniform: "no clusters at all",
  integers: "small whole numbers: many ties",
  duplicates: "few distinct rows",
  heavyTails: "magnitudes from 1e-12 to 1e12",
  offsets: "1e8 + noise",
  constants: "constant columns, most of them 0",
} as const;
export type Kind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as Kind[];

/** n rows of d, the same for the same arguments. */
export function rowsOf(kind: Kind, n: number, d: number, seed: number): number[][] {
  const { uniform, normal, below } = source(seed);
  const table = (value: (row: number, column: number) => number, rows = n) =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: d }, (_, j) => value(i, j)));
  switch (kind) {
    case "blobs": {
      const centres = table(() => 20 * uniform(), 5);
      return table((i, j) => centres[i % 5][j] + normal());
    }
    case "uniform":
      return table(uniform);
    case "integers":
      return table(() => below(4) - 1);
    case "duplicates": {
      const distinct = table(normal, 1 + below(6));
      return Array.from({ length: n }, () => [...distinct[below(distinct.length)]]);
    }
    case "heavyTails":
      return table(() => normal() * 10 ** (24 * uniform() - 12));
    case "offsets":
      return table((i) => 1e8 + normal() + 4 * (i % 3));
    case "constants":
      return table((_, j) => (j === d - 1 ? normal() : j % 2 === 0 ? 0 : 7.25));
  }
}

/** Weights with zeros and wide ratios; at least one is positive. */
export function weightsOf(n: number, seed: number): number[] {
  const { uniform, below } = source(seed);
  return Array.from({ length: n }, (_, i) => (i > 0 && below(5) === 0 ? 0 : 10 ** (6 * uniform() - 3)));
}

/** k rows of the points, which may coincide. */
export function someOf(rows: number[][], k: number, seed: number): number[][] {
  const { below } = source(seed);
  return Array.from({ length: k }, () => [...rows[below(rows.length)]]);
}

export function source(seed: number) {
  const next = random(seed);
  const uniform = () => next() + next() / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const below = (n: number) => Math.floor(next() * n);
  return { uniform, normal, below };
}

export interface Case {
  readonly kind: Kind;
  readonly n: number;
  readonly d: number;
  readonly k: number;
  readonly seed: number;
}

/** Any data set of up to `n` × `d`, and a k that it allows. */
export const anyCase = ({ n = 600, d = 12, k = 20 } = {}): fc.Arbitrary<Case> =>
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      n: fc.integer({ min: 1, max: n }),
      d: fc.integer({ min: 1, max: d }),
      k: fc.integer({ min: 1, max: k }),
      seed: fc.nat(1e6),
    })
    .map((some) => ({ ...some, k: Math.min(some.k, some.n) }));

/** The row-major numbers of rows. */
export function flat(rows: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(rows.flat());
}

/** Every bit of a result but its costs, as text that can be compared and read; long arrays as a hash. */
export function bits(value: unknown): string {
  return JSON.stringify(value, (key, v: unknown) => {
    if (key === "milliseconds" || key === "computed" || key === "saved") return undefined;
    if (ArrayBuffer.isView(v)) v = Array.from(v as Float64Array);
    if (Array.isArray(v) && v.length > 100) return hash(JSON.stringify(v.map(exact)));
    return Array.isArray(v) ? v.map(exact) : exact(v);
  });
}

/** 128 bits of a text, in any runtime: four multiplicative hashes. */
function hash(text: string): string {
  const words = [0xdeadbeef, 0x41c6ce57, 0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let w = 0; w < 4; w++) words[w] = Math.imul((words[w] ^ code) + (words[w] >>> 15), 0x85ebca6b + 0x3d4d51c2 * w) >>> 0;
  }
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}

function exact(v: unknown): unknown {
  return typeof v === "number" && (!Number.isFinite(v) || Object.is(v, -0)) ? (v === 0 ? "-0" : String(v)) : v;
}
