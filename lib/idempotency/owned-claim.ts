import { type Clock, epochSeconds, orAborted } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { endingOf, type StoredResult } from './answer.ts';
import type { Running } from './claim.ts';
import type { GiveBack } from './give-back.ts';
import type { ScopedKey } from './key.ts';
import { type createPersist, keptFor } from './persist.ts';
import type { ClaimStore } from './store.ts';

/**
 * What became of an owner's last word: `done`; `refused`, because the claim was not its own any more, had ended or,
 * for `release`, bears effects; `failed`, because the store did not answer in time: it goes on being asked for a minute.
 */
export type ClaimEnd = 'done' | 'refused' | 'failed';

/** A key that is this request's own to work under, until its lock ends. */
export interface OwnedClaim {
  readonly kind: 'claimed';
  /** As it is stored. */
  readonly key: ScopedKey;
  /**
   * Keeps the answer for every repetition. Never rejects: a claim that can't be ended takes no answer away. Waits
   * `withinMs` at most; by default as long as the store's own attempts last.
   */
  complete(result: StoredResult, withinMs?: number): Promise<ClaimEnd>;
  /** Frees the key, for a request that was refused before it cost anything. Never rejects; waits as `complete` does. */
  release(withinMs?: number): Promise<ClaimEnd>;
  /** Resolves when nothing more is tried for the claim, or when nobody is to be kept for it any longer. */
  ended(): Promise<void>;
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
  readonly giveBack: Pick<GiveBack, 'begin'>;
  /** Makes the completion again that the store did not answer. */
  readonly persist: ReturnType<typeof createPersist>;
}

/** Binds a claim that was just taken to its owner: all it does is conditional on the claim's own id. */
export const ownedClaim = (
  { store, clock, emit, retentionMs, giveBack, persist }: OwnerParts,
  key: ScopedKey,
  owner: Running,
): OwnedClaim => {
  let marking: Promise<void> | null = null;
  let isDone = false;
  let going: Promise<unknown> = Promise.resolve();

  const mark = async (): Promise<void> => {
    if (await store.markEffects(key, owner)) return;
    throw new AppError('run-conflict', safe`Another request is running with this Idempotency-Key.`);
  };
  const end = async (
    operation: Redacted,
    write: () => Promise<boolean>,
    goOn: () => Promise<void>,
    withinMs: number | undefined,
  ): Promise<ClaimEnd> => {
    const written = write().then(
      (done) => (done ? 'done' : 'refused'),
      (error: unknown) => {
        emit({ type: 'store.failed', operation, ...describeFailure(error) });
        going = goOn();
        return 'failed' as const;
      },
    );
    going = written;
    if (withinMs === undefined) return written;
    using limit = createDeadline(clock, withinMs);
    return await orAborted(written, limit.signal).catch(() => 'failed' as const);
  };
  const completion = (result: StoredResult) => () =>
    store.complete(key, owner, endingOf(result), epochSeconds(clock.now() + retentionMs));

  return {
    kind: 'claimed',
    key,
    complete(result, withinMs) {
      const complete = completion(result);
      const operation = safe`idempotency.complete`;
      isDone = true;
      return end(operation, complete, () => persist(operation, complete), withinMs);
    },
    release: (withinMs) =>
      end(
        safe`idempotency.release`,
        () => store.release(key, owner),
        // Work that was done is not to be begun anew.
        () => (isDone ? Promise.resolve() : giveBack.begin(key, owner)),
        withinMs,
      ),
    async ended() {
      const ended = async () => {
        for (let last: unknown; last !== going;) await (last = going);
      };
      await keptFor(clock, ended());
    },
    // Tools run in parallel and each asks: one write answers them all, and one that failed is made again.
    markEffects: () =>
      (marking ??= mark().catch((error: unknown) => {
        marking = null;
        throw error;
      })),
  };
};
