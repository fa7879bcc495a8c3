import type { Finished, Frame } from "../questions.js";
import type { InitReport, Iteration, RestartReport, Stopped } from "../model.js";
import { derivedSeed } from "../random.js";
import { ask, Late, phase, together, within, type Driver } from "./driver.js";
import type { ColumnName } from "./frame.js";
import { fit, type Budget, type Fit } from "./fit.js";
import { seeds, type Init, type Seeds } from "./seed.js";
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

interface Attempt {
  readonly fit: Fit;
  readonly init: InitReport;
  readonly inertia: number;
  readonly restart: number;
  /** With labels, where there are no other attempts. */
  readonly finished: Finished;
}

/**
 * Loads the rows, fits them as often as asked, side by side where that is possible, and keeps the
 * fit with the least inertia, the first of such.
 *
 * @throws LloydError `time-limit` where no fit was begun in time
 */
export function* solve(problem: Problem): Driver<Solution> {
  yield* phase("loading");
  const space = yield* within(problem.deadline, load(problem.count, problem.columns, problem.weighted, problem.name));
  return yield* solveIn(space, problem);
}

/** The same for rows that are loaded. */
export function* solveIn(space: Space, problem: Problem): Driver<Solution> {
  const { k, restarts, seed, clock, deadline } = problem;
  const reports: RestartReport[] = [];
  let best: Attempt | undefined;
  function* each(): Generator<Driver<void>, void> {
    for (let restart = 0; restart < restarts && (restart === 0 || clock() < deadline); restart++) {
      yield attempt(problem, space, restart, function take(found) {
        const { fit, inertia } = found;
        reports[restart] = { seed: derivedSeed(seed, restart), inertia, iterations: fit.iterations, stopped: fit.stopped };
        if (!best || inertia < best.inertia || (inertia === best.inertia && restart < best.restart)) best = found;
      });
    }
  }
  yield* together(each());
  if (!best) throw new Late();
  const { fit: found, init } = best as Attempt;
  yield* phase("finishing", 0, 0.5);
  const finished = restarts === 1 ? best.finished : yield* ask({ ask: "finish", k, centroids: found.centroids, about: found.refined, labels: true });
  return {
    frame: space.frame,
    ...found,
    labels: joined(finished, problem.count),
    counts: finished.counts,
    ...inertiasOf(finished, k, space),
    restarts: reports.filter(() => true),
    seed,
    init,
  };
}

/** One fit from a seed of its own; none where time is up before it begins. */
function* attempt(problem: Problem, space: Space, restart: number, take: (found: Attempt) => void): Driver<void> {
  const { k, init, restarts, seed, weighted, deadline } = problem;
  yield* phase("seeding", restart);
  let start: Seeds;
  try {
    start = yield* within(deadline, seeds(space, k, init, derivedSeed(seed, restart), restart, weighted));
  } catch (error) {
    if (error instanceof Late) return;
    throw error;
  }
  yield* phase("iterating", restart);
  const found = yield* fit(space, k, start.centroids, problem, restart);
  yield* phase("finishing", restart);
  const finished = yield* ask({ ask: "finish", k, centroids: found.centroids, about: found.refined, labels: restarts === 1 });
  take({ fit: found, init: start.report, inertia: inertiasOf(finished, k, space).inertia, restart, finished });
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
