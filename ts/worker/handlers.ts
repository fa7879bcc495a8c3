// What Comlink does not pass by itself: models, errors with their codes, signals.

import * as Comlink from "comlink";
import { packed, unpacked, type Packed } from "../executor/protocol.js";
import { KMeansModel } from "../model.js";

/** A signal on its way to the other side: close it when the call has ended. */
export class SignalLine {
  readonly far: MessagePort;
  readonly #near: MessagePort;
  readonly #signal: AbortSignal;
  readonly #abort = () => this.#near.postMessage("abort");

  constructor(signal: AbortSignal) {
    const { port1, port2 } = new MessageChannel();
    this.#near = port1;
    this.far = port2;
    this.#signal = signal;
    signal.addEventListener("abort", this.#abort);
    if (signal.aborted) this.#abort();
  }

  close(): void {
    this.#signal.removeEventListener("abort", this.#abort);
    this.#near.close();
  }
}

const signals: Comlink.TransferHandler<SignalLine | AbortSignal, MessagePort> = {
  canHandle: (value): value is SignalLine => value instanceof SignalLine,
  serialize: (line) => [(line as SignalLine).far, [(line as SignalLine).far]],
  deserialize(port) {
    const controller = new AbortController();
    port.onmessage = () => {
      controller.abort();
      port.close();
    };
    return controller.signal;
  },
};

type ModelParts = ConstructorParameters<typeof KMeansModel>;

const models: Comlink.TransferHandler<KMeansModel, ModelParts> = {
  canHandle: (value): value is KMeansModel => value instanceof KMeansModel,
  serialize: (model) => [[{ ...model }, KMeansModel.innerOf(model), model.executor], []],
  deserialize: (parts) => new KMeansModel(...parts),
};

type Thrown = { value: unknown };

const errors: Comlink.TransferHandler<Thrown, Packed> = {
  // Comlink's own mark of what was thrown.
  canHandle: (value): value is Thrown => typeof value === "object" && value !== null && isThrown!(value),
  serialize: ({ value }) => [packed(value), []],
  deserialize(error) {
    throw unpacked(error);
  },
};

let isThrown: ((value: unknown) => boolean) | undefined;

/** Has this copy of Comlink pass them; it is lloyd's own, so no other use of Comlink is changed. */
export function register(): void {
  isThrown ??= Comlink.transferHandlers.get("throw")!.canHandle as (value: unknown) => boolean;
  Comlink.transferHandlers.set("throw", errors as Comlink.TransferHandler<unknown, unknown>);
  Comlink.transferHandlers.set("signal", signals as Comlink.TransferHandler<unknown, unknown>);
  Comlink.transferHandlers.set("model", models as Comlink.TransferHandler<unknown, unknown>);
}
