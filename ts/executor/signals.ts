/** The promise's outcome, or the signal's reason where that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    const settled = <V>(settle: (value: V) => void) => (value: V) => {
      signal.removeEventListener("abort", leave);
      settle(value);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave);
    promise.then(settled(resolve), settled(reject));
  });
}
