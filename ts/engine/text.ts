import { wovenFrom } from "./columns.js";

/** A module as characters; see scripts/build/text.mjs, which writes it. */
export interface Text {
  /** Bytes in all. */
  readonly length: number;
  /** Where each column begins. */
  readonly starts: readonly number[];
  /** All 256 bytes, the most frequent first. */
  readonly order: readonly number[];
  /** The first bytes in that order have a character of these each. */
  readonly frequent: string;
  /** The others have two: which run of as many bytes, and which of the run. */
  readonly rare: string;
  readonly codes: string;
}

export function moduleIn({ length, starts, order, frequent, rare, codes }: Text): Uint8Array<ArrayBuffer> {
  const rank = new Uint16Array(128);
  for (let i = 0; i < frequent.length; i++) rank[frequent.charCodeAt(i)] = i;
  for (let i = 0; i < rare.length; i++) rank[rare.charCodeAt(i)] = (i + 1) * frequent.length;
  const packed = new Uint8Array(length);
  for (let i = 0, at = 0; i < length; i++, at++) {
    const first = rank[codes.charCodeAt(at)];
    packed[i] = order[first < frequent.length ? first : first + rank[codes.charCodeAt(++at)]];
  }
  return wovenFrom(packed, starts, length);
}
