import type { Window } from './window.ts';

/** The right of one caller to try out a failing dependency. */
export interface Probe {
  /** The version that its election wrote: no two probes of a circuit have the same. */
  readonly ticket: number;
  /** Epoch milliseconds: a probe not heard of by then is dead, and another may be elected. */
  readonly leaseEndsAt: number;
}

/** Who has isolated a circuit, and why. */
export interface Word {
  /** The id of the administrator's key. */
  readonly by: string;
  /** In their own words; `null`: they gave none. */
  readonly reason: string | null;
}

export type CircuitState =
  | { readonly state: 'closed'; readonly window: Window }
  /** Nobody passes before `probeAt`. `failures` opened it, failed probes included; `openedAt` is when the outage began. */
  | {
      readonly state: 'open';
      readonly failures: number;
      readonly openedAt: number;
      readonly probeAt: number;
      /** The window that opened it, where all of its failures are of one caller: others may have succeeded unheard. */
      readonly window?: Window;
    }
  | {
      readonly state: 'half-open';
      readonly failures: number;
      readonly openedAt: number;
      /** Probes that succeeded, one after the other. */
      readonly successes: number;
      /** `null`: the next caller is the next probe. */
      readonly probe: Probe | null;
    }
  /** Shut by an administrator until one closes it. */
  | { readonly state: 'isolated'; readonly openedAt: number; readonly word?: Word };

/** What all processes share about one dependency. Instants are epoch milliseconds. */
export type Circuit = CircuitState & {
  /** Grows with each write; 0: never written. */
  readonly version: number;
  /** Grows with each change of state: a result counts only in the generation its attempt entered under. */
  readonly generation: number;
};

/** What is not stored: a dependency that has not failed lately. */
export const NEVER_FAILED: Circuit = { state: 'closed', window: [], version: 0, generation: 0 };

/**
 * How long an untouched circuit is kept: far longer than any attempt lives, so that no result meets a circuit
 * that began anew in between, and so long that yesterday's outage can still be seen.
 */
const KEPT_MS = 24 * 3_600_000;

/** When a circuit written now may be forgotten, in epoch milliseconds; `null`: never, an administrator's word stays. */
export const forgottenAt = (circuit: Circuit, now: number): number | null => {
  if (circuit.state === 'isolated') return null;
  return (circuit.state === 'open' ? Math.max(now, circuit.probeAt) : now) + KEPT_MS;
};
