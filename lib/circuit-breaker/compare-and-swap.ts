import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import { fullJitter } from '../retry/decision.ts';
import { type Circuit, NEVER_FAILED } from './circuit.ts';
import type { CircuitStore } from './store.ts';

/** Tries of one change. Ten writers at once are through by then; where more fail together, the circuit is opening anyway. */
export const MAX_TRIES = 10;

/** Between tries, with full jitter. One try takes some 10 ms. */
const PAUSES = { baseDelayMs: 10, maxDelayMs: 80 };

export type Swap =
  | { readonly kind: 'changed'; readonly from: Circuit; readonly to: Circuit }
  | { readonly kind: 'unchanged'; readonly circuit: Circuit }
  /** Others were faster each time. */
  | { readonly kind: 'contended' };

export interface SwapOptions {
  readonly store: CircuitStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** What to write over a circuit; `null`: nothing. It is asked anew with each try. */
export type Decide = (circuit: Circuit) => Circuit | null;

/**
 * Changes a circuit by its version: strong read, decision, conditional write, again where another was faster.
 * Rejects when the store fails, and when `signal` aborts.
 */
export const createSwap =
  ({ store, clock, random }: SwapOptions) =>
  async (name: string, decide: Decide, signal: AbortSignal, tries = MAX_TRIES): Promise<Swap> => {
    for (let attempt = 1; ; attempt += 1) {
      const from = (await store.get(name, { signal })) ?? NEVER_FAILED;
      const to = decide(from);
      if (to === null) return { kind: 'unchanged', circuit: from };
      if (await store.replace(name, from.version, to, signal)) return { kind: 'changed', from, to };
      if (attempt >= tries) return { kind: 'contended' };
      await sleep(clock, fullJitter(attempt - 1, random(), PAUSES), signal);
    }
  };
