/**
 * k-means clustering at native speed.
 *
 * @module lloyd
 */
export { kmeans, kmeansSteps, kmeansSync } from "./kmeans.js";
export { KMeansModel } from "./model.js";
export type { InitReport, Iteration, Phase, RestartReport, Step, Stopped, Warning } from "./model.js";
export { createPool, type Pool, type PoolOptions } from "./pool.js";
export { loadDataset, type Dataset, type DatasetOptions } from "./dataset.js";
export type { PlacementOptions } from "./placement.js";
export type { ExecutorReport } from "./executor/executor.js";
export type { AnyWorker } from "./executor/spawn.js";
export type { Algorithm } from "./algorithm.js";
export type { InitFunction, InitMethod, KMeansOptions } from "./options.js";
export type { ArqueroTable, ArrowTable, ArrowVector, Container, DuckDBReader, ImageLike, Tensor } from "./containers.js";
export type { NumberArray, Numbers, Points } from "./points.js";
export { backend, init } from "./backend.js";
export type { Backend, InitOptions } from "./backend.js";
export { LloydError } from "./errors.js";
export type { LloydErrorCode } from "./errors.js";
