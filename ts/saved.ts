import { unframed } from "./driver/fit.js";
import { METHODS } from "./driver/seed.js";
import { LloydError, show } from "./errors.js";
import type { Fields, InitReport, Inner, Iteration, RestartReport } from "./model.js";
import type { Frame } from "./questions.js";

const FORMAT = "lloyd/kmeans";
const VERSION = 1;

/** A model as plain JSON, from which {@link restored} makes the same model bit for bit. */
export function saved(fields: Fields, { frame, centroids }: Inner): object {
  return {
    format: FORMAT,
    version: VERSION,
    centroids: fields.centroids,
    labels: Array.from(fields.labels),
    inertia: fields.inertia,
    distortion: fields.distortion,
    sizes: fields.sizes,
    inertias: fields.inertias,
    iterations: fields.iterations,
    stopped: fields.stopped,
    history: fields.history,
    restarts: fields.restarts,
    seed: fields.seed,
    init: fields.init,
    frame: { origin: Array.from(frame.origin), exponent: frame.exponent, grid: Array.from(frame.grid), centroids: Array.from(centroids) },
  };
}

/** The data of a saved model, or of its text. @throws LloydError `bad-model` */
export function restored(json: unknown): { fields: Fields; inner: Inner } {
  const model = object("the model", typeof json === "string" ? parseText(json) : json);
  if (model.format !== FORMAT) throw damaged("format", model.format, show(FORMAT));
  if (model.version !== VERSION) throw damaged("version", model.version, `${VERSION}; a newer lloyd may have written it`);
  const framed = object("frame", model.frame);
  const origin = Float64Array.from(numbers("frame.origin", framed.origin));
  const columns = origin.length;
  if (columns === 0) throw damaged("frame.origin", framed.origin, "at least one column");
  const grid = Int32Array.from(numbers("frame.grid", framed.grid, columns, Number.isInteger));
  const exponent = number("frame.exponent", framed.exponent, Number.isInteger);
  const inner = Float64Array.from(numbers("frame.centroids", framed.centroids));
  const k = inner.length / columns;
  if (!Number.isInteger(k) || k < 1) throw damaged("frame.centroids", framed.centroids, `a multiple of ${columns} numbers`);
  const frame: Frame = { origin, exponent, grid, span: 0 };
  const centroids = list("centroids", model.centroids, k).map((row, j) => numbers(`centroids[${j}]`, row, columns));
  const again = unframed({ frame, columns }, inner);
  centroids.forEach((row, j) =>
    row.forEach((value, c) => {
      const apart = Math.abs(value - again[j][c]);
      if (!(apart <= 2 ** (exponent - 20))) throw damaged(`centroids[${j}][${c}]`, value, `about ${again[j][c]}, as frame.centroids say`);
    }),
  );
  const isLabel = (v: unknown) => Number.isInteger(v) && (v as number) >= 0 && (v as number) < k;
  const isCount = (v: unknown) => Number.isInteger(v) && (v as number) >= 0;
  const labels = Int32Array.from(numbers("labels", model.labels, undefined, isLabel));
  const sizes = numbers("sizes", model.sizes, k, isCount);
  const counted = new Array<number>(k).fill(0);
  labels.forEach((label) => (counted[label] += 1));
  counted.forEach((count, j) => {
    if (sizes[j] !== count) throw damaged(`sizes[${j}]`, sizes[j], `${count}, as labels say`);
  });
  return {
    fields: {
      centroids,
      labels,
      sizes,
      inertia: number("inertia", model.inertia),
      distortion: number("distortion", model.distortion),
      inertias: numbers("inertias", model.inertias, k),
      iterations: number("iterations", model.iterations, isCount),
      stopped: oneOf("stopped", model.stopped, ["stable", "converged", "max-iterations", "time-limit"]),
      history: list("history", model.history).map((item, i) => iterationFrom(`history[${i}]`, item)),
      restarts: list("restarts", model.restarts).map((item, i) => restartFrom(`restarts[${i}]`, item)),
      seed: number("seed", model.seed, isCount),
      init: initFrom(model.init),
    },
    inner: { frame, centroids: inner },
  };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LloydError("bad-model", `not JSON: ${(cause as Error).message}`, { cause });
  }
}

function iterationFrom(name: string, item: unknown): Iteration {
  const { inertia, shift, changed, computed, saved, milliseconds } = object(name, item);
  return {
    inertia: number(`${name}.inertia`, inertia),
    shift: number(`${name}.shift`, shift),
    changed: number(`${name}.changed`, changed),
    computed: number(`${name}.computed`, computed),
    saved: number(`${name}.saved`, saved),
    milliseconds: number(`${name}.milliseconds`, milliseconds),
  };
}

function restartFrom(name: string, item: unknown): RestartReport {
  const { seed, inertia, iterations, stopped } = object(name, item);
  return {
    seed: number(`${name}.seed`, seed),
    inertia: number(`${name}.inertia`, inertia),
    iterations: number(`${name}.iterations`, iterations),
    stopped: oneOf(`${name}.stopped`, stopped, ["stable", "converged", "max-iterations", "time-limit"]),
  };
}

function initFrom(item: unknown): InitReport {
  const { method, description, rows, swaps } = object("init", item);
  if (typeof description !== "string") throw damaged("init.description", description, "a string");
  const methods = [...METHODS, "given", "function"] as const;
  return {
    method: oneOf("init.method", method, methods),
    description,
    ...(rows === undefined ? {} : { rows: number("init.rows", rows) }),
    ...(swaps === undefined ? {} : { swaps: number("init.swaps", swaps) }),
  };
}

function damaged(name: string, value: unknown, expected: string): LloydError {
  return new LloydError("bad-model", `not a saved model, or a damaged one: ${name} is ${show(value)}; expected ${expected}`);
}

function object(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged(name, value, "an object");
  return value as Record<string, unknown>;
}

function number(name: string, value: unknown, holds: (value: unknown) => boolean = Number.isFinite): number {
  if (!holds(value)) throw damaged(name, value, "a number that fits");
  return value as number;
}

function list(name: string, value: unknown, length?: number): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw damaged(name, value, length === undefined ? "an array" : `an array of ${length}`);
  }
  return value;
}

function numbers(name: string, value: unknown, length?: number, holds?: (value: unknown) => boolean): number[] {
  return list(name, value, length).map((item, i) => number(`${name}[${i}]`, item, holds));
}

function oneOf<T extends string>(name: string, value: unknown, options: readonly T[]): T {
  if (!options.includes(value as T)) throw damaged(name, value, `one of ${options.join(", ")}`);
  return value as T;
}
