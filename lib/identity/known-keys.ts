import { markOf } from '../kernel/age.ts';
import { createExpiringCache } from '../kernel/caching/expiring-cache.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ApiKey, ApiKeyStore } from '../tenants/types.ts';
import { createGuessLimit } from './guess-limit.ts';
import { hasChecksum, hashKey, isOfOurForm } from './issue-key.ts';
import { createLookUps, type LookUps } from './look-ups.ts';

/** About 5 MB at most. */
const MAX_ENTRIES = 10_000;
/** Keys from elsewhere that are real are few: those of development, and those that an operator has made up. */
const MAX_FOREIGN = 1_000;

export interface KnownKeysOptions {
  readonly keys: Pick<ApiKeyStore, 'find'>;
  readonly clock: Clock;
  /** What a key is refused with that is not looked up for the flood of guesses it comes in. */
  readonly refusal: () => Error;
}

/** Keys by what was presented, read from the store as seldom as can be. */
export interface KnownKeys extends Pick<LookUps<ApiKey>, 'forget'> {
  find(presented: string): Promise<ApiKey | null>;
}

/**
 * A key of our form is looked up if its checksum is right, and told to be none without asking if it is wrong. A key of
 * another form is a guess until it was found once: then it goes on working through any flood.
 */
export const createKnownKeys = ({ keys, clock, refusal }: KnownKeysOptions): KnownKeys => {
  const lookUps = createLookUps<ApiKey>({ clock, maxEntries: MAX_ENTRIES });
  const guesses = createGuessLimit(clock);
  const foundBefore = createExpiringCache<true>({ clock, ttlMs: Infinity, maxEntries: MAX_FOREIGN });

  const readForeign = async (hash: string): Promise<ApiKey | null> => {
    const read = () => keys.find(hash);
    const key = await (foundBefore.get(hash) ? read() : guesses.lookUp(read, refusal));
    if (key !== null) foundBefore.set(hash, true, markOf(clock));
    return key;
  };

  return {
    async find(presented) {
      const ours = isOfOurForm(presented);
      if (ours && !hasChecksum(presented)) return null;
      const hash = hashKey(presented);
      return lookUps.find(hash, () => (ours ? keys.find(hash) : readForeign(hash)));
    },
    forget: (matches) => lookUps.forget(matches),
  };
};
