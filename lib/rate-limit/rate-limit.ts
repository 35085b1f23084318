import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure, nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { createBulkhead } from './bulkhead.ts';
import { charge, giveBack, increment, take, type View, viewOf } from './decision.ts';
import { createKnownTats } from './known-tats.ts';
import { fromMs, rateOf } from './rate.ts';
import type { RateStore } from './store.ts';
import { createBucketUpdater, type Decide } from './update-bucket.ts';

/** Longest time to the store's answer. Whoever waits for a turn before that waits for a store that does answer others. */
export const TAKE_LIMIT_MS = 3_000;
/**
 * Updates of one environment on one bucket at a time: the first refusal then answers all that wait, unwritten. So many failures in a row
 * are the store's, and all that wait pass uncounted.
 */
export const MAX_AT_ONCE = 8;
/** When to come back where nothing ever passes, and where others were faster each time. */
export const NEVER_MS = 60_000;
export const CONTENDED_MS = 1_000;

export interface Bucket {
  /** `<whose>#<ids>#<of what>`, as `tenant#acme#requests`; events name the first part and the last. */
  readonly key: string;
  /** A whole number of permits: that many are held, a sixtieth of them refilled each second. 0: nothing ever passes. */
  readonly permitsPerMinute: number;
}

/** `remaining`: whole permits left, after this; `resetMs`: until the bucket is full. */
export type Decision =
  | (View & {
      readonly admitted: true;
      /**
       * Undoes the take, for a call that another limit refused; or so many of its permits, for one that used fewer.
       * Once; never rejects, and waits `withinMs` at most.
       */
      giveBack(permits?: number, withinMs?: number): Promise<void>;
    })
  | (View & { readonly admitted: false; readonly retryAfterMs: number });

/** The buckets of all tenants, keys and users, shared by every process on the store. */
export interface RateLimit {
  /** Takes `cost` permits. Never rejects: where the store fails the call passes uncounted, and `limit.unguarded` says so; a caller whose signal aborts is held up no longer. */
  take(bucket: Bucket, cost: number, signal?: AbortSignal): Promise<Decision>;
  /**
   * Charges what was used beyond what was taken, into debt of at most ten minutes. Never rejects, and waits `withinMs`
   * at most.
   */
  charge(bucket: Bucket, cost: number, withinMs?: number): Promise<void>;
}

export interface RateLimitOptions {
  readonly store: RateStore;
  readonly clock: Clock;
  readonly emit: Emit;
}

const nameOf = (key: string): Redacted => {
  const parts = key.split('#');
  return label(`${parts.at(0)}-${parts.at(-1)}`);
};

export const createRateLimit = ({ store, clock, emit }: RateLimitOptions): RateLimit => {
  const known = createKnownTats(clock);
  const bulkhead = createBulkhead(MAX_AT_ONCE, MAX_AT_ONCE);
  const moves = createBucketUpdater({ store, clock, known });
  const now = () => fromMs(clock.now());
  /** Settles when it is its turn, and then in time. */
  const updateBucket = <Other extends { readonly kind: string }>(
    key: string,
    decide: Decide<Other>,
    caller?: AbortSignal,
    asks = false,
  ) =>
    bulkhead.run(
      key,
      async () => {
        using limit = createDeadline(clock, TAKE_LIMIT_MS, caller);
        return await moves.update(key, decide, limit.signal, asks);
      },
      caller,
    );
  const unguarded = (key: string, error: Redacted) => emit({ type: 'limit.unguarded', limit: nameOf(key), error });

  const undo = ({ key, permitsPerMinute }: Bucket, cost: number, taken: bigint) => {
    let isDone = false;
    return async (permits = cost, withinMs = TAKE_LIMIT_MS): Promise<void> => {
      if (isDone || permits <= 0) return;
      isDone = true;
      const rate = rateOf(permitsPerMinute);
      // Of the whole, since no more than the longest debt was taken of it.
      const unused = increment(rate, cost) - increment(rate, cost - permits);
      const back = giveBack(rate, unused, taken, now());
      // What was refused here is worth another question.
      known.set(key, null);
      if (back === null) return;
      using limit = createDeadline(clock, Math.min(TAKE_LIMIT_MS, withinMs));
      try {
        await moves.once(key, back, limit.signal);
      } catch (error) {
        emit({ type: 'store.failed', operation: safe`rate-limit.give-back`, ...describeFailure(error) });
      }
    };
  };

  return {
    async take(bucket, cost, caller) {
      const { key, permitsPerMinute } = bucket;
      if (permitsPerMinute <= 0) return { admitted: false, retryAfterMs: NEVER_MS, remaining: 0, resetMs: NEVER_MS };
      const rate = rateOf(permitsPerMinute);
      const decide = (tat: bigint | null, at: bigint) => take(rate, cost, tat, at);
      const view = (tat: bigint | null) => viewOf(rate, tat ?? 0n, now());

      try {
        // Known to be empty: that needs no turn, nor a store that answers.
        const first = decide(known.get(key), now());
        const isRefused = first.kind === 'refuse';
        const decided = isRefused && !known.isDue(key) ? first : await updateBucket(key, decide, caller, isRefused);
        if (decided.kind === 'moved') {
          return { admitted: true, ...view(decided.tat), giveBack: undo(bucket, cost, decided.tat) };
        }
        if (decided.kind === 'contended') {
          return { admitted: false, retryAfterMs: CONTENDED_MS, ...view(known.get(key)) };
        }
        return { admitted: false, retryAfterMs: decided.retryAfterMs, ...view(decided.tat) };
      } catch (error) {
        // Of a caller who is gone nothing more comes: nobody passes uncounted.
        if (caller?.aborted !== true) unguarded(key, nameError(error));
        return { admitted: true, remaining: permitsPerMinute, resetMs: 0, giveBack: async () => {} };
      }
    },

    async charge({ key, permitsPerMinute }, cost, withinMs = TAKE_LIMIT_MS) {
      if (permitsPerMinute <= 0 || cost <= 0) return;
      const rate = rateOf(permitsPerMinute);
      // A turn is waited for as well.
      using limit = createDeadline(clock, withinMs);
      try {
        const charged = await updateBucket(key, (tat, at) => charge(rate, cost, tat, at), limit.signal);
        if (charged.kind === 'contended') unguarded(key, safe`contended`);
      } catch (error) {
        unguarded(key, nameError(error));
      }
    },
  };
};
