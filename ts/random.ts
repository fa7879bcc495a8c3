/** A seed for the r-th restart: the seed itself for r = 0, else a hash of both; 53 bits. */
export function derivedSeed(seed: number, restart: number): number {
  if (restart === 0) return seed;
  const low = scramble((seed >>> 0) ^ scramble(restart));
  const high = scramble(Math.floor(seed / 2 ** 32) ^ scramble(restart + 0x9e3779b9) ^ low);
  return (high >>> 11) * 2 ** 32 + low;
}

/** A seed for callers who gave none. */
export function drawnSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** A generator of numbers in [0, 1), for functions that make initial centroids. */
export function random(seed: number): () => number {
  let state = scramble((seed >>> 0) ^ scramble(Math.floor(seed / 2 ** 32)));
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return scramble(state) / 2 ** 32;
  };
}

/** A 32-bit finalizer: xor-shifts and odd multipliers. */
function scramble(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
