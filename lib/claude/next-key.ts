import type { RestState } from '../rests/rest.ts';
import type { PoolKey } from './types.ts';

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
