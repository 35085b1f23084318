import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { createDeadline, type Deadline, storageLimitMs } from '../kernel/deadline.ts';
import { holdLease } from '../kernel/lease.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Holding, Slot, SlotStore } from './slot-store.ts';

/** How long a slot outlives a holder that was killed; up to a second more, because times to live are whole seconds. */
export const SLOT_LIFE_MS = 30_000;
/** Longest time that a run is held up by its slot, at either end. */
export const SLOT_LIMIT_MS = 3_000;

/** Of the run that holds the slot. */
export type SlotDeadline = Pick<Deadline, 'remainingMs' | 'signal'>;

/** No holding outlives its run, but for the rest of a second, since times to live are whole ones. */
export const holdingOf = (holder: string, now: number, deadline: SlotDeadline): Holding => ({
  holder,
  expiresAt: epochSeconds(now + Math.min(SLOT_LIFE_MS, deadline.remainingMs())),
});

export interface HeldSlotParts {
  readonly store: Pick<SlotStore, 'renew' | 'release'>;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly deadline: SlotDeadline;
}

/** A slot while it is held. The first word counts; none rejects. */
export interface HeldSlot {
  release(): Promise<void>;
  /** Renews it no more: it is another's who takes it over, or expires. */
  leave(): Promise<void>;
}

/** Keeps a slot that was just taken until it is released or left. */
export const holdSlot = ({ store, clock, emit, deadline }: HeldSlotParts, slot: Slot, holder: string): HeldSlot => {
  let ending: Promise<void> | null = null;
  const failed = (operation: Redacted, error: unknown) =>
    emit({ type: 'store.failed', operation, ...describeFailure(error) });

  const renew = async (signal: AbortSignal): Promise<boolean> => {
    try {
      // Lost to another one, who took it for abandoned: it is theirs, and the run goes on without.
      return await store.renew(slot, holdingOf(holder, clock.now(), deadline), signal);
    } catch (error) {
      if (!signal.aborted) failed(safe`slots.renew`, error);
      return true;
    }
  };
  const endLease = holdLease({ clock, leaseMs: SLOT_LIFE_MS, forMs: deadline.remainingMs(), renew });
  const release = async (): Promise<void> => {
    // A renewal that arrives after all finds no slot of its holder's, and changes nothing.
    await endLease();
    using limit = createDeadline(clock, storageLimitMs(deadline, SLOT_LIMIT_MS));
    try {
      await store.release(slot, holder, limit.signal);
    } catch (error) {
      failed(safe`slots.release`, error);
    }
  };
  return { release: () => (ending ??= release()), leave: () => (ending ??= endLease()) };
};
