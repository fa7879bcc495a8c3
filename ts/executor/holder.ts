import { LloydError } from "../errors.js";
import { adoptModule } from "../wasm.js";
import type { Executor } from "./executor.js";
import { Inline } from "./inline.js";
import { buffersOf, packed, type Order, type Report } from "./protocol.js";
import { Sliced } from "./sliced.js";

/** Some rows in this worker, or why they could not be held. */
interface Holding {
  readonly executor: Executor;
  readonly dropped: AbortController;
}

/**
 * What a worker does: holds rows, answers questions about them. It works in slices, and questions
 * about different rows take turns, so it hears of an answer that is not wanted any more within
 * milliseconds. Returns what to do with each order.
 */
export function holder(send: (report: Report, transfer: ArrayBuffer[]) => void): (order: Order) => void {
  const holdings = new Map<number, Holding | Error>();
  const asked = new Map<number, AbortController>();

  async function answer({ id, holding, question }: Extract<Order, { do: "ask" }>): Promise<void> {
    const left = new AbortController();
    asked.set(id, left);
    try {
      const held = holdings.get(holding);
      if (held instanceof Error) throw held;
      if (!held) throw new LloydError("wasm-trapped", "these rows have been disposed of");
      const { executor, dropped } = held;
      const leave = () => left.abort();
      dropped.signal.addEventListener("abort", leave);
      const began = performance.now();
      const reply = await executor.answer(question, left.signal).finally(() => dropped.signal.removeEventListener("abort", leave));
      // Rows remember some of their replies, which must not go away with the message.
      const keeps = question.ask === "measure" || question.ask === "load";
      send({ say: "reply", id, reply, took: performance.now() - began, computed: executor.computed }, keeps ? [] : buffersOf(reply));
    } catch (error) {
      if (!left.signal.aborted) send({ say: "failed", id, error: packed(error) }, []);
    } finally {
      asked.delete(id);
    }
  }

  return (order) => {
    switch (order.do) {
      case "start":
        adoptModule(order.wasm);
        return send({ say: "ready" }, []);
      case "hold":
        try {
          const { slice } = order;
          holdings.set(order.holding, { executor: new Sliced(new Inline(slice, slice)), dropped: new AbortController() });
        } catch (error) {
          holdings.set(order.holding, error as Error);
        }
        return;
      case "ask":
        return void answer(order);
      case "leave":
        return asked.get(order.id)?.abort();
      case "drop": {
        const held = holdings.get(order.holding);
        holdings.delete(order.holding);
        if (!held || held instanceof Error) return;
        held.dropped.abort();
        return held.executor.dispose();
      }
      case "ping":
        return send({ say: "pong" }, []);
    }
  };
}
