import { ageMs, type Mark, markOf } from '../kernel/age.ts';
import { type Clock, orAborted } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';

/**
 * How a secret stands whose value is not looked at. `deleted`: it is being deleted, and can be restored; `refused`: it may not
 * be looked at, or is gone for good; `unknown`: nobody has said.
 */
export type SecretState = 'valued' | 'empty' | 'deleted' | 'refused' | 'unknown';

/** Says of a secret how it stands, by its id. Rejects where the service does not answer. */
export type DescribeSecret = (secretId: string, signal: AbortSignal) => Promise<SecretState>;

/** Each question is billed, and a secret that has a value rarely loses it. */
const VALUED_MS = 3_600_000;
/** Somebody is putting it right, and wants to see that. */
const OTHERWISE_MS = 300_000;
/** Within what a probe may take, so that a service that hangs is no more than a state that is not known. */
const LIMIT_MS = 3_000;

export interface SecretStateOptions {
  /** What the secret is called, for the log. */
  readonly name: string;
  readonly id: string;
  readonly describe: DescribeSecret;
  readonly clock: Clock;
  readonly emit: Emit;
}

/**
 * The state of one secret, asked for once an hour, and each five minutes unless it has a value. Never rejects: where the service
 * does not answer, it is what it was.
 */
export const createSecretState = ({ name, id, describe, clock, emit }: SecretStateOptions) => {
  let known: { readonly state: SecretState; readonly at: Mark; readonly keptMs: number } | undefined;
  const ask = async (caller: AbortSignal): Promise<SecretState> => {
    using limit = createDeadline(clock, LIMIT_MS, caller);
    return await orAborted(describe(id, limit.signal), limit.signal);
  };
  return async (signal: AbortSignal): Promise<SecretState> => {
    if (known !== undefined && ageMs(clock, known.at) < known.keptMs) return known.state;
    const at = markOf(clock);
    try {
      const state = await ask(signal);
      known = { state, at, keptMs: state === 'valued' ? VALUED_MS : OTHERWISE_MS };
    } catch (error) {
      emit({ type: 'store.failed', operation: safe`secrets.describe ${label(name)}`, ...describeFailure(error) });
      // Nothing is known yet: it is asked again when somebody wants to know.
      const state = known?.state ?? 'unknown';
      known = { state, at, keptMs: state === 'unknown' ? 0 : OTHERWISE_MS };
    }
    return known.state;
  };
};
