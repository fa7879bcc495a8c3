/**
 * Short arrays, cut one after the other from a long one. An array of its own beyond 64 bytes costs V8
 * half a microsecond and its garbage collector as much again: of the smallest problems, most of the time.
 *
 * Not for what is posted to another thread, which would get the whole of the long one.
 */
export function floats(length: number): Float64Array<ArrayBuffer> {
  if (length <= ON_HEAP || length > SHORT) return new Float64Array(length);
  if (used + length > slab.length) [slab, used] = [new Float64Array(SLAB), 0];
  used += length;
  return slab.subarray(used - length, used);
}

/** Numbers that are as cheap by themselves, those from which on an array's own cost is nothing, and those of a slab. */
const ON_HEAP = 8;
const SHORT = 2 ** 10;
const SLAB = 2 ** 13;

let slab = new Float64Array(0);
let used = 0;

/** The same of 32-bit integers. */
export function integers(length: number): Int32Array<ArrayBuffer> {
  const { buffer, byteOffset } = floats((length + 1) >> 1);
  return new Int32Array(buffer, byteOffset, length);
}
