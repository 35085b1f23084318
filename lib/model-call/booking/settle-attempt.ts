import { type BookParts, bookRecord } from '../../accounts/book-record.ts';
import type { Parking } from '../../accounts/parking.ts';
import type { Reservation } from '../../budget/reservation.ts';
import type { Patience } from '../../dynamodb/with-store-retries.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ZERO } from '../../kernel/money.ts';
import { label } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { UsageRecord } from '../../usage/record.ts';
import { unrecorded } from './attempt-events.ts';

export interface SettleParts extends BookParts {
  /** Default: what cannot be written in time is told in the log alone. */
  readonly parking?: Pick<Parking, 'park' | 'remove'> | undefined;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** How the books of an attempt are being closed. */
export interface Closing {
  /** Resolves when they are closed or are safe with the reconciler, and when it was told that they are neither. */
  readonly secured: Promise<void>;
  /** Resolves when nothing more is tried here. */
  readonly ended: Promise<void>;
}

/** So long a write is tried before the attempt is parked too: longer than what DynamoDB throttles or stumbles over. */
const PARK_AFTER_MS = 2_000;

/**
 * So long it is tried after it was parked: another process can do it as well, but not before its next minute. An item
 * that is short of units takes one write in ten or so; with ten seconds a quarter of its reservations stood there for
 * the reconciler, and their size kept it short (docs/adr/0022).
 */
const PARKED_PATIENCE_MS = 30_000;

/** Where nobody says how long it may take. */
const PATIENCE_MS = 60_000;

const idsOf = ({ tenantId, attemptId }: Reservation) => ({ tenantId: label(tenantId), attemptId: label(attemptId) });

/**
 * Closes the books of an attempt, or gives back one that was never sent (`record` is `null`). Tried at once, and again with
 * back-off; after two seconds it is parked for the reconciler as well, and tried on for as long as there is `patience`.
 * Never rejects: what can neither be written nor parked is told in full, and its reservation stays until reconciling settles
 * it.
 */
export const closeBooks = (
  parts: SettleParts,
  asked: Reservation,
  record: UsageRecord | null,
  patience: Patience = PATIENCE_MS,
): Closing => {
  let reservation = asked;
  const { budgets, parking, emit, clock } = parts;
  // Of all that is written together, not of each write.
  const lasting = (ms: number) => {
    const endsAt = clock.monotonicMs() + ms;
    return () => endsAt - clock.monotonicMs();
  };
  let isRecorded = record === null;
  const recorded = () => {
    isRecorded = true;
  };
  const book = async (within: Patience): Promise<void> =>
    record === null
      ? void (await budgets.settle(reservation, ZERO, within))
      : bookRecord(parts, reservation, record, { patience: within, recorded });
  const tell = (error: unknown) => {
    if (!isRecorded && record !== null)
      emit({ type: 'usage.unrecorded', ...unrecorded(record), error: nameError(error) });
    else emit({ type: 'budget.unsettled', ...idsOf(reservation), error: nameError(error) });
  };

  const insist = async (secure: () => void): Promise<void> => {
    if (parking === undefined) return book(patience).catch(tell);
    try {
      return await book([patience, lasting(PARK_AFTER_MS)]);
    } catch (error) {
      emit({ type: 'budget.delayed', ...idsOf(reservation), error: nameError(error) });
    }
    // From here on another may book it too: what nobody holds is known by a mark that stays.
    if (asked.unheld) reservation = { ...asked, fenced: true };
    let [isParked, isBooked] = [false, false];
    const unlessBooked = () => (isBooked && !asked.unheld ? 0 : Number.POSITIVE_INFINITY);
    const parked = parking.park({ reservation, record }, [patience, unlessBooked]).then(
      () => {
        isParked = true;
        secure();
      },
      () => undefined,
    );
    const parkedLeft = lasting(PARKED_PATIENCE_MS);
    try {
      await book([patience, () => (isParked ? parkedLeft() : Number.POSITIVE_INFINITY)]);
      isBooked = true;
      secure();
    } catch (error) {
      await parked;
      if (!isParked) tell(error);
      return;
    }
    await parked;
    // Where it stays, reconciling finds that it is on the books, and removes it; with its mark, if nobody held it.
    if (isParked && !asked.unheld) await parking.remove(reservation).catch(() => undefined);
  };
  const secured = Promise.withResolvers<void>();
  const ended = insist(secured.resolve).finally(secured.resolve);
  return { secured: secured.promise, ended };
};

/** Puts an attempt on the books, as `closeBooks` does; resolves when nothing more is tried. */
export const settleAttempt = (
  parts: SettleParts,
  reservation: Reservation,
  record: UsageRecord,
  patience?: Patience,
): Promise<void> => closeBooks(parts, reservation, record, patience).ended;
