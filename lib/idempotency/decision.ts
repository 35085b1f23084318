import type { Claim, Running } from './claim.ts';

/** What a claim means for a request that finds it. */
export type Decision =
  /** The answer is there: give it again. */
  | { readonly kind: 'replay'; readonly claim: Extract<Claim, { state: 'completed' }> }
  /** The work was done, but its answer is not kept. */
  | { readonly kind: 'too-large'; readonly runId: string | null }
  | { readonly kind: 'in-progress'; readonly retryAfterMs: number }
  /** The key belongs to another request. */
  | { readonly kind: 'reused-key' }
  /** The owner died after it may have changed the world. */
  | { readonly kind: 'effects' }
  /** The owner died before that: the work may begin anew. */
  | { readonly kind: 'take-over'; readonly claim: Running };

/** The lock is for an owner that died; one that lives is mostly done long before it ends. */
export const ASK_AGAIN_MS = 5_000;

/**
 * Decides about an unexpired claim. `isAbandoned`: its owner is known to do nothing under it, whatever its lock says. A lock that has run out speaks of a dead owner, not of a free key:
 * another request's key stays refused.
 */
export const decide = (claim: Claim, fingerprint: string, now: number, isAbandoned = false): Decision => {
  if (claim.fingerprint !== fingerprint) return { kind: 'reused-key' };
  switch (claim.state) {
    case 'completed':
      return { kind: 'replay', claim };
    case 'too-large':
      return { kind: 'too-large', runId: claim.runId };
    case 'running':
      if (now < claim.lockedUntil && !isAbandoned)
        return { kind: 'in-progress', retryAfterMs: Math.min(claim.lockedUntil - now, ASK_AGAIN_MS) };
      return claim.effects ? { kind: 'effects' } : { kind: 'take-over', claim };
  }
};
