import { sleep } from '../kernel/clock.ts';
import { safe } from '../kernel/redacted.ts';
import type { Running } from './claim.ts';
import type { ScopedKey } from './key.ts';
import { createPersist, type PersistParts } from './persist.ts';
import type { ClaimStore } from './store.ts';

/** Claims that one environment is giving back at a time; an outage must not fill its memory. */
const MOST_GIVEN_BACK = 1_000;
/** When a key is freed once more: a write whose answer was lost may still be on its way. */
const LATE_ARRIVALS_MS = [1_000, 4_000, 15_000];

const NEVER = new AbortController().signal;

/** Claims of this environment under which nobody works, nor ever will, though the store may still hold them. */
export interface GiveBack {
  /** Frees a key whose owner has done nothing under it, now or as soon as the store answers. Never rejects. */
  begin(key: ScopedKey, claim: Running): Promise<void>;
  /** Whether a claim was given back, so that whoever finds it may take it over before its lock ends. */
  has(claimId: string): boolean;
}

export interface GiveBackParts extends PersistParts {
  readonly store: Pick<ClaimStore, 'release'>;
}

export const createGiveBack = (parts: GiveBackParts): GiveBack => {
  const { store, clock } = parts;
  const persist = createPersist(parts, MOST_GIVEN_BACK);
  const abandoned = new Set<string>();

  return {
    has: (claimId) => abandoned.has(claimId),
    async begin(key, claim) {
      abandoned.add(claim.claimId);
      const [oldest] = abandoned;
      if (abandoned.size > MOST_GIVEN_BACK && oldest !== undefined) abandoned.delete(oldest);
      const release = () => store.release(key, claim);
      await persist(safe`idempotency.give-back`, release);
      for (const pauseMs of LATE_ARRIVALS_MS) {
        await sleep(clock, pauseMs, NEVER);
        // Only what arrived late is there to be freed; where this fails too, it stays until its lock ends.
        await release().catch(() => false);
      }
    },
  };
};
