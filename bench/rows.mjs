// The reference's arithmetic over some of the rows: what one thread does.

import { parentPort } from "node:worker_threads";

let data;
let columns;
let first;
/** Of these rows; -1 before the first assignment. Where to look first, as most rows stay where they were. */
let labels;

const tasks = {
  load(task) {
    ({ data, columns, first } = task);
    labels = new Int32Array(data.length / columns).fill(-1);
    return {};
  },

  forget() {
    labels.fill(-1);
    return {};
  },

  assign({ centroids }) {
    const k = centroids.length / columns;
    let inertia = 0;
    let changed = 0;
    for (let i = 0; i < labels.length; i++) {
      const row = i * columns;
      let label = Math.min(Math.max(labels[i], 0), k - 1);
      const before = label;
      let least = squared(row, centroids, label * columns, Infinity);
      for (let j = 0; j < k; j++) {
        if (j === before) continue;
        const found = squared(row, centroids, j * columns, least);
        if (found < least || (found === least && j < label)) {
          least = found;
          label = j;
        }
      }
      inertia += least;
      if (label !== labels[i]) changed += 1;
      labels[i] = label;
    }
    return { inertia, changed };
  },

  sums({ k }) {
    const sums = new Float64Array(k * columns);
    const sizes = new Int32Array(k);
    for (let i = 0, at = 0; i < labels.length; i++) {
      sizes[labels[i]] += 1;
      const sum = labels[i] * columns;
      for (let j = 0; j < columns; j++, at++) sums[sum + j] += data[at];
    }
    return { sums, sizes };
  },

  byLabels({ centroids, labels: all }) {
    let inertia = 0;
    for (let i = 0; i < labels.length; i++) inertia += squared(i * columns, centroids, all[first + i] * columns, Infinity);
    return { inertia };
  },
};

/** ‖x - c‖², or anything above `enough` once it is. */
function squared(row, centroids, centroid, enough) {
  let sum = 0;
  let j = 0;
  for (; j + 4 <= columns && sum <= enough; j += 4) {
    const p = data[row + j] - centroids[centroid + j];
    const q = data[row + j + 1] - centroids[centroid + j + 1];
    const r = data[row + j + 2] - centroids[centroid + j + 2];
    const s = data[row + j + 3] - centroids[centroid + j + 3];
    sum += p * p + q * q + (r * r + s * s);
  }
  if (sum > enough) return sum;
  for (; j < columns; j++) sum += (data[row + j] - centroids[centroid + j]) ** 2;
  return sum;
}

parentPort.on("message", (task) => parentPort.postMessage(tasks[task.do](task)));
