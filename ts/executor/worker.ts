// What runs in a worker of a pool, web worker or worker thread. It is built into one script of its own.

import { holder } from "./holder.js";
import type { Order } from "./protocol.js";

interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on?(event: "message", listener: (message: Order) => void): void;
}

const isWebWorker = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "function";
const parentPort = isWebWorker ? null : globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
const port = (parentPort ?? globalThis) as unknown as Port;
const obey = holder((report, transfer) => port.postMessage(report, transfer));

if (parentPort) port.on!("message", obey);
else globalThis.addEventListener("message", ({ data }: MessageEvent<Order>) => obey(data));
