import { orAborted } from '../../kernel/clock.ts';
import { label } from '../../kernel/redacted.ts';
import { familyOf } from '../../pricing/pricing.ts';
import { MAX_REST_MS, type RestState } from '../../rests/rest.ts';
import type { Rests } from '../../rests/rests.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Fault } from '../outcome.ts';
import type { ModelRequest, PoolKey } from '../provider.ts';
import type { CallContext } from '../types.ts';
import { circuitOf } from '../with-circuit.ts';
import { type KeyFault, mayBeMistaken } from './key-faults.ts';
import type { KeyPool } from './key-pool.ts';
import { limitKindOf } from './limit-kind.ts';

/** What the provider said of a key in this very call: limited for so long (`null`: it did not say), or rejected. */
export type Said = { readonly limitedMs: number | null } | 'rejected';

/**
 * Which key a call is made with next; `try`: one that rests and is to be tried out, if this call is elected; `wait`:
 * all that are any good rest, for so long; `none`: all were rejected.
 */
export type NextKey =
  | { readonly kind: 'key' | 'try'; readonly key: PoolKey }
  | { readonly kind: 'wait'; readonly forMs: number | null }
  | { readonly kind: 'none' };

/**
 * The first key of the pool that was not asked yet in this call and rests for nobody, or is to be tried out. Where
 * there is none, a key that rests is worth waiting for, and one that was rejected is not; `restOf` says how a key
 * stands by what was known before.
 */
export const nextKey = (
  pool: readonly PoolKey[],
  said: ReadonlyMap<string, Said>,
  restOf: (key: PoolKey) => RestState,
): NextKey => {
  for (const key of pool) {
    if (said.has(key.id)) continue;
    const { kind } = restOf(key);
    if (kind !== 'resting') return { kind: kind === 'due' ? 'try' : 'key', key };
  }
  const waits = pool.flatMap((each) => {
    const word = said.get(each.id);
    if (word === 'rejected') return [];
    if (word !== undefined) return [word.limitedMs];
    const rest = restOf(each);
    return [rest.kind === 'over' ? 0 : rest.forMs];
  });
  if (waits.length === 0) return { kind: 'none' };
  const known = waits.filter((wait) => wait !== null);
  return { kind: 'wait', forMs: known.length < waits.length ? null : Math.min(...known) };
};

export interface CallKeysParts {
  readonly keys: KeyPool;
  readonly rests: Pick<Rests, 'read' | 'stateOf' | 'probe' | 'limited' | 'answered' | 'unheard'>;
  readonly emit: Emit;
}

/** The keys of one call: those that rest by what was known before it, and what the provider says of them meanwhile. */
export interface CallKeys {
  next(): NextKey;
  /** Asks to try out a key that rests; a ticket where this call is the one of the fleet that does. Never rejects. */
  tryOut(key: PoolKey): Promise<number | null>;
  /** The try was answered: the key rests no more, for anybody. */
  rested(key: PoolKey, ticket: number): void;
  /** The try found out nothing: another call may make it. */
  unheard(key: PoolKey, ticket: number): void;
  /** Has the key left alone for that model and kind of request, by every process, for as long as the provider said. */
  limited(key: PoolKey, fault: Fault, ticket: number | null): void;
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

/** The rest of a key: of one model and one kind of request. It leads back to no key. */
export const restOf = (model: string, kind: string, { id }: Pick<PoolKey, 'id'>): string =>
  `${circuitOf(model)}/${kind}/${id}`;

/** Rejects with `store-unavailable` where the pool cannot be read. */
export const openCallKeys = async (
  { keys, rests, emit }: CallKeysParts,
  request: ModelRequest,
  { background, bounds: { deadline }, listener: { wire } }: Pick<CallContext, 'background' | 'bounds' | 'listener'>,
): Promise<CallKeys> => {
  const { model } = request;
  const kind = limitKindOf(request, wire);
  const nameOf = (key: PoolKey): string => restOf(model, kind, key);
  const [firstKeys] = await Promise.all([keys.nextKeys(), rests.read(`${circuitOf(model)}/`)]);
  const said = new Map<string, Said>();
  let pool = firstKeys;
  const suspects: PoolKey[] = [];
  let isMistakable = false;
  let again = false;
  return {
    next: () => nextKey(pool, said, (key) => rests.stateOf(nameOf(key))),
    tryOut: (key) => rests.probe(nameOf(key)),
    rested(key, ticket) {
      background.waitUntil(rests.answered(nameOf(key), ticket));
    },
    unheard(key, ticket) {
      background.waitUntil(rests.unheard(nameOf(key), ticket));
    },
    limited(key, { retryAfterMs, final }, ticket) {
      // What never passes, by the provider's own word, is not worth waiting for.
      said.set(key.id, retryAfterMs === null && final === true ? 'rejected' : { limitedMs: retryAfterMs });
      if (retryAfterMs === null) return;
      background.waitUntil(rests.limited(nameOf(key), retryAfterMs, ticket));
      const forMs = Math.min(retryAfterMs, MAX_REST_MS);
      emit({ type: 'model.cooled', model: label(familyOf(model)), kind: label(kind), forMs });
    },
    async rejected(key, keyFault, status) {
      said.set(key.id, 'rejected');
      emit({ type: 'credential.rejected', status, reason: label(keyFault) });
      isMistakable = mayBeMistaken(keyFault);
      // A status or the key itself proves it; words are of a text that may hold what the client wrote.
      if (isMistakable || keyFault === 'unsendable') keys.demote(key);
      else suspects.push(key);
      const reread = keys.refresh().then(() => keys.nextKeys());
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
