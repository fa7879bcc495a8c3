/** Values from one side to the other, hand to hand: who gives waits until the next one is wanted. */
export interface Handover<T> {
  /** Resolves when the value was taken and another is asked for, or nobody wants one any more. */
  give(value: T): Promise<void>;
  /** Nothing more comes, or nothing more is wanted. */
  end(): void;
  taken(): AsyncGenerator<T, void, void>;
}

export function handover<T>(): Handover<T> {
  let given: { value: T } | undefined;
  let ended = false;
  let wakeTaker = () => {};
  let wakeGiver = () => {};
  return {
    give(value) {
      if (ended) return Promise.resolve();
      given = { value };
      wakeTaker();
      return new Promise((resolve) => (wakeGiver = resolve));
    },
    end() {
      ended = true;
      wakeTaker();
      wakeGiver();
    },
    async *taken() {
      for (;;) {
        if (!given && !ended) await new Promise<void>((resolve) => (wakeTaker = resolve));
        if (!given) return;
        const { value } = given;
        given = undefined;
        yield value;
        wakeGiver();
      }
    },
  };
}
