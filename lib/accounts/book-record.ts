import type { Budgets, SettledAccount } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { AppError } from '../kernel/errors.ts';
import { formatUsd, minus } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import { estimatedPartOf, type UsageRecord, type UsageStore } from '../usage/record.ts';
import { packNote } from './adjustment-note.ts';

export interface BookParts {
  readonly budgets: Pick<Budgets, 'settle' | 'adjust'>;
  readonly usage: Pick<UsageStore, 'add' | 'find'>;
  readonly emit: Emit;
  /** Is given what the accounts besides the tenant's came to by a settlement. Default: nobody is. */
  readonly counted?: (settled: readonly SettledAccount[]) => void;
}

/** What a late owner adds to the record by which its attempt was given up. */
const adjustmentOf = (record: UsageRecord, lost: UsageRecord): UsageRecord => ({
  ...record,
  // Under the names that stand in the other record, so that the two add up in each group.
  userId: lost.userId,
  labels: lost.labels,
  attemptId: `${record.attemptId}:adjusted`,
  cost: minus(record.cost, lost.cost),
  estimatedCost: minus(estimatedPartOf(record), estimatedPartOf(lost)),
});

/**
 * Settles by a record that reconciling wrote, then puts the true cost in its place, once. The counters are corrected
 * together with a note of the record that is to be written, so that whoever is killed in between leaves nothing that
 * cannot be finished; reconciling takes the note away.
 */
const settleLate = async (
  { budgets, usage, emit }: BookParts,
  reservation: Reservation,
  record: UsageRecord,
  lost: UsageRecord,
  patience: Patience | undefined,
): Promise<void> => {
  const { unheld = false } = reservation;
  // What nobody holds is added by who found it lost; its mark may be gone, so it is not added here again.
  if (!unheld) await budgets.settle(reservation, lost.cost, patience);
  const adjusting = adjustmentOf(record, lost);
  const attemptId = unheld ? adjusting.attemptId : record.attemptId;
  const adjustment = { attemptId, note: packNote(reservation, adjusting) };
  await budgets.adjust(reservation, adjusting.cost, adjustment);
  const first = await usage.add(adjusting, patience);
  if (!first) return;
  const ids = { tenantId: label(record.tenantId), attemptId: label(record.attemptId) };
  emit({ type: 'usage.adjusted', ...ids, byUsd: label(formatUsd(adjusting.cost)) });
};

/**
 * Puts an attempt on the books: its record first, then its cost in the place of its reservation. Rejects with
 * `store-unavailable` where that could not be done within the patience; all of it may be repeated.
 */
export const bookRecord = async (
  parts: BookParts,
  reservation: Reservation,
  record: UsageRecord,
  { patience, recorded }: { readonly patience?: Patience | undefined; readonly recorded?: () => void } = {},
): Promise<void> => {
  const { budgets, usage } = parts;
  const first = await usage.add(record, patience);
  recorded?.();
  const standing = first ? record : await usage.find(record.tenantId, record.at, record.attemptId);
  if (standing === null) throw new AppError('internal', safe`A usage record that is there cannot be read.`);
  if (!first && standing.estimated === 'lost' && record.estimated !== 'lost')
    return settleLate(parts, reservation, record, standing, patience);
  const settled = await budgets.settle(reservation, standing.cost, patience);
  parts.counted?.(settled);
};
