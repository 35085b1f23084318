import { monthOf } from '../lib/budget/account.ts';
import { dayName, reservationName } from '../lib/budget/item.ts';
import { packReservation } from '../lib/budget/reservation.ts';
import { newHeld } from './reservations.ts';
import type { Section } from './section.ts';

const OPEN = [0, 10, 100, 1_000];

/** Seconds from reserve to settle. */
const DURATIONS = [1, 5, 20];

/** What one partition of DynamoDB writes a second, in units of 1 KB (AWS, Service quotas, November 2026). */
const UNITS_PER_SECOND = 1_000;
const UNIT_BYTES = 1_024;

/** Each call writes the item twice. */
const WRITES_PER_CALL = 2;

const DAYS = 30;

/** Of a number of so many digits: two digits a byte and one more (AWS, Item sizes and formats). */
const numberBytes = (digits: number): number => Math.ceil(digits / 2) + 1;

const tenantId = 'a-tenant-of-20-chars';

/** Bytes of the item at the end of a month: keys, the month's counter and one for each day. */
export const baseBytes = (): number =>
  'pk'.length +
  `budget#${tenantId}`.length +
  'sk'.length +
  monthOf(0).length +
  'month'.length +
  numberBytes(15) +
  DAYS * (dayName('2026-11-20').length + numberBytes(14));

/** Bytes that one open reservation adds. */
export const reservationBytes = (): number => {
  const reservation = newHeld(tenantId);
  return Buffer.byteLength(reservationName(reservation.attemptId)) + Buffer.byteLength(packReservation(reservation));
};

const unitsAt = (open: number): number => Math.ceil((baseBytes() + open * reservationBytes()) / UNIT_BYTES);

/** Calls a second that one item takes when each lasts so long: as many are open as begin within that time. */
export const ceilingFor = (seconds: number, shards = 1): number => {
  let perShard = 0;
  const units = (calls: number) => calls * WRITES_PER_CALL * unitsAt(calls * seconds);
  while (units(perShard + 1) <= UNITS_PER_SECOND) perShard += 1;
  return perShard * shards;
};

/** What an open reservation costs every write of its tenant, and how many calls a second that leaves. */
export const itemSize = (): Section => ({
  title: 'Size of a budget item',
  columns: ['', 'bytes', 'write units a write'],
  rows: [
    ...OPEN.map((open) => [
      `${open} open reservations`,
      String(baseBytes() + open * reservationBytes()),
      String(unitsAt(open)),
    ]),
  ],
  meaning:
    `Reckoned by AWS’s rules for item sizes, for the last day of a month; a reservation adds ${reservationBytes()} bytes. ` +
    `With ${UNITS_PER_SECOND} write units a second for an item, and two writes a call, calls of ` +
    DURATIONS.map((seconds) => `${seconds} s`).join(', ') +
    ' have a ceiling of ' +
    [1, 4, 16]
      .map((shards) => {
        const ceilings = DURATIONS.map((seconds) => ceilingFor(seconds, shards)).join(', ');
        return `${ceilings} a second with ${shards === 1 ? 'one item' : `${shards} items`}`;
      })
      .join('; ') +
    '.',
  breaches: [],
});
