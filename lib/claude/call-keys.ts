import { MAX_COOL_DOWN_MS, type CoolDowns } from '../cool-down/cool-downs.ts';
import { orAborted, type Clock } from '../kernel/clock.ts';
import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import { familyOf } from '../usage/pricing.ts';
import { mayBeMistaken, type KeyFault } from './key-faults.ts';
import type { KeyPool } from './key-pool.ts';
import { nextKey, type NextKey, type Said } from './next-key.ts';
import type { Fault } from './outcome.ts';
import type { CallContext, PoolKey } from './types.ts';
import { circuitOf } from './with-circuit.ts';

export interface CallKeysParts {
  readonly keys: KeyPool;
  readonly coolDowns: CoolDowns;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** The keys of one call: those that rest by what was known before it, and what the provider says of them meanwhile. */
export interface CallKeys {
  next(): NextKey;
  /** Has the key left alone for that model, by every process, for as long as the provider said. */
  limited(key: PoolKey, fault: Fault): void;
  /** Has the secret read again, for as long as the call may take. Never rejects. */
  rejected(key: PoolKey, keyFault: KeyFault, status: number | null): Promise<void>;
  /**
   * Another key has answered the very request: what the provider said of the account of those before was not about the
   * request, and they come last for a while.
   */
  answered(): void;
  /** Takes back what was said of the only key there is, which may have been rejected by mistake; once, then `false`. */
  onceMore(): boolean;
}

/** Rejects with `store-unavailable` where the pool cannot be read. */
export const openCallKeys = async (
  { keys, coolDowns, clock, emit }: CallKeysParts,
  model: string,
  { account, deadline }: Pick<CallContext, 'account' | 'deadline'>,
): Promise<CallKeys> => {
  const name = circuitOf(model);
  const [turn, resting] = await Promise.all([keys.turn(), coolDowns.of(name)]);
  const said = new Map<string, Said>();
  const restMs = ({ id }: PoolKey): number => Math.max(0, (resting.get(id) ?? 0) - clock.now());
  let pool = turn;
  const suspects: PoolKey[] = [];
  let isMistakable = false;
  let again = false;
  return {
    next: () => nextKey(pool, said, restMs),
    limited(key, { retryAfterMs, final }) {
      // What never passes, by the provider's own word, is not worth waiting for.
      said.set(key.id, retryAfterMs === null && final === true ? 'rejected' : { limitedMs: retryAfterMs });
      if (retryAfterMs === null) return;
      account.keep(coolDowns.extend(name, key.id, retryAfterMs));
      const forMs = Math.min(retryAfterMs, MAX_COOL_DOWN_MS);
      emit({ type: 'model.cooled', model: label(familyOf(model)), forMs });
    },
    async rejected(key, keyFault, status) {
      said.set(key.id, 'rejected');
      emit({ type: 'credential.rejected', status, reason: label(keyFault) });
      isMistakable = mayBeMistaken(keyFault);
      // A status or the key itself proves it; words are of a text that may hold what the client wrote.
      if (isMistakable || keyFault === 'unsendable') keys.demote(key);
      else suspects.push(key);
      const reread = keys.refresh().then(() => keys.turn());
      // An attempt was made: where its keys cannot be read anew, those that are known go on.
      pool = await orAborted(reread, deadline.signal).catch(() => pool);
    },
    answered() {
      for (const key of suspects) keys.demote(key);
    },
    onceMore() {
      if (again || pool.length > 1 || !isMistakable) return false;
      again = true;
      said.clear();
      return true;
    },
  };
};
