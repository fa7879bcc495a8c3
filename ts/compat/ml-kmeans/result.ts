import { tableOf } from "../rows.js";
import { finderFor, listed } from "../trajectory.js";

/** How far two points lie apart: any function of two arrays of equal length. */
export type DistanceFunction = (p: number[], q: number[]) => number;

/** A cluster as `computeInformation` tells it. */
export interface CentroidWithInformation {
  /** d numbers. */
  centroid: number[];
  /** Mean distance of its points to it; -1 without points. */
  error: number;
  /** Points in the cluster. */
  size: number;
}

/** Σ (p - q)², the distance where none is given. */
export const squaredEuclidean: DistanceFunction = (p, q) => {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += (p[i] - q[i]) * (p[i] - q[i]);
  return sum;
};

/** The state after an iteration: the same fields and methods as ml-kmeans 7's. */
export class KMeansResult {
  /** Index of the centroid of each point, before the centroids' last move. */
  clusters: number[];
  /** K rows of d. */
  centroids: number[][];
  /** Whether no centroid moved farther than the tolerance. */
  converged: boolean;
  /** Iterations made. */
  iterations: number;
  distance: DistanceFunction;

  constructor(clusters: number[], centroids: number[][], converged: boolean, iterations: number, distance: DistanceFunction) {
    this.clusters = clusters;
    this.centroids = centroids;
    this.converged = converged;
    this.iterations = iterations;
    this.distance = distance;
  }

  /** Index of the nearest centroid of each point, the lowest on ties; -1 where none is nearest. */
  nearest(data: readonly (readonly number[])[]): number[] {
    const K = this.centroids.length;
    const columns = this.centroids[0].length;
    const table = this.distance === squaredEuclidean && K >= SOME && data.length * columns * K >= MANY ? tableOf(data, columns) : null;
    if (!table) {
      const found: number[] = [];
      for (let i = 0; i < data.length; i++) found.push(nearestOf(this.centroids, data[i] as number[], this.distance));
      return found;
    }
    const labels = new Int32Array(table.count);
    const finder = finderFor(table, K, { by: "squares", ties: "first" });
    finder.find(Float64Array.from(this.centroids.flat()), K, labels);
    finder.dispose?.();
    return listed(labels);
  }

  /**
   * Centroid, mean distance and size of each cluster.
   *
   * @param data the points of the fit, in their order, or the first of them
   */
  computeInformation(data: readonly (readonly number[])[]): CentroidWithInformation[] {
    const all = this.centroids.map((centroid) => ({ centroid, sum: 0, size: 0 }));
    data.forEach((point, i) => {
      const cluster = all[this.clusters[i]];
      if (!cluster) throw new RangeError(`computeInformation was given ${data.length} points; expected at most the ${this.clusters.length} that were clustered`);
      cluster.sum += this.distance(point as number[], cluster.centroid);
      cluster.size += 1;
    });
    return all.map(({ centroid, sum, size }) => ({ centroid, error: size > 0 ? sum / size : -1, size }));
  }
}

/** Centroids and multiply-adds from which points are worth their way into WebAssembly for one look at them. */
const SOME = 12;
const MANY = 2 ** 18;

function nearestOf(centroids: readonly number[][], point: number[], distance: DistanceFunction): number {
  let best = Number.MAX_VALUE;
  let index = -1;
  for (let j = 0; j < centroids.length; j++) {
    const far = distance(point, centroids[j]);
    if (far < best) {
      best = far;
      index = j;
    }
  }
  return index;
}
