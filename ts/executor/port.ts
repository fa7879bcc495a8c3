/** This worker's way to the thread that started it. */
export interface Port {
  post(message: unknown, transfer: readonly Transferable[]): void;
  listen(hear: (data: unknown) => void): void;
}

/** In a web worker, or a worker thread of Node. A message that cannot be read ends it: the sender would wait. */
export function portHere(): Port {
  const isWebWorker = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "function";
  const thread = isWebWorker ? null : globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
  if (thread) {
    return {
      post: (message, transfer) => thread.postMessage(message, transfer as never),
      listen(hear) {
        thread.on("message", hear);
        thread.on("messageerror", unreadable);
      },
    };
  }
  return {
    post: (message, transfer) => (globalThis as unknown as DedicatedWorker).postMessage(message, transfer),
    listen(hear) {
      globalThis.addEventListener("message", ({ data }) => hear(data));
      globalThis.addEventListener("messageerror", unreadable);
    },
  };
}

function unreadable(): never {
  throw new Error("a message to the worker could not be read");
}

interface DedicatedWorker {
  postMessage(message: unknown, transfer: readonly Transferable[]): void;
}
