// The rows of a set, shared out among threads that answer questions about them.

import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

export class Threads {
  #workers = Array.from({ length: availableParallelism() }, () => new Worker(new URL("rows.mjs", import.meta.url)));

  async load(data, columns) {
    const count = data.length / columns;
    const edge = (part) => Math.floor((count * part) / this.#workers.length);
    await this.#each((_, part) => {
      const [first, end] = [edge(part), edge(part + 1)];
      return { do: "load", data: data.slice(first * columns, end * columns), columns, first };
    });
  }

  /** The same question to all; answers in the order of the rows. */
  ask(task) {
    return this.#each(() => task);
  }

  async #each(taskOf) {
    return Promise.all(
      this.#workers.map(async (worker, part) => {
        const answer = once(worker, "message");
        worker.postMessage(taskOf(worker, part));
        return (await answer)[0];
      }),
    );
  }

  async stop() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
