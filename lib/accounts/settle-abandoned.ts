import type { Budgets } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import type { Settlement } from '../budget/store.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { formatUsd, ZERO } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import { NO_TOKENS, type UsageRecord, type UsageStore } from '../usage/record.ts';
import { HOUR_MS, startOfHour } from '../usage/reports/time-range.ts';
import { type BookParts, bookRecord } from './book-record.ts';
import type { ParkedAttempt, Parking } from './parking.ts';

/** Records of one tenant that are looked up at a time. */
const AT_ONCE = 8;

export interface SettleAbandonedParts extends BookParts {
  readonly budgets: Pick<Budgets, 'settle' | 'settleAll' | 'adjust'>;
  readonly usage: UsageStore;
  /** Makes the sums of an hour anew, after a record was added to it late. */
  readonly rewrite: (tenantId: string, at: number) => Promise<void>;
  /** A reservation that is older by `SETTLE_MARGIN_MS` belongs to a process that is no more. */
  readonly longestCallMs: number;
  /** Default: nothing is parked. */
  readonly parking?: Pick<Parking, 'remove'> | undefined;
}

/** What became of some that were left: how many are on the books, and why others are not. */
export interface Settled {
  readonly settled: number;
  readonly failures: readonly unknown[];
}

/** An end user in the record of a lost attempt: the item has their hash alone. */
const pseudonymOf = (userHash: string | null): string | null => (userHash === null ? null : `sha256:${userHash}`);

const lostRecord = ({ tenantId, at, attemptId, amount, keyId, userHash, agent, model }: Reservation): UsageRecord => ({
  attemptId,
  runId: attemptId.split(':')[0] ?? attemptId,
  tenantId,
  keyId,
  userId: pseudonymOf(userHash),
  agent,
  model,
  at,
  answered: false,
  estimated: 'lost',
  tokens: NO_TOKENS,
  cost: amount,
});

interface Found extends Settlement {
  readonly outcome: Redacted;
  readonly parked?: ParkedAttempt;
}

/**
 * By which record a reservation is to be settled. Where there is none the provider may have been paid, so it is booked at its
 * full amount; whoever owns it and is late finds that record, and puts its own figures in its place.
 */
const findRecord = async ({ usage }: SettleAbandonedParts, reservation: Reservation): Promise<Found | null> => {
  const { tenantId, at, attemptId } = reservation;
  let record = await usage.find(tenantId, at, attemptId);
  if (record === null) {
    const lost = lostRecord(reservation);
    record = (await usage.add(lost)) ? lost : await usage.find(tenantId, at, attemptId);
  }
  if (record === null) return null;
  return { reservation, actual: record.cost, outcome: record.estimated === 'lost' ? safe`lost` : safe`recorded` };
};

/** Books what a process could only park; what is left is to settle its reservation, together with others. */
const bookParked = async (parts: SettleAbandonedParts, parked: ParkedAttempt): Promise<Found> => {
  const { reservation, record } = parked;
  const outcome = record === null ? safe`given-back` : safe`parked`;
  if (record === null) {
    await parts.budgets.settle({ ...reservation, fenced: true }, ZERO);
    return { reservation, actual: ZERO, outcome, parked };
  }
  const standing = (await parts.usage.add(record))
    ? record
    : await parts.usage.find(record.tenantId, record.at, record.attemptId);
  const isLate = standing?.estimated === 'lost' && record.estimated !== 'lost';
  // One that may still be held later is settled by itself, since a tombstone has to stand there in any case.
  if (standing === null || isLate || reservation.fenced) await bookRecord(parts, reservation, record);
  return { reservation, actual: isLate ? record.cost : (standing ?? record).cost, outcome, parked };
};

/**
 * Settles what was left open or parked, many in one write; one that fails keeps none of the others from their turn. Sums of
 * hours that were made before are made anew.
 */
export const settleAbandoned = async (
  parts: SettleAbandonedParts,
  tenantId: string,
  abandoned: readonly Reservation[],
  parked: readonly ParkedAttempt[],
  now: number,
): Promise<Settled> => {
  const { budgets, parking, rewrite, longestCallMs, emit } = parts;
  const failures: unknown[] = [];
  const attempt = async <T>(act: () => Promise<T>): Promise<T | null> => {
    try {
      return await act();
    } catch (error) {
      failures.push(error);
      return null;
    }
  };
  const found = [
    ...(await concurrently(parked, AT_ONCE, (each) => attempt(() => bookParked(parts, each)))),
    ...(await concurrently(abandoned, AT_ONCE, (each) => attempt(() => findRecord(parts, each)))),
  ].filter((each) => each !== null);
  // Sums of an hour are made once its longest call is over. What could not be put into them waits for the next pass.
  const unsummed = new Set<number>();
  for (const [hour, [first]] of Map.groupBy(found, ({ reservation: { at } }) => startOfHour(at)))
    if (hour + HOUR_MS + longestCallMs <= now && first !== undefined)
      if ((await attempt(() => rewrite(tenantId, first.reservation.at).then(() => true))) === null) unsummed.add(hour);

  const settling = found.filter(({ reservation: { at } }) => !unsummed.has(startOfHour(at)));
  const settled = (await attempt(() => budgets.settleAll(tenantId, settling))) ?? [];
  if (settled.length < settling.length && failures.length === 0) failures.push(new Error('some are held open'));
  for (const each of settling.filter((one) => settled.includes(one))) {
    const { reservation, actual, outcome } = each;
    const ids = { tenantId: label(tenantId), attemptId: label(reservation.attemptId) };
    emit({ type: 'budget.reconciled', ...ids, outcome, costUsd: label(formatUsd(actual)) });
    if (each.parked) await attempt(async () => parking?.remove(reservation));
  }
  return { settled: settled.length, failures };
};
