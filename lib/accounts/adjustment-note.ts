import { packReservation, type Reservation, unpackReservation } from '../budget/reservation.ts';
import type { UsageRecord } from '../usage/record.ts';
import { packRecord, unpackRecord } from '../usage/record-text.ts';

/**
 * What stands in a budget's item until an adjustment is finished: who held the reservation, and the record to be
 * written.
 */
export const packNote = (reservation: Reservation, adjusting: UsageRecord): string =>
  `${packRecord(adjusting)}\n${packReservation(reservation)}`;

/** `null` where the text is none of ours. */
export const unpackNote = (
  note: string,
  tenantId: string,
  attemptId: string,
): { readonly reservation: Reservation; readonly adjusting: UsageRecord } | null => {
  // JSON has no raw line feed, so the first one ends it, whatever the end user is called.
  const end = note.indexOf('\n');
  const reservation = unpackReservation(tenantId, attemptId, note.slice(end + 1));
  const adjusting = end < 0 ? null : unpackRecord(note.slice(0, end));
  return adjusting === null || reservation === null ? null : { reservation, adjusting };
};
