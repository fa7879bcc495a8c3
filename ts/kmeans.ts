import type { Dataset } from "./dataset.js";
import { solve, type Solution } from "./driver/solve.js";
import { Late, type Driver } from "./driver/driver.js";
import { LloydError } from "./errors.js";
import { Arriving } from "./executor/arriving.js";
import type { Executor, ExecutorReport } from "./executor/executor.js";
import { Inline } from "./executor/inline.js";
import { modelOf, type KMeansModel, type Step } from "./model.js";
import { parse, type KMeansOptions, type Parsed } from "./options.js";
import { placeFor, put, taken } from "./placement.js";
import { columnNames, type Points, type Rows } from "./points.js";
import { pump, pumpSync, type Watch } from "./pump.js";
import { handover } from "./handover.js";
import { watcher } from "./watcher.js";

/**
 * Clusters points by k-means: k centroids that minimise Σ w‖x - c‖², a local minimum of it.
 *
 * Large work is shared by workers; what the calling thread does itself it does in slices of a few
 * milliseconds. So timers, input and rendering go on. Gives the same bits as {@link kmeansSync}:
 * the same points, options and seed give the same model, anywhere.
 *
 * @param points n rows of d coordinates, in any form of {@link Points}, or loaded already; they must
 *   not be written to until the promise has settled
 * @throws LloydError (as a rejection) naming the option or row, with a stable `code`;
 *   `signal.reason` after an abort
 */
export async function kmeans(points: Points | Dataset, options: KMeansOptions): Promise<KMeansModel> {
  const parsed = parse(points, options);
  const watch = watcher(parsed);
  const model = await fit(parsed, watch.see, parsed.signal);
  watch.end();
  return model;
}

/**
 * {@link kmeans} at once, on the caller's thread.
 *
 * @throws LloydError naming the option or row, with a stable `code`; `signal.reason` where the
 *   signal is aborted (by `onStep`, as nothing else runs meanwhile)
 */
export function kmeansSync(points: Points, options: KMeansOptions): KMeansModel {
  const parsed = parse(points, options);
  const { signal, onStep, onPhase, rows } = parsed;
  if (!rows.data) throw new LloydError("bad-points", "points are a loaded data set, which kmeans and kmeansSteps can fit; kmeansSync needs the points themselves");
  signal?.throwIfAborted();
  const executor = new Inline(rows as Rows, parsed);
  try {
    const watch: Watch = (event) => {
      if (event.ask === "progress") onStep?.(event.step());
      else onPhase?.({ phase: event.phase, restart: event.restart, done: event.done });
    };
    return finished(parsed, pumpSync(begin(parsed), executor, watch, signal), { workers: 0, started: "this-thread" });
  } catch (error) {
    throw inTime(error, parsed);
  } finally {
    executor.dispose();
  }
}

/**
 * {@link kmeans} one iteration at a time: yields a {@link Step} after each, returns the model. The
 * fit goes on when the next step is asked for; leaving the loop early stops it and frees everything.
 *
 * @example
 * for await (const step of kmeansSteps(points, { k: 8 })) draw(step.centroids);
 */
export async function* kmeansSteps(points: Points | Dataset, options: KMeansOptions): AsyncGenerator<Step, KMeansModel, void> {
  const parsed = parse(points, options);
  const watch = watcher(parsed);
  const left = new AbortController();
  const leave = () => left.abort(parsed.signal?.reason);
  if (parsed.signal?.aborted) leave();
  parsed.signal?.addEventListener("abort", leave);
  const steps = handover<Step>();
  const model = fit(
    parsed,
    (event) => {
      watch.see(event);
      if (event.ask === "progress") return steps.give(event.step());
    },
    left.signal,
  ).finally(steps.end);
  try {
    yield* steps.taken();
    const found = await model;
    watch.end();
    return found;
  } finally {
    parsed.signal?.removeEventListener("abort", leave);
    left.abort();
    steps.end();
    await model.catch(() => {});
  }
}

async function fit(parsed: Parsed, watch: Watch, signal: AbortSignal | undefined): Promise<KMeansModel> {
  signal?.throwIfAborted();
  const driver = begin(parsed);
  const left = new AbortController();
  let leave: (() => void) | undefined;
  const coming = at(parsed, left.signal, (turn) => (leave = turn));
  const executor = new Arriving(coming);
  try {
    return finished(parsed, await pump(driver, executor, watch, signal), executor.report);
  } catch (error) {
    throw inTime(error, parsed);
  } finally {
    left.abort();
    if (!parsed.dataset) executor.dispose();
    void coming.catch(() => {}).finally(() => leave?.());
  }
}

/** The rows at their place, when it is the fit's turn there. */
async function at(parsed: Parsed, signal: AbortSignal, entered: (leave: () => void) => void): Promise<Executor> {
  const { dataset, weights } = parsed;
  if (dataset) {
    await dataset.enter(signal)?.then(entered);
    return dataset.executor;
  }
  const rows = taken(parsed.rows as Rows, parsed);
  const place = await placeFor(rows, parsed, parsed);
  await place.home?.enter(signal).then(entered);
  return put(rows, place, parsed, weights);
}

function begin({ rows, weights, timeLimit, ...rest }: Parsed): Driver<Solution> {
  const clock = () => performance.now();
  const { count, columns } = rows;
  return solve({ ...rest, count, columns, weighted: weights !== null, name: columnNames(rows), clock, deadline: clock() + timeLimit });
}

function finished({ weights, weightExponent, rows }: Parsed, solution: Solution, executor: ExecutorReport): KMeansModel {
  const sum = weights ? weights.reduce((a, b) => a + b, 0) * 2 ** weightExponent : rows.count;
  return modelOf(solution, weightExponent, sum, executor);
}

/** What a caller is told where time was up too early. */
function inTime(error: unknown, { timeLimit }: Parsed): unknown {
  if (!(error instanceof Late)) return error;
  return new LloydError("time-limit", `timeLimit is ${timeLimit} ms, which ended while rows were loaded or initial centroids sought; there is no fit yet that could be returned`);
}
