// The best plain JavaScript that fits a page: what a careful programmer gets without WebAssembly.
// ‖x - c‖² = ‖x‖² - 2(x·c - ‖c‖²/2), so the nearest centroid has the largest x·c - ‖c‖²/2; two rows
// against four centroids at a time keep eight sums in registers and use each number loaded often.

export default {
  name: "js",
  title: "careful JS",
  version: "peers/js.mjs",
  sets: { iterations: "ABCDEFU", convergence: "AB" },

  prepare: (set) => set,

  fit({ data, count, columns, k }, { start, iterations }) {
    const padded = Math.ceil(k / 4) * 4; // centroids that no row is nearest to: their half norm is infinite
    const centroids = new Float64Array(padded * columns);
    centroids.set(start);
    const halves = new Float64Array(padded).fill(Infinity);
    const labels = new Int32Array(count).fill(-1);
    const sums = new Float64Array(k * columns);
    const sizes = new Int32Array(k);
    let made = 0;
    for (let changed = true; changed && made < iterations; made++) {
      for (let j = 0; j < k; j++) halves[j] = halfNorm(centroids, j * columns, columns);
      changed = assign(data, count, columns, centroids, halves, labels);
      sums.fill(0);
      sizes.fill(0);
      for (let i = 0, at = 0; i < count; i++) {
        const label = labels[i];
        sizes[label] += 1;
        for (let to = label * columns, end = to + columns; to < end; to++, at++) sums[to] += data[at];
      }
      for (let j = 0, at = 0; j < k; j++) {
        for (const end = at + columns; at < end; at++) if (sizes[j] > 0) centroids[at] = sums[at] / sizes[j];
      }
    }
    return { centroids: centroids.subarray(0, k * columns), iterations: made };
  },
};

function halfNorm(values, from, length) {
  let sum = 0;
  for (let at = from; at < from + length; at++) sum += values[at] * values[at];
  return sum / 2;
}

/** Writes each row's nearest centroid, the lowest on ties; whether any row changed. */
function assign(data, count, columns, centroids, halves, labels) {
  let changed = false;
  for (let i = 0; i < count; i += 2) {
    const second = Math.min(i + 1, count - 1);
    // One by one: the shorter [a, b] = [...] would cost half of the speed here.
    let best0 = -Infinity;
    let best1 = -Infinity;
    let label0 = 0;
    let label1 = 0;
    for (let j = 0; j < halves.length; j += 4) {
      let p = i * columns;
      let q = second * columns;
      let a = j * columns;
      let b = a + columns;
      let c = b + columns;
      let d = c + columns;
      let pa = -halves[j];
      let pb = -halves[j + 1];
      let pc = -halves[j + 2];
      let pd = -halves[j + 3];
      let qa = pa;
      let qb = pb;
      let qc = pc;
      let qd = pd;
      for (const end = b; a < end; a++, b++, c++, d++, p++, q++) {
        const x = data[p];
        const y = data[q];
        const ca = centroids[a];
        const cb = centroids[b];
        const cc = centroids[c];
        const cd = centroids[d];
        pa += x * ca;
        qa += y * ca;
        pb += x * cb;
        qb += y * cb;
        pc += x * cc;
        qc += y * cc;
        pd += x * cd;
        qd += y * cd;
      }
      if (pa > best0) (best0 = pa), (label0 = j);
      if (pb > best0) (best0 = pb), (label0 = j + 1);
      if (pc > best0) (best0 = pc), (label0 = j + 2);
      if (pd > best0) (best0 = pd), (label0 = j + 3);
      if (qa > best1) (best1 = qa), (label1 = j);
      if (qb > best1) (best1 = qb), (label1 = j + 1);
      if (qc > best1) (best1 = qc), (label1 = j + 2);
      if (qd > best1) (best1 = qd), (label1 = j + 3);
    }
    if (labels[i] !== label0 || labels[second] !== label1) changed = true;
    labels[i] = label0;
    labels[second] = label1;
  }
  return changed;
}
