/** This worker's way to the thread that started it. */
export interface Port {
  post(message: unknown, transfer: readonly Transferable[]): void;
  listen(hear: (data: unknown) => void): void;
}

/** In a web worker, or a worker thread of Node. */
export function portHere(): Port {
  const isWebWorker = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "function";
  const thread = isWebWorker ? null : globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
  if (thread) {
    return {
      post: (message, transfer) => thread.postMessage(message, transfer as never),
      listen: (hear) => void thread.on("message", hear),
    };
  }
  return {
    post: (message, transfer) => (globalThis as unknown as DedicatedWorker).postMessage(message, transfer),
    listen: (hear) => globalThis.addEventListener("message", ({ data }) => hear(data)),
  };
}

interface DedicatedWorker {
  postMessage(message: unknown, transfer: readonly Transferable[]): void;
}
