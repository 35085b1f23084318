import type { Budgets } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import type { Settlement } from '../budget/store.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { formatUsd, ZERO } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import { NO_TOKENS, type UsageRecord, type UsageStore } from '../usage/record.ts';
import { HOUR_MS, startOfHour } from '../usage/reports/time-range.ts';
import { type BookParts, bookRecord } from './book-record.ts';
import type { ParkedAttempt, Parking } from './parking.ts';

/** So old a reservation has to be for a fence to stand at its instant: no two clocks are that far apart. */
const FENCED_AFTER_MS = 60_000;

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
  readonly parking?: Pick<Parking, 'claim' | 'book' | 'remove'> | undefined;
}

/** What became of some that were left: how many are on the books, and why others are not. */
export interface Settled {
  readonly settled: number;
  readonly failures: readonly unknown[];
}

/** An end user in the record of a lost attempt, as `bookedName` has them. */
const nameOf = (userHash: string | null): string | null => (userHash === null ? null : `sha256:${userHash}`);

const lostRecord = ({ tenantId, at, attemptId, amount, keyId, userHash, agent, model }: Reservation): UsageRecord => ({
  attemptId,
  runId: attemptId.split(':')[0] ?? attemptId,
  tenantId,
  keyId,
  userId: nameOf(userHash),
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
  /** Whether nothing of it is held any more. */
  readonly isSettled: boolean;
}

/** What is left of a tenant, and until when it may be tried. */
export interface LeftOver {
  readonly abandoned: readonly Reservation[];
  readonly parked: readonly ParkedAttempt[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Default: as long as each of the stores tries by itself. */
  readonly patience?: Patience | undefined;
  /**
   * Whether the tenant held it after what is parked was read: one that is settled already needs no write, which an item
   * that is short of units may refuse. Default: it may.
   */
  readonly isHeld?: (reservation: Reservation) => boolean;
}

/**
 * By which record a reservation is to be settled. Where there is none the provider may have been paid, so it is booked at its
 * full amount; whoever owns it and is late finds that record, and puts its own figures in its place.
 */
const findRecord = async (
  { usage, budgets }: SettleAbandonedParts,
  reservation: Reservation,
  { now, patience }: LeftOver,
): Promise<Found | null> => {
  const { tenantId, at, attemptId } = reservation;
  let record = await usage.find(tenantId, at, attemptId);
  if (record === null) {
    const lost = lostRecord(reservation);
    record = (await usage.add(lost)) ? lost : await usage.find(tenantId, at, attemptId);
  }
  if (record === null) return null;
  // What its owner knew of its requests, nobody knows any more.
  const fenced = { ...reservation, fenced: true };
  const isAlone = at > now - FENCED_AFTER_MS;
  if (isAlone) await budgets.settle(fenced, record.cost, patience);
  return {
    reservation: fenced,
    actual: record.cost,
    outcome: record.estimated === 'lost' ? safe`lost` : safe`recorded`,
    isSettled: isAlone,
  };
};

/** Books what a process could only park; what is left is to settle its reservation, together with others. */
const bookParked = async (
  parts: SettleAbandonedParts,
  parked: ParkedAttempt,
  { patience, isHeld = () => true }: LeftOver,
): Promise<Found> => {
  const { reservation, record } = parked;
  const { unheld = false, fenced = false } = reservation;
  if (record === null) {
    if (!unheld) await parts.budgets.settle({ ...reservation, fenced: true }, ZERO, patience);
    return { reservation, actual: ZERO, outcome: safe`given-back`, parked, isSettled: true };
  }
  const standing = (await parts.usage.add(record))
    ? record
    : await parts.usage.find(record.tenantId, record.at, record.attemptId);
  const isLate = standing?.estimated === 'lost' && record.estimated !== 'lost';
  // One that may still be held later is settled by itself, since a tombstone has to stand there in any case.
  const isAlone = standing === null || isLate || (fenced && !unheld);
  if (isAlone) await bookRecord(parts, reservation, record, { patience });
  const isLost = (standing ?? record).estimated === 'lost';
  const outcome = record.estimated !== 'lost' ? safe`parked` : isLost ? safe`lost` : safe`recorded`;
  // Of what nobody held, the amount that was lost is added beside the adjustment.
  const actual = isLate && !unheld ? record.cost : (standing ?? record).cost;
  return { reservation, actual, outcome, parked, isSettled: !unheld && (isAlone || !isHeld(reservation)) };
};

/**
 * Parks what nobody holds and a process left that is no more, then books it. From then on such a process, if it was only
 * slow, takes no mark away any more.
 */
const bookLeft = async (
  parts: SettleAbandonedParts,
  reservation: Reservation,
  left: LeftOver,
): Promise<Found | null> => {
  const lost = { reservation, record: lostRecord(reservation) };
  return (await parts.parking?.claim(lost)) ? bookParked(parts, lost, left) : null;
};

/**
 * Settles what was left open or parked, many in one write; one that fails keeps none of the others from their turn. Sums of
 * hours that were made before are made anew.
 */
export const settleAbandoned = async (
  parts: SettleAbandonedParts,
  tenantId: string,
  left: LeftOver,
): Promise<Settled> => {
  const { abandoned, parked, now, patience } = left;
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
    ...(await concurrently(parked, AT_ONCE, (each) => attempt(() => bookParked(parts, each, left)))),
    ...(await concurrently(abandoned, AT_ONCE, (each) =>
      attempt(() => (each.unheld ? bookLeft(parts, each, left) : findRecord(parts, each, left))),
    )),
  ].filter((each) => each !== null);
  // Sums of an hour are made once its longest call is over. What could not be put into them waits for the next pass.
  const unsummed = new Set<number>();
  for (const [hour, [first]] of Map.groupBy(found, ({ reservation: { at } }) => startOfHour(at)))
    if (hour + HOUR_MS + longestCallMs <= now && first !== undefined)
      if ((await attempt(() => rewrite(tenantId, first.reservation.at).then(() => true))) === null) unsummed.add(hour);

  const settling = found.filter(({ reservation: { at } }) => !unsummed.has(startOfHour(at)));
  const [over, held] = [settling.filter(({ isSettled }) => isSettled), settling.filter(({ isSettled }) => !isSettled)];
  const done = held.length === 0 ? [] : await attempt(() => budgets.settleAll(held, patience));
  const settled = [...over, ...(done ?? [])];
  if (settled.length < settling.length && failures.length === 0) failures.push(new Error('some are held open'));
  for (const each of settling.filter((one) => settled.includes(one))) {
    const { reservation, actual, outcome } = each;
    const ids = { tenantId: label(tenantId), attemptId: label(reservation.attemptId) };
    emit({ type: 'budget.reconciled', ...ids, outcome, costUsd: label(formatUsd(actual)) });
    const { parked: found } = each;
    if (found === undefined) continue;
    // What a copy could add again stays noted, so that its mark is found when it is needed no more.
    await attempt(async () => (reservation.unheld ? parking?.book(found, now) : parking?.remove(reservation)));
  }
  return { settled: settled.length, failures };
};
