import { solve, type Solution } from "./driver/solve.js";
import type { Driver, Progress } from "./driver/driver.js";
import { Inline } from "./executor/inline.js";
import { modelOf, type KMeansModel, type Step } from "./model.js";
import { parse, type KMeansOptions, type Parsed } from "./options.js";
import { columnNames, type Points } from "./points.js";
import { pump, pumpSync } from "./pump.js";

/**
 * Clusters points by k-means: k centroids that minimise Σ w‖x - c‖², a local minimum of it.
 *
 * Runs in slices of a few milliseconds, so that timers, input and rendering go on. Gives the same
 * bits as {@link kmeansSync}: the same points, options and seed give the same model, anywhere.
 *
 * @param points n rows of d coordinates, in any form of {@link Points}
 * @throws LloydError (as a rejection) naming the option or row, with a stable `code`;
 *   `signal.reason` after an abort
 */
export async function kmeans(points: Points, options: KMeansOptions): Promise<KMeansModel> {
  const run = kmeansRun(points, options);
  try {
    for (;;) {
      const turn = await run.next();
      if (turn.done) return turn.value;
      options.onStep?.(turn.value.step());
    }
  } finally {
    await run.return(undefined as never);
  }
}

/**
 * {@link kmeans} at once, on the caller's thread.
 *
 * @throws LloydError naming the option or row, with a stable `code`; `signal.reason` where the
 *   signal is aborted (by `onStep`, as nothing else runs meanwhile)
 */
export function kmeansSync(points: Points, options: KMeansOptions): KMeansModel {
  const parsed = parse(points, options);
  const { signal, onStep } = parsed;
  signal?.throwIfAborted();
  const executor = new Inline(parsed.rows, parsed);
  try {
    const watch = onStep && ((progress: Progress) => onStep(progress.step()));
    return finished(parsed, pumpSync(begin(parsed, executor), executor, watch, signal));
  } finally {
    executor.dispose();
  }
}

/**
 * {@link kmeans} one iteration at a time: yields a {@link Step} after each, returns the model.
 * Leaving the loop early frees everything.
 *
 * @example
 * for await (const step of kmeansSteps(points, { k: 8 })) draw(step.centroids);
 */
export async function* kmeansSteps(points: Points, options: KMeansOptions): AsyncGenerator<Step, KMeansModel, void> {
  const run = kmeansRun(points, options);
  const { onStep } = options;
  try {
    for (;;) {
      const turn = await run.next();
      if (turn.done) return turn.value;
      const step = turn.value.step();
      onStep?.(step);
      yield step;
    }
  } finally {
    await run.return(undefined as never);
  }
}

async function* kmeansRun(points: Points, options: KMeansOptions): AsyncGenerator<Progress, KMeansModel, void> {
  const parsed = parse(points, options);
  const { signal } = parsed;
  signal?.throwIfAborted();
  const executor = new Inline(parsed.rows, parsed);
  try {
    return finished(parsed, yield* pump(begin(parsed, executor), executor, signal));
  } finally {
    executor.dispose();
  }
}

function begin({ rows, weights, timeLimit, ...rest }: Parsed, executor: Inline): Driver<Solution> {
  const clock = () => performance.now();
  return solve({ ...rest, count: rows.count, columns: rows.columns, weighted: weights !== null, name: columnNames(rows), clock, deadline: clock() + timeLimit, computed: () => executor.computed });
}

function finished({ weights, weightExponent, rows }: Parsed, solution: Solution): KMeansModel {
  const sum = weights ? weights.reduce((a, b) => a + b, 0) * 2 ** weightExponent : rows.count;
  return modelOf(solution, weightExponent, sum);
}
