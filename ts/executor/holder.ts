import { LloydError } from "../errors.js";
import { adoptModule } from "../wasm.js";
import { Inline } from "./inline.js";
import { buffersOf, packed, type Order, type Report } from "./protocol.js";
import { Sliced, type Stop } from "./sliced.js";

/** A question that is being answered. */
class Asked implements Stop {
  left = false;
  dropped = false;

  constructor(readonly holding: number) {}

  leave(): void {
    this.left = true;
  }

  throwIfAborted(): void {
    if (this.left) throw new Error("not wanted any more");
    if (this.dropped) throw disposed();
  }
}

/**
 * What a worker does: holds rows, answers questions about them. It works in slices, and questions
 * about different rows take turns, so it hears of an answer that is not wanted any more within
 * milliseconds. Returns what to do with each order.
 */
export function holder(send: (report: Report, transfer: ArrayBuffer[]) => void): (order: Order) => void {
  /** Rows, or why they could not be held. */
  const holdings = new Map<number, Sliced | Error>();
  const asked = new Map<number, Asked>();

  async function answer({ id, holding, question }: Extract<Order, { do: "ask" }>): Promise<void> {
    const stop = new Asked(holding);
    asked.set(id, stop);
    try {
      const held = holdings.get(holding);
      if (held instanceof Error) throw held;
      if (!held) throw disposed();
      const began = performance.now();
      const reply = await held.answer(question, stop);
      const took = performance.now() - began;
      // Rows remember some of their replies, which must not go away with the message.
      const keeps = question.ask === "measure" || question.ask === "load";
      send({ say: "reply", id, reply, took, computed: held.computed }, keeps ? [] : buffersOf(reply));
    } catch (error) {
      if (!stop.left) send({ say: "failed", id, error: packed(error) }, []);
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
          holdings.set(order.holding, new Sliced(new Inline(slice, { ...slice, giveUp: !slice.keeps })));
        } catch (error) {
          holdings.set(order.holding, error as Error);
        }
        return;
      case "ask":
        return void answer(order);
      case "leave":
        return asked.get(order.id)?.leave();
      case "drop": {
        const held = holdings.get(order.holding);
        holdings.delete(order.holding);
        asked.forEach((stop) => (stop.dropped ||= stop.holding === order.holding));
        return held instanceof Error ? undefined : held?.dispose();
      }
      case "ping":
        return send({ say: "pong" }, []);
    }
  };
}

function disposed(): LloydError {
  return new LloydError("disposed", "these rows have been disposed of while they were in use");
}
