import type { Claim, Running } from './claim.ts';
import type { ScopedKey } from './key.ts';
import type { ClaimStore } from './store.ts';

/** For tests, and for an environment without a table. */
export const createMemoryClaimStore = (): ClaimStore => {
  const claims = new Map<ScopedKey, Claim>();
  const running = (key: ScopedKey, { claimId }: Running): Running | null => {
    const claim = claims.get(key);
    return claim?.state === 'running' && claim.claimId === claimId ? claim : null;
  };
  const withoutEffects = (key: ScopedKey, owner: Running): boolean => running(key, owner)?.effects === false;

  return {
    async take(key, claim, now) {
      const found = claims.get(key);
      if (found !== undefined && found.expiresAt * 1000 > now) return found;
      claims.set(key, claim);
      return null;
    },
    async takeOver(key, from, claim) {
      if (!withoutEffects(key, from)) return false;
      claims.set(key, claim);
      return true;
    },
    async markEffects(key, owner) {
      if (running(key, owner) === null) return false;
      claims.set(key, { ...owner, effects: true });
      return true;
    },
    async complete(key, owner, ending, expiresAt) {
      if (running(key, owner) === null) return false;
      const held = { claimId: owner.claimId, fingerprint: owner.fingerprint, expiresAt };
      if (ending.state === 'too-large') claims.set(key, { ...held, ...ending });
      else {
        const { text, ...rest } = ending;
        claims.set(key, { ...held, ...rest, readText: async () => text });
      }
      return true;
    },
    async release(key, owner) {
      return withoutEffects(key, owner) && claims.delete(key);
    },
  };
};
