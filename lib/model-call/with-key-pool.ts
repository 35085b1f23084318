import type { Circuits } from '../circuit-breaker/circuits.ts';
import { type Clock, orAborted, sleep } from '../kernel/clock.ts';
import { asAppError } from '../kernel/errors.ts';
import { isSendable } from '../secrets/provider-keys.ts';
import { fault, isFailure, notMade, refusal } from './faults.ts';
import { type CallKeys, type CallKeysParts, openCallKeys } from './keys/call-keys.ts';
import type { KeyCheck } from './keys/key-check.ts';
import type { FailedOutcome, FaultKind, Outcome } from './outcome.ts';
import type { Attempt, Bracket } from './types.ts';
import { circuitOf } from './with-circuit.ts';

export interface WithKeyPoolOptions extends CallKeysParts {
  readonly circuits: Pick<Circuits, 'look'>;
  readonly keyCheck: KeyCheck;
  readonly clock: Clock;
}

/** A rest that is over so soon is waited for here: a timer that woke a moment early would cost a retry. */
const NEARLY_OVER_MS = 100;

/** Every key is limited: the call may be made again as soon as the first of them is not. */
const limitedFor = (last: FailedOutcome, retryAfterMs: number | null): FailedOutcome => {
  const { status, final = false, error } = last.fault;
  const { cause, upstreamMessage } = error;
  return { ...last, fault: fault('rate-limited', { status, retryAfterMs, final, cause, upstreamMessage }) };
};

/**
 * Whether a try has found out nothing of the limit: a budget refused it, its request was wrong, its client left. A
 * circuit that is open, a key that is rejected and a provider that fails keep the next ones from it for a while.
 */
const foundNothing = (kind: FaultKind): boolean =>
  kind !== 'rate-limited' && kind !== 'circuit-open' && kind !== 'credential' && !isFailure(kind);

/** The attempt, or what it would come to with a key that cannot be sent; a 403 is the key's where the check says so. */
const withKey =
  (next: Attempt, keyCheck: KeyCheck): ((...attempt: Required<Parameters<Attempt>>) => Promise<Outcome>) =>
  async (request, context) => {
    const { key, bounds } = context;
    const { deadline } = bounds;
    if (key !== undefined && !isSendable(key.value)) return notMade(fault('credential', { keyFault: 'unsendable' }));
    const outcome = await next(request, context);
    if (key === undefined || outcome.ok || outcome.fault.kind !== 'forbidden') return outcome;
    const isRefused = await orAborted(keyCheck.isRefused(key), deadline.signal).catch(() => false);
    if (!isRefused) return outcome;
    const { status, contentSeen, error } = outcome.fault;
    const rejected = { status, contentSeen, cause: error.cause, keyFault: 'forbidden' } as const;
    return { ...outcome, fault: fault('credential', rejected) };
  };

/**
 * Chooses the key of each attempt, in turns. A key that the provider limits is left alone for that model and kind of
 * request, by every process, for as long as the provider said, and the next key takes the call at once; only where all
 * that are any good rest is the call refused. Now and then one call tries a resting key out, and its answer ends the
 * rest for all. A key that the provider rejects has the secret read again, and the next key takes the call;
 * the only key there is is tried once more.
 */
export const withKeyPool =
  (parts: WithKeyPoolOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const { circuits, clock, keyCheck } = parts;
    const attempt = withKey(next, keyCheck);
    const { deadline } = context.bounds;
    let keys: CallKeys;
    try {
      // The circuit is looked at meanwhile, so that entering it needs no round trip of its own.
      const reading = openCallKeys(parts, request, context);
      [keys] = await Promise.all([reading, circuits.look(circuitOf(request.model))]);
    } catch (error) {
      return notMade(refusal(asAppError(error)));
    }

    let last: FailedOutcome | null = null;
    let limited: FailedOutcome | null = null;
    for (;;) {
      const choice = keys.next();
      if (choice.kind === 'wait') {
        const { forMs } = choice;
        // Only a rest that was known before is waited for: what is said in this call stays said, and never runs out.
        if (limited !== null) return limitedFor(limited, forMs);
        if (forMs === null || forMs > NEARLY_OVER_MS) return notMade(fault('rate-limited', { retryAfterMs: forMs }));
        await sleep(clock, forMs, deadline.signal).catch(() => {});
        if (deadline.stoppedBy !== null) return notMade(fault(deadline.stoppedBy));
        continue;
      }
      if (choice.kind === 'none') {
        if (last !== null && !keys.onceMore()) return limited ?? last;
        continue;
      }
      const { key } = choice;
      const ticket = choice.kind === 'try' ? await keys.tryOut(key) : null;
      // Another call of the fleet tries it out.
      if (choice.kind === 'try' && ticket === null) continue;
      const began = () => {
        if (ticket !== null) keys.rested(key, ticket);
        context.began?.();
      };
      const outcome = await attempt(request, { ...context, key, began });
      if (outcome.ok) {
        keys.answered();
        if (ticket !== null) keys.rested(key, ticket);
      }
      if (outcome.ok || outcome.fault.contentSeen) return outcome;
      last = outcome;
      if (ticket !== null && foundNothing(outcome.fault.kind)) keys.unheard(key, ticket);
      const { keyFault, status } = outcome.fault;
      if (outcome.fault.kind === 'rate-limited') {
        // Where one key may be asked again, so may the call.
        if (limited === null || outcome.fault.final !== true) limited = outcome;
        keys.limited(key, outcome.fault, ticket);
      } else if (keyFault !== undefined) await keys.rejected(key, keyFault, status);
      else return outcome;
      if (deadline.stoppedBy !== null) return outcome;
    }
  };
