/** A module that only engines with relaxed SIMD take: one function, `f32x4.relaxed_madd` in it. */
const PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11];

/** `f32x4.mul` as it ends; its first byte is the vector prefix. */
const MUL = 0xe6;
const NOP = 0x01;
const MADD = [0x85, 0x02];

export function hasFused(): boolean {
  return WebAssembly.validate(Uint8Array.from(PROBE));
}

/**
 * The module with its kernels' multiplications and additions fused. `places`: where their opcodes
 * lie, as steps from one to the next.
 *
 * Fused or not, the same labels: kernels only propose, within an error that holds for both.
 */
export function fuse(module: Uint8Array, places: readonly number[]): Uint8Array<ArrayBuffer> {
  const fused = Uint8Array.from(module);
  let at = 0;
  for (const step of places) {
    at += step;
    if (fused[at] === MUL) fused.fill(NOP, at - 1, at + 2);
    else fused.set(MADD, at);
  }
  return fused;
}
