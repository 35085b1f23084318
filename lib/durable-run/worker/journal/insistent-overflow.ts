import type { Clock } from '../../../kernel/clock.ts';
import { createDeadline } from '../../../kernel/deadline.ts';
import type { Overflow } from '../../../runs/overflow.ts';
import type { RunKey } from '../../../runs/run-key.ts';
import { patiently } from '../store-away/store-patience.ts';
import type { ResultOverflow } from './result-serdes.ts';

export interface InsistentOverflow extends ResultOverflow {
  /** Nothing is tried again from now on. */
  stop(): void;
}

/** Keeps what the steps of a run came to. It was paid, or has had its effect: so it is put for as long as the invocation lasts. */
export const insistentOverflow = (
  { overflow, clock }: { readonly overflow: Overflow; readonly clock: Clock },
  run: RunKey,
  remainingMs: number,
): InsistentOverflow => {
  const stopped = new AbortController();
  const deadline = createDeadline(clock, remainingMs, stopped.signal);
  const insisting = { clock, signal: deadline.signal, retries: Infinity };
  return {
    put: (value) => patiently(() => overflow.put(run, value), insisting),
    get: (key) => overflow.get(run, key),
    stop() {
      stopped.abort();
      deadline[Symbol.dispose]();
    },
  };
};
