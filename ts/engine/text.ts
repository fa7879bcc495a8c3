import { wovenFrom } from "./columns.js";

/** A module as characters; see scripts/build/text.mjs, which writes it. */
export interface Text {
  /** Bytes in all. */
  readonly length: number;
  /** How many bytes each column has, and which are frequent in it: so many of 0 to 255, then so many not, and so on. */
  readonly columns: readonly (readonly [count: number, runs: readonly number[]])[];
  /** A column's frequent bytes, ascending, have a character of these each. */
  readonly frequent: string;
  /** The others have two: which run of as many bytes, and which of the run. */
  readonly rare: string;
  readonly codes: string;
}

export function moduleIn({ length, columns, frequent, rare, codes }: Text): Uint8Array<ArrayBuffer> {
  const rank = new Uint16Array(128);
  for (let i = 0; i < frequent.length; i++) rank[frequent.charCodeAt(i)] = i;
  for (let i = 0; i < rare.length; i++) rank[rare.charCodeAt(i)] = (i + 1) * frequent.length;
  let at = 0;
  const read = ([count, runs]: Text["columns"][number]) => {
    const order = inOrder(runs);
    return Uint8Array.from({ length: count }, () => {
      const first = rank[codes.charCodeAt(at++)];
      return order[first < frequent.length ? first : first + rank[codes.charCodeAt(at++)]];
    });
  };
  return wovenFrom(columns.map(read), length);
}

/** All bytes, the frequent ones first. */
function inOrder(runs: readonly number[]): number[] {
  const [frequent, others]: number[][] = [[], []];
  let byte = 0;
  runs.forEach((run, i) => {
    for (const end = byte + run; byte < end; byte++) (i % 2 === 0 ? frequent : others).push(byte);
  });
  return [...frequent, ...others];
}
