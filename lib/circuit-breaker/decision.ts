import type { Circuit, CircuitState, Word } from './circuit.ts';
import type { CircuitOptions } from './options.ts';
import { merge, type Totals, totals, weightOf, type Window, withoutNegatives } from './window.ts';

export type Admission =
  | { readonly kind: 'pass' }
  /** It is time for a probe; who is the one is for the store to say. */
  | { readonly kind: 'probe' }
  /** `retryAfterMs` is `null` where only an administrator knows. */
  | { readonly kind: 'refuse'; readonly retryAfterMs: number | null };

/** What came of a call: `neutral` says nothing about the health of the dependency. */
export type Result = 'success' | 'failure' | 'neutral';

/** The state as the next version; a change of state, and nothing else, begins a generation. */
const evolve = (from: Circuit, to: CircuitState): Circuit => ({
  ...to,
  version: from.version + 1,
  generation: from.generation + (to.state === from.state ? 0 : 1),
});

/** Whether a caller may pass at `now`. */
export const admit = (circuit: Circuit, now: number): Admission => {
  switch (circuit.state) {
    case 'closed':
      return { kind: 'pass' };
    case 'isolated':
      return { kind: 'refuse', retryAfterMs: null };
    case 'open':
      return now < circuit.probeAt ? { kind: 'refuse', retryAfterMs: circuit.probeAt - now } : { kind: 'probe' };
    case 'half-open': {
      const leftMs = (circuit.probe?.leaseEndsAt ?? now) - now;
      return leftMs > 0 ? { kind: 'refuse', retryAfterMs: leftMs } : { kind: 'probe' };
    }
  }
};

/** Makes the caller the probe; `null` where it is not the time for one. Its ticket is the version that this writes. */
export const elect = (circuit: Circuit, now: number, { probeLeaseMs }: CircuitOptions): Circuit | null => {
  if (circuit.state !== 'open' && circuit.state !== 'half-open') return null;
  if (admit(circuit, now).kind !== 'probe') return null;
  const { failures, openedAt } = circuit;
  const successes = circuit.state === 'half-open' ? circuit.successes : 0;
  const probe = { ticket: circuit.version + 1, leaseEndsAt: now + probeLeaseMs };
  return evolve(circuit, { state: 'half-open', failures, openedAt, successes, probe });
};

const opens = (
  counted: Totals,
  { failureThreshold, failureRatio }: Pick<CircuitOptions, 'failureThreshold' | 'failureRatio'>,
): boolean => {
  const { calls, failures } = weightOf(counted);
  return failures >= failureThreshold && failures >= failureRatio * calls;
};

/**
 * Counts calls that entered the closed circuit under `generation`; it opens when threshold and ratio are both reached by
 * what the calls weigh.
 * `null` where there is nothing to write: calls of another generation, or a window without a failure.
 */
export const afterCalls = (
  circuit: Circuit,
  generation: number,
  calls: Window,
  now: number,
  { failureThreshold, failureRatio, failureWindowMs, breakDurationMs }: CircuitOptions,
): Circuit | null => {
  if (circuit.state !== 'closed' || circuit.generation !== generation) return null;
  const window = withoutNegatives(merge(circuit.window, calls, now, failureWindowMs));
  const counted = totals(window, now);
  if (counted.failures === 0 && totals(circuit.window, now).failures === 0) return null;
  const isOutage = opens(counted, { failureThreshold, failureRatio });
  // Only a failure opens: a success that makes the oldest successes fall out is no bad news.
  if (!isOutage || totals(calls, now).failures === 0) return evolve(circuit, { state: 'closed', window });
  return evolve(circuit, {
    state: 'open',
    failures: counted.failures,
    openedAt: now,
    probeAt: now + breakDurationMs,
    ...(Object.values(counted.failedBy)[0] === counted.failures && { window }),
  });
};

/**
 * Hears, after one caller's failures have opened it, of calls that entered under the generation before and were counted
 * elsewhere: with them it might not have opened, and then it is closed again. `null`: it would have.
 */
export const reconsider = (circuit: Circuit, calls: Window, options: CircuitOptions): Circuit | null => {
  if (circuit.state !== 'open' || circuit.window === undefined) return null;
  const { openedAt } = circuit;
  const window = withoutNegatives(merge(circuit.window, calls, openedAt, options.failureWindowMs));
  return opens(totals(window, openedAt), options) ? null : evolve(circuit, { state: 'closed', window });
};

/** The probe with that ticket lives, and its lease begins anew; `null` where it is the probe no more. */
export const renew = (
  circuit: Circuit,
  ticket: number,
  now: number,
  { probeLeaseMs }: CircuitOptions,
): Circuit | null =>
  circuit.state === 'half-open' && circuit.probe?.ticket === ticket
    ? evolve(circuit, { ...circuit, probe: { ticket, leaseEndsAt: now + probeLeaseMs } })
    : null;

/** What the probe with that ticket found out; `null` where it is the probe no more. A neutral one gives its lease back. */
export const afterProbe = (
  circuit: Circuit,
  ticket: number,
  result: Result,
  now: number,
  { breakDurationMs, successThreshold }: CircuitOptions,
): Circuit | null => {
  if (circuit.state !== 'half-open' || circuit.probe?.ticket !== ticket) return null;
  const { failures, openedAt } = circuit;
  if (result === 'failure') {
    return evolve(circuit, { state: 'open', failures: failures + 1, openedAt, probeAt: now + breakDurationMs });
  }
  const successes = circuit.successes + (result === 'success' ? 1 : 0);
  if (successes >= successThreshold) return evolve(circuit, { state: 'closed', window: [] });
  return evolve(circuit, { state: 'half-open', failures, openedAt, successes, probe: null });
};

/**
 * An administrator's word. `closed` clears the failures and begins a generation even where it was closed,
 * so that what is under way does not count against the fresh start.
 */
export const override = (circuit: Circuit, state: 'closed' | 'isolated', now: number, word?: Word): Circuit | null => {
  if (state === 'isolated') {
    const said = word === undefined ? {} : { word };
    if (circuit.state !== 'isolated') return evolve(circuit, { state, openedAt: now, ...said });
    // Shut since then, whoever gives another reason for it.
    return word?.reason ? evolve(circuit, { state, openedAt: circuit.openedAt, word }) : null;
  }
  return { state, window: [], version: circuit.version + 1, generation: circuit.generation + 1 };
};
