import script from "../build/worker/pool-worker.js";
import type { Order, Report } from "../ts/executor/protocol.js";
import type { AnyWorker } from "../ts/executor/spawn.js";

type Message = { data: Report };
type Listener = (event: never) => void;

/** What a worker of a test may do wrong. */
export interface Mischief {
  /** Called before an order goes to the worker; true: it is ended right after. */
  readonly endsAfter?: (order: Order) => boolean;
  /** What is heard of a report: nothing, the same, or it several times; each after some milliseconds. */
  readonly hears?: (report: Report) => readonly { readonly report: Report; readonly after: number }[];
  /** Another script than a pool's. */
  readonly script?: string;
}

/** A pool's worker, in Node or a browser, that may be tampered with; looks like a web worker. */
export class TestWorker implements AnyWorker {
  static readonly alive = new Set<TestWorker>();
  static started = 0;
  readonly sent: Order[] = [];
  /** Reports so far. */
  heard = 0;
  readonly #listeners: Record<string, Listener[]> = { message: [], error: [], messageerror: [] };
  readonly #mischief: Mischief;
  readonly #post: (order: Order, transfer: Transferable[]) => void;
  readonly #end: () => void;

  constructor(mischief: Mischief = {}) {
    this.#mischief = mischief;
    TestWorker.alive.add(this);
    TestWorker.started += 1;
    const source = mischief.script ?? script;
    const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
    if (threads) {
      const worker = new threads.Worker(source, { eval: true, execArgv: [] });
      worker.on("message", (report: Report) => this.#hear(report));
      worker.on("error", (error) => this.#say("error", { error, message: String(error) }));
      worker.on("exit", () => this.#say("error", { message: "exited" }));
      this.#post = (order, transfer) => worker.postMessage(order, transfer as never);
      this.#end = () => void worker.terminate();
    } else {
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
      worker.onmessage = ({ data }: Message) => this.#hear(data);
      worker.onerror = ({ error, message }) => this.#say("error", { error, message });
      this.#post = (order, transfer) => worker.postMessage(order, transfer);
      this.#end = () => worker.terminate();
    }
  }

  postMessage(order: never, transfer: never): void {
    this.sent.push(order);
    this.#post(order, transfer);
    if (this.#mischief.endsAfter?.(order)) this.kill();
  }

  terminate(): void {
    TestWorker.alive.delete(this);
    this.#end();
  }

  /** Ends it as if something had gone wrong in it. A web worker cannot be seen to end: an error is. */
  kill(): void {
    this.terminate();
    this.#say("error", { message: "killed" });
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners[type].push(listener);
  }

  #hear(report: Report): void {
    this.heard += 1;
    const heard = this.#mischief.hears?.(report) ?? [{ report, after: 0 }];
    for (const { report, after } of heard) {
      if (after === 0) this.#say("message", { data: report });
      else setTimeout(() => this.#say("message", { data: report }), after);
    }
  }

  #say(type: string, event: object): void {
    this.#listeners[type].forEach((listener) => listener(event as never));
  }
}
