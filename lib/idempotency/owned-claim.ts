import { epochSeconds, type Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe, type Redacted } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { endingOf, type StoredResult } from './answer.ts';
import type { Running } from './claim.ts';
import type { ScopedKey } from './key.ts';
import type { ClaimStore } from './store.ts';

/**
 * What became of an owner's last word: `done`; `refused`, because the claim was not its own any more, had ended or,
 * for `release`, bears effects; `failed`, because the store did not answer: then the claim stands until its lock ends.
 */
export type Settled = 'done' | 'refused' | 'failed';

/** A key that is this request's own to work under, until its lock ends. */
export interface OwnedClaim {
  readonly kind: 'claimed';
  /** Keeps the answer for every repetition. Never rejects: a claim that can't be ended takes no answer away. */
  complete(result: StoredResult): Promise<Settled>;
  /** Frees the key, for a request that was refused before it cost anything. Never rejects. */
  release(): Promise<Settled>;
  /**
   * Before the first tool with effects: from now on nobody begins anew under this key. Rejects with `run-conflict`
   * when the claim was taken over, and with `store-unavailable`; then the tool must not run. Safe to call again.
   */
  markEffects(): Promise<void>;
}

export interface OwnerParts {
  readonly store: Pick<ClaimStore, 'markEffects' | 'complete' | 'release'>;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly retentionMs: number;
}

/** Binds a claim that was just taken to its owner: all it does is conditional on the claim's own id. */
export const ownedClaim = (
  { store, clock, emit, retentionMs }: OwnerParts,
  key: ScopedKey,
  owner: Running,
): OwnedClaim => {
  let marking: Promise<void> | null = null;

  const mark = async (): Promise<void> => {
    if (await store.markEffects(key, owner)) return;
    throw new AppError('run-conflict', safe`Another request goes on under this Idempotency-Key.`);
  };
  const settle = async (operation: Redacted, write: () => Promise<boolean>): Promise<Settled> => {
    try {
      return (await write()) ? 'done' : 'refused';
    } catch (error) {
      emit({ type: 'store.failed', operation, error: nameError(error) });
      return 'failed';
    }
  };

  return {
    kind: 'claimed',
    complete: (result) =>
      settle(safe`idempotency.complete`, () =>
        store.complete(key, owner, endingOf(result), epochSeconds(clock.now() + retentionMs)),
      ),
    release: () => settle(safe`idempotency.release`, () => store.release(key, owner)),
    // Tools run in parallel and each asks: one write answers them all, and one that failed is made again.
    markEffects: () =>
      (marking ??= mark().catch((error: unknown) => {
        marking = null;
        throw error;
      })),
  };
};
