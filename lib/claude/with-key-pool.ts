import type { Circuits } from '../circuit-breaker/circuits.ts';
import { MAX_COOL_DOWN_MS, type CoolDowns } from '../cool-down/cool-downs.ts';
import { sleep, type Clock } from '../kernel/clock.ts';
import { asAppError } from '../kernel/errors.ts';
import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import { familyOf } from '../usage/pricing.ts';
import { fault, notMade, refusal } from './faults.ts';
import type { KeyPool } from './key-pool.ts';
import type { Bracket, Fault, Outcome, PoolKey } from './types.ts';
import { circuitOf } from './with-circuit.ts';

export interface WithKeyPoolOptions {
  readonly keys: KeyPool;
  readonly coolDowns: CoolDowns;
  readonly circuits: Pick<Circuits, 'look'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** A rest that is over so soon is waited for here: a timer that woke a moment early would cost a retry. */
const NEARLY_OVER_MS = 100;

const isRejection = ({ kind, status }: Fault): boolean => kind === 'credential' && (status === 401 || status === 403);

type Failed = Extract<Outcome, { ok: false }>;

/** Where every key is limited, the call may be made again as soon as the first of them rests no more; `null`: one did not say. */
const limitedUntil = (waits: readonly (number | null)[]): number | null =>
  waits.some((wait) => wait === null) ? null : Math.min(...(waits as readonly number[]));

/**
 * Chooses the key of each attempt, in turns. A key that the provider limits is left alone for that model, by every process, for as long
 * as the provider said, and the next key takes the call at once; only where all of them rest is the call refused. A key that the
 * provider rejects has the secret read again, once, and the call is tried once more.
 */
export const withKeyPool =
  ({ keys, coolDowns, circuits, clock, emit }: WithKeyPoolOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const name = circuitOf(request.model);
    const { account, deadline } = context;
    let pool: readonly PoolKey[];
    let resting: ReadonlyMap<string, number>;
    try {
      // The circuit is looked at meanwhile, so that entering it needs no round trip of its own.
      [pool, resting] = await Promise.all([keys.turn(), coolDowns.of(name), circuits.look(name)]);
    } catch (error) {
      return notMade(refusal(asAppError(error)));
    }
    /** What the provider said to keys in this very call; `null`: that it is limited, and not for how long. */
    const limited = new Map<string, number | null>();
    const restMs = ({ id }: PoolKey): number | null => {
      const said = limited.get(id);
      return said === undefined ? Math.max(0, (resting.get(id) ?? 0) - clock.now()) : said;
    };
    const limit = (key: PoolKey, { retryAfterMs }: Fault) => {
      limited.set(key.id, retryAfterMs);
      if (retryAfterMs === null) return;
      account.keep(coolDowns.extend(name, key.id, retryAfterMs));
      const forMs = Math.min(retryAfterMs, MAX_COOL_DOWN_MS);
      emit({ type: 'model.cooled', model: label(familyOf(request.model)), forMs });
    };

    let rejected = false;
    let last: Failed | null = null;
    for (;;) {
      const key = pool.find((each) => !limited.has(each.id) && restMs(each) === 0);
      if (key === undefined) {
        const retryAfterMs = limitedUntil(pool.map(restMs));
        if (last !== null) return { ...last, fault: fault('rate-limited', { ...last.fault, retryAfterMs }) };
        if (retryAfterMs === null || retryAfterMs > NEARLY_OVER_MS)
          return notMade(fault('rate-limited', { retryAfterMs }));
        await sleep(clock, retryAfterMs, deadline.signal).catch(() => {});
        if (deadline.stoppedBy !== null) return notMade(fault(deadline.stoppedBy));
        continue;
      }
      const outcome = await next(request, { ...context, key });
      if (outcome.ok) return outcome;
      if (outcome.fault.kind === 'rate-limited' && !outcome.fault.contentSeen) {
        limit(key, outcome.fault);
        last = outcome;
      } else if (isRejection(outcome.fault) && !rejected) {
        rejected = true;
        emit({ type: 'credential.rejected', status: outcome.fault.status ?? 401 });
        await keys.rejected(key);
        pool = await keys.turn();
      } else return outcome;
    }
  };
