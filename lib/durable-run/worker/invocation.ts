import { STEP_MARGIN_MS } from './journal/durable-journal.ts';

/** What the platform says of one invocation. */
export interface Invocation {
  readonly remainingMs: () => number;
  readonly elapsedMs: () => number;
}

/** Time that an invocation has for what it does, its end included. */
export const invocationOf = (remainingMs: () => number, monotonicMs: () => number): Invocation => {
  const startedMs = monotonicMs();
  return { remainingMs: () => remainingMs() - STEP_MARGIN_MS, elapsedMs: () => monotonicMs() - startedMs };
};
