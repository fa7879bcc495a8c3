import type { Progress } from "./driver/driver.js";
import type { Phase, Step } from "./model.js";
import type { Watch } from "./pump.js";

/** Milliseconds between two calls: about 30 a second. */
const BETWEEN = 33;

/** Calls `onStep` and `onPhase` as often as a person can follow. */
export function watcher({ onStep, onPhase }: { onStep?: (step: Step) => void; onPhase?: (phase: Phase) => void }): { see: Watch; end: () => void } {
  let shown = -Infinity;
  /** The last step, where it was not shown. */
  let held: Progress | undefined;
  let phase: Phase | undefined;
  let told = -Infinity;
  return {
    see(event) {
      const now = performance.now();
      if (event.ask === "progress") {
        held = event;
        if (!onStep || now - shown < BETWEEN) return;
        shown = now;
        held = undefined;
        onStep(event.step());
      } else {
        const next = { phase: event.phase, restart: event.restart, done: event.done };
        const begins = next.phase !== phase?.phase || next.restart !== phase.restart;
        phase = next;
        if (!onPhase || (!begins && now - told < BETWEEN)) return;
        told = now;
        onPhase(next);
      }
    },
    /** The fit has ended: the last step is shown always. */
    end() {
      if (held) onStep?.(held.step());
    },
  };
}
