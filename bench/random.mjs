// The bench's own random numbers: the same seed gives the same sets on every machine.

/** sfc32 (Doty-Humphrey): [0, 2^32) by integer arithmetic alone. */
export function uniform32(seed) {
  let [a, b, c, counter] = [0, seed | 0, 0x9e3779b9 | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) next(); // seeds that are near one another drift apart
  return next;
}

/** [0, 1) */
export function uniform(next) {
  return () => next() / 2 ** 32;
}

/** Standard normal numbers by Marsaglia's polar method, two at a time. */
export function normal(next) {
  let spare = NaN;
  return () => {
    if (spare === spare) {
      const given = spare;
      spare = NaN;
      return given;
    }
    for (;;) {
      const x = next() / 2 ** 31 - 1;
      const y = next() / 2 ** 31 - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = y * scale;
      return x * scale;
    }
  };
}

/** `count` different integers below `limit`. */
export function distinct(next, count, limit) {
  const drawn = new Set();
  while (drawn.size < count) drawn.add(next() % limit);
  return [...drawn];
}
