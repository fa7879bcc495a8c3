import { merge, sameFrame, type Finished, type Frame, type Loaded, type Measured, type Pairs, type Question, type Replies } from "../questions.js";
import type { Rows } from "../points.js";
import type { Algorithm } from "../algorithm.js";
import { Crowd } from "../crowd.js";
import { search, Shard } from "../wasm.js";

/** Multiply-adds between two yields: two or three milliseconds of work. */
const PIECE = 2 ** 25;
/** What a row's part in a race costs, in multiply-adds: its key takes a logarithm. */
const RACE = 256;
/** Values between two yields while loading. */
const LOAD = 2 ** 19;

interface Part {
  readonly shard: Shard;
  /** The caller's numbers of these rows; none once they were given up. */
  data: Rows["data"] | null;
  readonly first: number;
  readonly count: number;
  /** The rows sorted by the labels of the last `pairs`. */
  crowd?: { readonly of: Pairs; readonly crowd: Crowd };
  /** The last whole answers: rows that are fitted again are neither measured nor loaded again. */
  measured?: { readonly stride: number; readonly reply: Measured };
  loaded?: { readonly frame: Frame; readonly reply: Loaded };
}

interface Held {
  readonly weights?: Float64Array | null;
  readonly algorithm?: Algorithm;
  /** Where the rows are cut into shards, ascending; cuts never change an answer. Default: none. */
  readonly cuts?: readonly number[];
  /** Global number of the first row, and rows of all holders together. Default: these are all. */
  readonly first?: number;
  readonly total?: number;
  /**
   * Whether 32-bit rows are given up once they are loaded, as nothing else asks for them. They
   * cannot be loaded into another frame then.
   */
  readonly giveUp?: boolean;
}

/** Answers on this thread, in pieces of a few milliseconds. */
export class Inline {
  readonly #parts: readonly Part[];
  readonly #columns: number;
  readonly #giveUp: boolean;

  constructor({ data, count, columns }: Pick<Rows, "data" | "count" | "columns">, { weights, algorithm = "auto", cuts = [], first = 0, total = count, giveUp = false }: Held = {}) {
    this.#columns = columns;
    this.#giveUp = giveUp;
    const edges = [0, ...cuts, count];
    const parts: Part[] = [];
    this.#parts = parts;
    try {
      edges.slice(1).forEach((to, i) => {
        const from = edges[i];
        if (to === from) return;
        const shard = new Shard(to - from, columns, first + from, total);
        parts.push({ shard, data: data.subarray(from * columns, to * columns), first: first + from, count: to - from });
        shard.setAlgorithm(algorithm);
        if (weights) shard.setWeights(weights.subarray(from, to));
      });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#parts.forEach(({ shard, crowd }) => {
      shard.dispose();
      crowd?.crowd.dispose();
    });
  }

  /** Squared distances of all rows, already loaded, to every centroid, in pieces, row-major. */
  distances(centroids: Float64Array, use: (squared: Float64Array) => void): void {
    this.#parts.forEach((part) => part.shard.distances(numbersOf(part), 0, part.count, centroids, use));
  }

  /** Row × centroid distances that all assignments so far took: a cost, no part of any reply. */
  get computed(): number {
    return this.#parts.reduce((sum, { shard }) => sum + shard.computed(), 0);
  }

  /** The shards, for tests that disturb them. */
  get shards(): readonly Shard[] {
    return this.#parts.map(({ shard }) => shard);
  }

  /** Yields between pieces; returns the reply of all rows. */
  *answer<Q extends Question>(question: Q): Generator<void, Replies[Q["ask"]]> {
    if (question.ask === "search") return (yield* search(question)) as Replies[Q["ask"]];
    const replies: Replies[Q["ask"]][] = [];
    for (const part of this.#parts) replies.push((yield* this.#ask(part, question)) as Replies[Q["ask"]]);
    return merge(question, replies);
  }

  *#ask(part: Part, question: Exclude<Question, { ask: "search" }>): Generator<void, Replies[keyof Replies]> {
    const { shard, first, count } = part;
    const columns = this.#columns;
    /** Numbers that a row holds as they are, but for centring. */
    const short = part.data === null || part.data instanceof Float32Array;
    switch (question.ask) {
      case "measure": {
        const { stride } = question;
        if (part.measured?.stride === stride) return part.measured.reply;
        const data = numbersOf(part);
        yield* inRuns(count, columns, (from, to) => shard.measure(data, from, to, stride));
        const measured = shard.measured();
        const start = Math.ceil(first / stride) * stride;
        const reply = { ...measured, sampled: measured.sampled.map((_, i) => start + i * stride) };
        part.measured = { stride, reply };
        return reply;
      }
      case "load": {
        const { frame } = question;
        if (part.loaded && sameFrame(part.loaded.frame, frame)) return part.loaded.reply;
        const data = numbersOf(part);
        part.loaded = undefined;
        shard.setFrame(frame);
        yield* inRuns(count, columns, (from, to) => shard.load(data, from, to));
        const reply = shard.loaded();
        part.loaded = { frame, reply };
        if (this.#giveUp && short) part.data = null;
        return reply;
      }
      case "draw":
        shard.draw(question);
        yield* work(shard, question.seeds.length + question.candidates.length + columns + RACE);
        return shard.drawn();
      case "assign":
        if (question.algorithm) shard.setAlgorithm(question.algorithm);
        shard.assign(question.k, question.centroids, question.previous);
        yield* work(shard, question.centroids.length);
        return shard.assigned(question.k);
      case "partition":
        shard.partition(question.k, question.seed, question.stage);
        yield* work(shard, columns);
        return shard.assigned(question.k);
      case "farthest":
        shard.farthest(question.places, question.k, question.centroids);
        yield* work(shard, question.centroids.length);
        return shard.farthestRows();
      case "refine": {
        if (short) return null;
        const data = numbersOf(part);
        shard.refine(question.k, question.centroids);
        yield* work(shard, question.centroids.length);
        yield* inRuns(count, columns, (from, to) => shard.refineRows(data, from, to));
        return shard.refined();
      }
      case "finish": {
        const { about } = question;
        shard.finish(question.k, question.centroids, short ? about : undefined);
        yield* work(shard, question.centroids.length);
        if (!short) yield* inRuns(count, columns, (from, to) => shard.finishRows(numbersOf(part), from, to, about));
        return shard.finished(question.k, question.labels) satisfies Finished;
      }
      case "pairs":
        return yield* crowdOf(part, columns, question).answer(question, Math.ceil(PIECE / 4 / columns));
    }
  }
}

/** The part's rows as `pairs` wants them; kept for the next question about the same clusters. */
function crowdOf(part: Part, columns: number, question: Pairs): Crowd {
  const known = part.crowd;
  if (known && sameClusters(known.of, question)) return known.crowd;
  known?.crowd.dispose();
  part.crowd = undefined;
  const crowd = new Crowd(numbersOf(part), columns, part.first, question);
  part.crowd = { of: question, crowd };
  return crowd;
}

function sameClusters(a: Pairs, b: Pairs): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>) => x === y || (x.length === y.length && Array.prototype.every.call(x, (v, i) => v === y[i]));
  return a.k === b.k && a.exponent === b.exponent && same(a.labels, b.labels);
}

function numbersOf({ data }: Part): Rows["data"] {
  if (!data) throw new Error("these rows were given up when they had been loaded");
  return data;
}

/** `cost`: multiply-adds a row. */
function* work(shard: Shard, cost: number): Generator<void, void> {
  const budget = Math.max(1, Math.floor(PIECE / cost));
  while (shard.work(budget)) yield;
}

function* inRuns(count: number, columns: number, run: (from: number, to: number) => void): Generator<void, void> {
  const step = Math.max(1, Math.floor(LOAD / columns));
  for (let from = 0; from < count; from += step) {
    run(from, Math.min(count, from + step));
    yield;
  }
}
