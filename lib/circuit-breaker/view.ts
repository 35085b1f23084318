import type { Circuit, Word } from './circuit.ts';
import { admit } from './decision.ts';
import { totals } from './window.ts';

/** A circuit as it is shown to an operator. */
export interface CircuitView {
  readonly name: string;
  readonly state: Circuit['state'];
  /** In the window of a closed circuit; those that opened an open one, failed probes included. */
  readonly failures: number;
  /** Epoch milliseconds; `null` while closed. */
  readonly openedAt: number | null;
  /** When a caller may pass or probe; `null` while closed, and while only an administrator can say. */
  readonly retryAfterMs: number | null;
  /** Of an isolated circuit, where it was said. */
  readonly word?: Word;
}

const failuresOf = (circuit: Circuit, now: number): number => {
  if (circuit.state === 'isolated') return 0;
  return circuit.state === 'closed' ? totals(circuit.window, now).failures : circuit.failures;
};

export const viewOf = (name: string, circuit: Circuit, now: number): CircuitView => {
  const admission = admit(circuit, now);
  return {
    name,
    state: circuit.state,
    failures: failuresOf(circuit, now),
    openedAt: circuit.state === 'closed' ? null : circuit.openedAt,
    ...(circuit.state === 'isolated' && circuit.word !== undefined && { word: circuit.word }),
    retryAfterMs: admission.kind === 'refuse' ? admission.retryAfterMs : admission.kind === 'probe' ? 0 : null,
  };
};
