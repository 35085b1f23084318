import type { Circuits } from '../circuit-breaker/circuits.ts';
import { MAX_COOL_DOWN_MS, type CoolDowns } from '../cool-down/cool-downs.ts';
import { orAborted, sleep, type Clock } from '../kernel/clock.ts';
import { asAppError } from '../kernel/errors.ts';
import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import { familyOf } from '../usage/pricing.ts';
import { fault, notMade, refusal } from './faults.ts';
import type { KeyPool } from './key-pool.ts';
import { nextKey, type Said } from './next-key.ts';
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

/** Every key is limited: the call may be made again as soon as the first of them is not. */
const limitedFor = (last: Failed, retryAfterMs: number | null): Failed => {
  const { status, error } = last.fault;
  return { ...last, fault: fault('rate-limited', { status, retryAfterMs, cause: error.cause }) };
};

/**
 * Chooses the key of each attempt, in turns. A key that the provider limits is left alone for that model, by every process, for as long
 * as the provider said, and the next key takes the call at once; only where all that are any good rest is the call refused. A key that
 * the provider rejects has the secret read again, and the next key takes the call; the only key there is is tried once more.
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
    const said = new Map<string, Said>();
    const restMs = ({ id }: PoolKey): number => Math.max(0, (resting.get(id) ?? 0) - clock.now());
    const limited = (key: PoolKey, { retryAfterMs }: Fault) => {
      said.set(key.id, { limitedMs: retryAfterMs });
      if (retryAfterMs === null) return;
      account.keep(coolDowns.extend(name, key.id, retryAfterMs));
      const forMs = Math.min(retryAfterMs, MAX_COOL_DOWN_MS);
      emit({ type: 'model.cooled', model: label(familyOf(request.model)), forMs });
    };
    /** Reads the secret again, for as long as the call may take. */
    const rejected = async (key: PoolKey, { status }: Fault) => {
      said.set(key.id, 'rejected');
      emit({ type: 'credential.rejected', status: status ?? 401 });
      await orAborted(keys.rejected(key), deadline.signal).catch(() => {});
      pool = await keys.turn();
    };

    let last: Failed | null = null;
    let again = false;
    for (;;) {
      const choice = nextKey(pool, said, restMs);
      if (choice.kind === 'wait') {
        const { forMs } = choice;
        if (last?.fault.kind === 'rate-limited') return limitedFor(last, forMs);
        if (forMs === null || forMs > NEARLY_OVER_MS) return notMade(fault('rate-limited', { retryAfterMs: forMs }));
        await sleep(clock, forMs, deadline.signal).catch(() => {});
        if (deadline.stoppedBy !== null) return notMade(fault(deadline.stoppedBy));
        continue;
      }
      if (choice.kind === 'none') {
        // The only key there is may have been rejected by mistake: it is tried once more.
        const [only, ...others] = pool;
        if (last !== null && (again || only === undefined || others.length > 0)) return last;
        again = true;
        said.clear();
        continue;
      }
      const outcome = await next(request, { ...context, key: choice.key });
      if (outcome.ok || outcome.fault.contentSeen) return outcome;
      last = outcome;
      if (outcome.fault.kind === 'rate-limited') limited(choice.key, outcome.fault);
      else if (isRejection(outcome.fault)) await rejected(choice.key, outcome.fault);
      else return outcome;
      if (deadline.stoppedBy !== null) return outcome;
    }
  };
