import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusteringOf, scaled } from "../ts/driver/clustering.js";
import { atOnce } from "../ts/driver/driver.js";
import { nearestOf } from "../ts/driver/mean-distance.js";
import { silhouettes } from "../ts/driver/silhouette.js";
import { Inline } from "../ts/executor/inline.js";
import { kmeansSync } from "../ts/index.js";
import { parsePoints } from "../ts/points.js";
import { pumpSync } from "../ts/pump.js";
import { anyCase, flat, rowsOf, source } from "./data.js";
import * as naive from "./naive.js";

/** Labels from 0 to k - 1, by k-means or at random and of very different frequency; each at least once. */
function labelsOf(rows: number[][], k: number, random: boolean, seed: number): Int32Array {
  if (!random) {
    const { labels } = kmeansSync(rows, { k, seed: 1 });
    const used = [...new Set(labels)];
    return labels.map((label) => used.indexOf(label));
  }
  const { uniform } = source(seed);
  return Int32Array.from(rows, (_, i) => (i < k ? i : Math.floor(k * uniform() ** 3)));
}

function clustersOf(rows: number[][], labels: Int32Array) {
  const points = parsePoints({ data: flat(rows), columns: rows[0].length });
  return atOnce(clusteringOf(scaled(points), labels, new Set(labels).size));
}

describe("clusters that can be nearest", () => {
  // Many rows for their columns and clusters: second moments are looked at.
  const many = fc.record({ some: anyCase({ n: 150, d: 3, k: 7 }), random: fc.boolean() });

  test("the one that is, is among them", () => {
    let left = 0;
    fc.assert(
      fc.property(many, ({ some: { kind, n, d, seed, ...rest }, random }) => {
        const k = Math.max(3, rest.k);
        const rows = rowsOf(kind, n + 8 * d * k, d, seed);
        const labels = labelsOf(rows, k, random, seed);
        const clusters = clustersOf(rows, labels);
        fc.pre(clusters.k >= 2);
        const groups = naive.groupsOf(rows, Array.from(labels));
        const nearest = atOnce(nearestOf(clusters, rows.length));
        for (let i = 0; i < rows.length; i += 11) {
          const means = groups.map((group, j) => (j === labels[i] ? Infinity : naive.mean(group.map((row) => naive.apart(row, rows[i])))));
          const least = means.indexOf(Math.min(...means));
          const used: number[] = [];
          nearest(i, Infinity, (j) => used.push(j));
          const ties = used.some((j) => means[j] <= means[least] * (1 + 1e-12));
          expect(ties, `row ${i}: ${used} of ${means}`).toBe(true);
          expect(used).not.toContain(labels[i]);
          left += clusters.k - 1 - used.length;
          // Knowing the least mean already leaves at most as many.
          const known: number[] = [];
          nearest(i, means[least] * 2 ** -clusters.exponent, (j) => known.push(j));
          expect(used).toEqual(expect.arrayContaining(known));
        }
      }),
      { numRuns: 50 },
    );
    expect(left).toBeGreaterThan(300);
  });

  test("a few, even where there are no clusters", () => {
    const rows = rowsOf("uniform", 4000, 16, 3);
    const clusters = clustersOf(rows, labelsOf(rows, 16, false, 0));
    const nearest = atOnce(nearestOf(clusters, rows.length));
    let left = 0;
    for (let i = 0; i < rows.length; i += 10) nearest(i, Infinity, () => (left += 1));
    expect(left / 400).toBeGreaterThan(1);
    expect(left / 400).toBeLessThan(4);
  });
});

test("whoever holds the rows, and whether a pair is looked at once or from both sides: the same bits", () => {
  // Clusters of several stripes, cut anywhere.
  const cases = fc.record({ some: anyCase({ n: 1800, d: 4, k: 5 }), random: fc.boolean(), cuts: fc.array(fc.nat(1799), { maxLength: 4 }) });
  fc.assert(
    fc.property(cases, ({ some: { kind, n, d, k, seed }, random, cuts }) => {
      const rows = rowsOf(kind, n, d, seed);
      const labels = labelsOf(rows, Math.min(n, Math.max(2, k)), random, seed);
      const clusters = clustersOf(rows, labels);
      fc.pre(clusters.k >= 2 && clusters.k < n);
      const all = labels.map((_, i) => i);
      const ask = (wanted: Int32Array, cuts: number[]) => {
        const inline = new Inline(clusters.rows, { cuts });
        const values = pumpSync(silhouettes(clusters, wanted), inline);
        inline.dispose();
        return values;
      };
      const values = ask(all, []);
      expect(ask(all, cuts.filter((cut) => cut < n).sort((a, b) => a - b))).toEqual(values);
      // A row less, and every row asks for itself.
      expect(ask(all.subarray(1), [])).toEqual(values.subarray(1));
    }),
    { numRuns: 25 },
  );
});
