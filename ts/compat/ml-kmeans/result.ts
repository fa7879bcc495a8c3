import { Direct } from "../../executor/finders.js";
import { tableOf } from "../rows.js";

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
    const columns = this.centroids[0].length;
    const table = this.distance === squaredEuclidean && data.length > 0 ? tableOf(data, columns) : null;
    if (!table) return Array.from(data, (point) => this.#nearest(point as number[]));
    const labels = new Int32Array(table.count);
    new Direct(table.data, columns, { by: "squares", ties: "first" }).find(Float64Array.from(this.centroids.flat()), this.centroids.length, labels);
    return Array.from(labels);
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

  #nearest(point: number[]): number {
    let best = Number.MAX_VALUE;
    let index = -1;
    this.centroids.forEach((centroid, j) => {
      const far = this.distance(point, centroid);
      if (far < best) {
        best = far;
        index = j;
      }
    });
    return index;
  }
}
