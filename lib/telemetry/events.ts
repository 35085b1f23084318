import type { AccountEvent } from './account-events.ts';
import type { DependencyEvent } from './dependency-events.ts';
import type { ModelEvent } from './model-events.ts';
import type { RunEvent } from './run-events.ts';

/**
 * What happened, told once; logs, metrics, traces and alerts are listeners.
 * Every text in an event is redacted by type, so no listener can leak a prompt.
 */
export type BallastEvent = RunEvent | ModelEvent | AccountEvent | DependencyEvent;

export type Emit = (event: BallastEvent) => void;
export type Listener = (event: BallastEvent) => void;

/** One port over many listeners. A listener that throws is skipped: none of them can change or delay an answer. */
export const fanOut =
  (listeners: readonly Listener[]): Emit =>
  (event) => {
    for (const listen of listeners) {
      try {
        listen(event);
      } catch {
        // A broken listener loses its own line, nothing else.
      }
    }
  };
