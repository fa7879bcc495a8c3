// Ways to start a worker: what works depends on runtime, bundler and Content-Security-Policy.

/** A web worker, or a worker thread of Node, that an app starts itself. */
export interface AnyWorker {
  postMessage(message: never, transfer?: never): void;
  terminate(): unknown;
}

/** How a worker was started: by the app, from a file of the package, from source in the package. */
export type Way = "factory" | "module" | "inlined";

/** The two forms in which a worker's script comes with the package. */
export interface Script {
  /** Starts the file in the package; undefined where files are not reached by URL. */
  readonly module?: () => Worker;
  readonly source: string;
}

/** One end of a worker. */
export interface Link {
  post(message: unknown, transfer: readonly Transferable[]): void;
  close(): void;
  /** Whether a process waits for it. */
  keepAlive(yes: boolean): void;
}

export interface Listener {
  message(data: unknown): void;
  /** The worker is gone, or was never there. */
  gone(cause: Error): void;
}

/** The ways to try here, in this order: the app's own first. */
export function waysHere(script: Script, factory?: () => AnyWorker): Way[] {
  const ways: Way[] = factory ? ["factory"] : [];
  if (hasWebWorkers()) return script.module ? [...ways, "module", "inlined"] : [...ways, "inlined"];
  return threads() ? [...ways, "inlined"] : ways;
}

/** Starts a worker. Throws, or says `gone` later, where that fails. */
export function start(way: Way, script: Script, factory: (() => AnyWorker) | undefined, listener: Listener): Link {
  const worker = way === "factory" ? factory!() : way === "module" ? script.module!() : fromSource(script.source);
  return isThread(worker) ? linkThread(worker, listener) : linkWeb(worker as unknown as Worker, listener);
}

type Threads = typeof import("node:worker_threads");
type Thread = InstanceType<Threads["Worker"]>;

/** Reached without an import, which bundlers for browsers would follow. */
function threads(): Threads | undefined {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/** Bun has them too, Node has not. Those of Deno cannot be told not to keep its process alive; its threads can. */
function hasWebWorkers(): boolean {
  return typeof Worker === "function" && !("Deno" in globalThis);
}

function fromSource(source: string): AnyWorker {
  if (!hasWebWorkers()) {
    // Flags of the app, such as loaders, are none of the worker's business, and cost it time.
    return new (threads()!.Worker)(source, { eval: true, execArgv: [], name: "lloyd" }) as unknown as AnyWorker;
  }
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return new Worker(url, { name: "lloyd" }) as unknown as AnyWorker;
  } finally {
    // Not at once: some engines fetch the script only later.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

function isThread(worker: unknown): worker is Thread {
  return typeof (worker as Thread).on === "function" && typeof (worker as Thread).threadId === "number";
}

function linkThread(worker: Thread, { message, gone }: Listener): Link {
  worker.on("message", message);
  worker.on("messageerror", gone);
  worker.on("error", gone);
  worker.on("exit", (code) => gone(new Error(`the worker ended with exit code ${code}`)));
  worker.unref();
  return {
    post: (data, transfer) => worker.postMessage(data, transfer as never),
    close: () => void worker.terminate(),
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
  };
}

function linkWeb(worker: Worker, { message, gone }: Listener): Link {
  worker.addEventListener("message", ({ data }) => message(data));
  worker.addEventListener("messageerror", () => gone(new Error("a message of the worker could not be read")));
  worker.addEventListener("error", (event) => {
    event.preventDefault?.();
    gone(event.error instanceof Error ? event.error : new Error(event.message || "the worker's script could not be loaded"));
  });
  // Bun's and Deno's keep their process alive, too.
  const kept = worker as Worker & { ref?(): void; unref?(): void };
  kept.unref?.();
  return {
    post: (data, transfer) => worker.postMessage(data, transfer as Transferable[]),
    close: () => worker.terminate(),
    keepAlive: (yes) => (yes ? kept.ref?.() : kept.unref?.()),
  };
}
