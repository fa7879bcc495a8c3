import type { Finished, Frame } from "../questions.js";
import type { InitReport, Iteration, RestartReport, Stopped } from "../model.js";
import { derivedSeed } from "../random.js";
import { ask, type Driver } from "./driver.js";
import type { ColumnName } from "./frame.js";
import { fit, type Budget, type Fit } from "./fit.js";
import { seeds, type Init } from "./seed.js";
import { load, type Space } from "./space.js";

export interface Problem extends Budget {
  readonly count: number;
  readonly columns: number;
  readonly weighted: boolean;
  readonly name: ColumnName;
  readonly k: number;
  readonly init: Init;
  readonly restarts: number;
  readonly seed: number;
}

/** All that a model is made of, in the frame's units where they apply. */
export interface Solution {
  readonly frame: Frame;
  readonly centroids: Float64Array;
  readonly refined: Float64Array;
  readonly labels: Int32Array<ArrayBuffer>;
  readonly counts: Float64Array;
  /** Σ w‖y - c‖² per cluster and in all. */
  readonly inertias: readonly number[];
  readonly inertia: number;
  readonly iterations: number;
  readonly stopped: Stopped;
  readonly history: readonly Iteration[];
  readonly restarts: readonly RestartReport[];
  readonly seed: number;
  readonly init: InitReport;
}

/** Loads the rows, fits them as often as asked, keeps the fit with the least inertia. */
export function* solve(problem: Problem): Driver<Solution> {
  return yield* solveIn(yield* load(problem.count, problem.columns, problem.weighted, problem.name), problem);
}

/** The same for rows that are loaded. */
export function* solveIn(space: Space, problem: Omit<Problem, "columns" | "name">): Driver<Solution> {
  const { k, init, restarts, seed, weighted, clock, deadline } = problem;
  const reports: RestartReport[] = [];
  let best: { fit: Fit; report: InitReport; inertia: number } | undefined;
  let last: Finished | undefined;
  for (let restart = 0; restart < restarts && (restart === 0 || clock() < deadline); restart++) {
    const own = derivedSeed(seed, restart);
    const { centroids, report } = yield* seeds(space, k, init, own, restart, weighted);
    const found = yield* fit(space, k, centroids, problem, restart);
    last = yield* ask({ ask: "finish", k, centroids: found.centroids, about: found.refined, labels: restarts === 1 });
    const inertia = inertiasOf(last, k, space).inertia;
    reports.push({ seed: own, inertia, iterations: found.iterations, stopped: found.stopped });
    if (!best || inertia < best.inertia) best = { fit: found, report, inertia };
  }
  const { fit: found, report } = best!;
  const finished = restarts === 1 ? last! : yield* ask({ ask: "finish", k, centroids: found.centroids, about: found.refined, labels: true });
  return {
    frame: space.frame,
    ...found,
    labels: joined(finished, problem.count),
    counts: finished.counts,
    ...inertiasOf(finished, k, space),
    restarts: reports,
    seed,
    init: report,
  };
}

/** Runs of labels as one array. */
export function joined({ labels }: Finished, count: number): Int32Array<ArrayBuffer> {
  if (labels.length === 1) return labels[0].values;
  const all = new Int32Array(count);
  labels.forEach(({ first, values }) => all.set(values, first));
  return all;
}

/** In the caller's units. */
export function inertiasOf({ inertias }: Finished, k: number, { frame }: Pick<Space, "frame">): { inertias: number[]; inertia: number } {
  const scale = 2 ** (2 * frame.exponent);
  const planes = [0, 1, 2].map((plane) => inertias.subarray(plane * k, (plane + 1) * k));
  // Exact down to the last addition: all of a plane's sums are multiples of one unit.
  const totals = planes.map((plane) => plane.reduce((a, b) => a + b, 0));
  return {
    inertias: Array.from({ length: k }, (_, j) => (planes[2][j] + planes[1][j] + planes[0][j]) * scale),
    inertia: (totals[2] + totals[1] + totals[0]) * scale,
  };
}
