// The answer that every peer's is held against: Lloyd's algorithm in f64 by direct differences.
// Slow by choice of arithmetic, not by waste: a distance is left as soon as it exceeds the best one.

import { startOf } from "./sets.mjs";

/** Two inertias agree where they differ by less than this part. */
export const AGREE = 1e-6;

const BLOCK = 8;

/** Lloyd's iterations from the set's start until `iterations` are made or no row changes its cluster. */
export function reference(set, iterations) {
  const centroids = startOf(set);
  const labels = new Int32Array(set.count);
  for (let made = 1; ; made++) {
    const changed = assign(set, centroids, labels).changed || made === 1;
    move(set, centroids, labels);
    if (changed && made < iterations) continue;
    return { centroids, labels, iterations: made, inertia: inertiaOf(set, centroids, labels) };
  }
}

/** Σ min ‖x - c‖² over all rows. `near` may give where to look first; it is overwritten with the nearest. */
export function inertiaOf(set, centroids, near = new Int32Array(set.count)) {
  return assign(set, centroids, near).inertia;
}

/** Σ ‖x - c‖² to the centroids that `labels` name. */
export function inertiaByLabels({ data, count, columns }, centroids, labels) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += squared(data, i * columns, centroids, labels[i] * columns, columns, Infinity);
  return sum;
}

function assign({ data, count, columns }, centroids, labels) {
  const k = centroids.length / columns;
  let inertia = 0;
  let changed = false;
  for (let i = 0; i < count; i++) {
    const row = i * columns;
    const before = labels[i];
    let label = before;
    let least = squared(data, row, centroids, before * columns, columns, Infinity);
    for (let j = 0; j < k; j++) {
      if (j === before) continue;
      const found = squared(data, row, centroids, j * columns, columns, least);
      if (found < least || (found === least && j < label)) {
        least = found;
        label = j;
      }
    }
    inertia += least;
    if (label !== before) {
      labels[i] = label;
      changed = true;
    }
  }
  return { inertia, changed };
}

/** ‖x - c‖², or anything above `enough` once it is. */
function squared(data, row, centroids, centroid, columns, enough) {
  let sum = 0;
  for (let j = 0; j < columns; ) {
    const end = Math.min(j + BLOCK, columns);
    for (; j < end; j++) {
      const difference = data[row + j] - centroids[centroid + j];
      sum += difference * difference;
    }
    if (sum > enough) break;
  }
  return sum;
}

/** Centroids to the means of their rows; one without rows stays. */
function move({ data, count, columns }, centroids, labels) {
  const sums = new Float64Array(centroids.length);
  const sizes = new Int32Array(centroids.length / columns);
  for (let i = 0, at = 0; i < count; i++) {
    sizes[labels[i]] += 1;
    const sum = labels[i] * columns;
    for (let j = 0; j < columns; j++, at++) sums[sum + j] += data[at];
  }
  sizes.forEach((size, j) => {
    if (size === 0) return;
    for (let at = j * columns; at < (j + 1) * columns; at++) centroids[at] = sums[at] / size;
  });
}
