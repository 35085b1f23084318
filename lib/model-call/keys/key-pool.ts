import { createHash } from 'node:crypto';
import { ageMs, type Mark, markOf } from '../../kernel/age.ts';
import type { Clock, Random } from '../../kernel/clock.ts';
import type { Secret } from '../../secrets/loader.ts';
import { parseProviderKeys } from '../../secrets/provider-keys.ts';
import type { PoolKey } from '../provider.ts';

/** The service's own keys with the provider, taken in turns. */
export interface KeyPool {
  /**
   * All keys, beginning with the one whose turn it is; those that were rejected lately come last. Rejects with
   * `store-unavailable`.
   */
  nextKeys(): Promise<readonly [PoolKey, ...PoolKey[]]>;
  /** Reads the secret again: a key in it was rejected. Never rejects. */
  refresh(): Promise<void>;
  /** Puts a key that the provider rejects behind all others for a while. */
  demote(key: PoolKey): void;
}

export interface KeyPoolOptions {
  /** One key or several, in a form that `parseProviderKeys` reads. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly random: Random;
}

/** After so long a rejected key has its turn again: its owner may have enabled it. */
const REJECTED_MS = 60_000;
/** Far more than any pool has keys. */
const MANY_TURNS = 2 ** 20;
/** Enough to tell keys apart; a key itself has far more than these bits. */
const ID_CHARS = 16;

export const keyOf = (value: string): PoolKey => ({
  id: createHash('sha256').update(value).digest('hex').slice(0, ID_CHARS),
  value,
});

export const createKeyPool = ({ secret, clock, random }: KeyPoolOptions): KeyPool => {
  const rejectedAt = new Map<string, Mark>();
  let known = '';
  let keys: readonly PoolKey[] = [];
  // Many environments answer few calls each: they do not all begin with the same key.
  let turns = Math.floor(random() * MANY_TURNS);

  const current = async (): Promise<readonly PoolKey[]> => {
    const text = await secret.get();
    if (text !== known) [known, keys] = [text, parseProviderKeys(text).map(keyOf)];
    return keys;
  };
  const isOver = (since: Mark): boolean => ageMs(clock, since) >= REJECTED_MS;
  const isRejected = ({ id }: PoolKey): boolean => {
    const since = rejectedAt.get(id);
    return since !== undefined && !isOver(since);
  };

  return {
    async nextKeys() {
      const all = await current();
      const first = turns++ % all.length;
      const rotated = [...all.slice(first), ...all.slice(0, first)];
      return rotated.toSorted((a, b) => Number(isRejected(a)) - Number(isRejected(b))) as [PoolKey, ...PoolKey[]];
    },
    async refresh() {
      // What cannot be read anew stays as it is.
      await secret.refresh().catch(() => {});
    },
    demote(key) {
      for (const [id, since] of rejectedAt) if (isOver(since)) rejectedAt.delete(id);
      rejectedAt.set(key.id, markOf(clock));
    },
  };
};
