import type { Endpoint } from "comlink";

/** What Comlink talks through, over any way to send and to hear. */
export function endpoint(post: (message: unknown, transfer: readonly Transferable[]) => void): { endpoint: Endpoint; hear: (data: unknown) => void } {
  const listeners = new Set<(event: { data: unknown }) => void>();
  return {
    endpoint: {
      postMessage: (message, transfer = []) => post(message, transfer),
      addEventListener: (_, listener) => void listeners.add(listener as never),
      removeEventListener: (_, listener) => void listeners.delete(listener as never),
    },
    hear: (data) => listeners.forEach((listener) => listener({ data })),
  };
}
