// The answer that every peer's is held against: Lloyd's algorithm in f64 by direct differences.
// Slow by choice of arithmetic, not by waste: a distance is left as soon as it exceeds the best
// one, and rows are shared out among threads (rows.mjs), whose sums are added up in their order.

/** Two inertias agree where they differ by less than this part: 32-bit sums part from f64 ones at ties. */
export const AGREE = 5e-5;

/** Lloyd's iterations from a set's start until `iterations` are made or no row changes its cluster. */
export async function reference(threads, { k, columns, start }, iterations) {
  const centroids = Float64Array.from(start);
  await threads.ask({ do: "forget" });
  for (let made = 1; ; made++) {
    const parts = await threads.ask({ do: "assign", centroids });
    move(centroids, k, columns, await threads.ask({ do: "sums", k }));
    if (parts.some(({ changed }) => changed > 0) && made < iterations) continue;
    return { iterations: made, inertia: await inertiaOf(threads, centroids) };
  }
}

/** Σ min ‖x - c‖² over all rows. */
export async function inertiaOf(threads, centroids) {
  return total(await threads.ask({ do: "assign", centroids }));
}

/** Σ ‖x - c‖² to the centroids that labels name. */
export async function inertiaByLabels(threads, centroids, labels) {
  return total(await threads.ask({ do: "byLabels", centroids, labels }));
}

const total = (parts) => parts.reduce((sum, { inertia }) => sum + inertia, 0);

/** Centroids to the means of their rows; one without rows stays. */
function move(centroids, k, columns, parts) {
  for (let j = 0; j < k; j++) {
    const size = parts.reduce((sum, { sizes }) => sum + sizes[j], 0);
    if (size === 0) continue;
    for (let at = j * columns; at < (j + 1) * columns; at++) {
      centroids[at] = parts.reduce((sum, { sums }) => sum + sums[at], 0) / size;
    }
  }
}
