import type { PoolKey } from './types.ts';

/** What the provider said of a key in this very call: limited for so long (`null`: it did not say), or rejected. */
export type Said = { readonly limitedMs: number | null } | 'rejected';

/** Which key a call is made with next; `wait`: all that are any good rest, for so long; `none`: all were rejected. */
export type NextKey =
  | { readonly kind: 'key'; readonly key: PoolKey }
  | { readonly kind: 'wait'; readonly forMs: number | null }
  | { readonly kind: 'none' };

/**
 * The first key of the pool that rests for nobody and was not asked yet in this call. Where there is none, a key that
 * rests is worth waiting for, and one that was rejected is not; `restMs` says how long a key rests by what was known
 * before.
 */
export const nextKey = (
  pool: readonly PoolKey[],
  said: ReadonlyMap<string, Said>,
  restMs: (key: PoolKey) => number,
): NextKey => {
  const key = pool.find((each) => !said.has(each.id) && restMs(each) === 0);
  if (key !== undefined) return { kind: 'key', key };
  const waits = pool.flatMap((each) => {
    const word = said.get(each.id);
    if (word === 'rejected') return [];
    return [word === undefined ? restMs(each) : word.limitedMs];
  });
  if (waits.length === 0) return { kind: 'none' };
  const known = waits.filter((wait) => wait !== null);
  return { kind: 'wait', forMs: known.length < waits.length ? null : Math.min(...known) };
};
