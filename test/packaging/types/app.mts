import { KMeansModel, LloydError, backend, init, kmeans, kmeansSync, type Points } from "lloyd";
import * as slim from "lloyd/slim";
import * as js from "lloyd/js";
import { kmeans as compat, kmeansGenerator, type Options } from "lloyd/ml-kmeans";
import skmeans, { type Result } from "lloyd/skmeans";

const points: Points = [[1, 2], [3, 4]];
const model: KMeansModel = kmeansSync(points, { k: 2, init: "k-means++" });
const labels: Int32Array<ArrayBuffer> = model.labels;
export const blob = new Blob([labels]);
export const first: number = model.centroids[0]![labels[0]!]!;
export const later: Promise<KMeansModel> = kmeans({ data: new Float32Array(8), columns: 2 }, { k: 2 });
export const runs: "wasm-simd" | "js" = backend();
export const ready: Promise<void>[] = [init(), slim.init(), slim.init(new URL("https://example.org/lloyd.wasm")), slim.init(fetch("/lloyd.wasm"))];
export const others: (typeof kmeans)[] = [slim.kmeans, js.kmeans];
export const code: string = new LloydError("bad-k", "k").code;

const options: Options = { seed: 1, initialization: "mostDistant", distanceFunction: (p, q) => p[0]! - q[0]! };
export const clusters: number[] = compat([[1]], 1, options).clusters;
for (const step of kmeansGenerator([[1]], 1)) step.centroids.push([1]);

const one: Result<number> = skmeans([1, 2, 3], 2, null, 10);
export const centroid: number = one.test(2).centroid;
export const row: number[] = skmeans([[1], [2]], 2, "kmpp").centroids[0]!;

// @ts-expect-error: k is required
kmeansSync([[1]], {});
// @ts-expect-error: no such method
kmeansSync([[1]], { k: 1, init: "kmeans" });
// @ts-expect-error: no such initialization
compat([[1]], 1, { initialization: "nearest" });
