export { createLloydWorker, type LloydWorker, type LloydWorkerOptions, type RemoteDataset } from "./client.js";
export type { AnyWorker } from "../executor/spawn.js";
