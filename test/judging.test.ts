import { afterAll, describe, expect, test } from "vitest";
import { createPool, loadDataset } from "../ts/index.js";
import { clusterSummary, dunn, silhouette } from "../ts/metrics/index.js";
import * as metrics from "../ts/metrics/index.js";
import { chooseK, chooseKSync } from "../ts/select/index.js";
import { bits, rowsOf, source } from "./data.js";

const { normal } = source(9);
/** Rows in both widths, which holders keep differently. */
const POINTS = {
  "64 bits": rowsOf("heavyTails", 700, 5, 3),
  "32 bits": { data: Float32Array.from({ length: 700 * 5 }, (_, at) => normal() + 4 * (Math.floor(at / 5) % 3)), columns: 5 },
};

describe.each([1, 2, 3, 4])("with %d workers", async (workers) => {
  const pool = await createPool({ workers });
  afterAll(() => pool.dispose());

  test.each(Object.entries(POINTS))("indices and choices are the same bits as on this thread, %s", async (_, points) => {
    const labels = Array.from({ length: 700 }, (_, i) => i % 6);
    expect(bits(await silhouette(points, labels, { pool, workers }))).toBe(bits(metrics.silhouetteSync(points, labels)));
    expect(bits(await clusterSummary(points, labels, { pool, workers }))).toBe(bits(metrics.clusterSummarySync(points, labels)));
    for (const separation of ["single", "complete", "average", "hausdorff"] as const) {
      expect(await dunn(points, labels, { pool, workers, separation, diameter: "average" })).toBe(metrics.dunnSync(points, labels, { separation, diameter: "average" }));
    }
    using dataset = await loadDataset(points, { pool, workers });
    expect(bits(await silhouette(dataset, labels))).toBe(bits(metrics.silhouetteSync(points, labels)));
    expect(bits(await clusterSummary(dataset, labels))).toBe(bits(metrics.clusterSummarySync(points, labels)));
    expect(await dunn(dataset, labels)).toBe(metrics.dunnSync(points, labels));
    expect(metrics.bic(dataset, labels)).toBe(metrics.bic(points, labels));
    await expect(silhouette(dataset, labels, { workers: 2 })).rejects.toMatchObject({ code: "bad-option" });
    const options = { from: 1, to: 5, seed: 2, references: 3, resamples: 3 };
    const found = await chooseK(points, { ...options, pool, workers });
    const plain = ({ table, votes, k }: typeof found) => bits({ k, votes, table: table.map(({ model, ...row }) => ({ ...row, labels: model.labels, centroids: model.centroids })) });
    expect(plain(found)).toBe(plain(chooseKSync(points, options)));
  });

  test("an abort ends them, and the pool goes on", async () => {
    const rows = rowsOf("uniform", 6000, 12, 1);
    const labels = rows.map((_, i) => i % 2);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await expect(silhouette(rows, labels, { pool, workers, signal: stop.signal })).rejects.toThrow("enough");
    expect((await silhouette(rows.slice(0, 90), labels.slice(0, 90), { pool, workers })).values).toHaveLength(90);
  });
});
