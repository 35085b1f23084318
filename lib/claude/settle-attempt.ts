import type { Budgets } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import { AppError } from '../kernel/errors.ts';
import { formatUsd, minus } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { estimatedPartOf, type UsageRecord, type UsageStore } from '../usage/record.ts';
import { packNote } from './adjustment-note.ts';
import { unrecorded } from './book-attempt.ts';

export interface SettleParts {
  readonly budgets: Pick<Budgets, 'settle' | 'adjust'>;
  readonly usage: Pick<UsageStore, 'add' | 'find'>;
  readonly emit: Emit;
}

/** What a late owner adds to the record by which its attempt was given up. */
const adjustmentOf = (record: UsageRecord, lost: UsageRecord): UsageRecord => ({
  ...record,
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
  { budgets, usage, emit }: SettleParts,
  reservation: Reservation,
  record: UsageRecord,
  lost: UsageRecord,
): Promise<void> => {
  await budgets.settle(reservation, lost.cost);
  const adjusting = adjustmentOf(record, lost);
  const adjustment = { attemptId: record.attemptId, note: packNote(reservation, adjusting) };
  await budgets.adjust(reservation, adjusting.cost, adjustment);
  const first = await usage.add(adjusting);
  if (!first) return;
  const ids = { tenantId: label(record.tenantId), attemptId: label(record.attemptId) };
  emit({ type: 'usage.adjusted', ...ids, byUsd: label(formatUsd(adjusting.cost)) });
};

/**
 * Puts an attempt on the books: its record first, then its cost in the place of its reservation. Never rejects: what
 * cannot be written is told in full, and its reservation stays until reconciling settles it.
 */
export const settleAttempt = async (
  parts: SettleParts,
  reservation: Reservation,
  record: UsageRecord,
): Promise<void> => {
  const { budgets, usage, emit } = parts;
  let first: boolean;
  try {
    first = await usage.add(record);
  } catch (cause) {
    emit({ type: 'usage.unrecorded', ...unrecorded(record), error: nameError(cause) });
    return;
  }
  try {
    const standing = first ? record : await usage.find(record.tenantId, record.at, record.attemptId);
    if (standing === null) throw new AppError('internal', safe`A usage record that is there cannot be read.`);
    if (!first && standing.estimated === 'lost') await settleLate(parts, reservation, record, standing);
    else await budgets.settle(reservation, standing.cost);
  } catch (error) {
    const ids = { tenantId: label(record.tenantId), attemptId: label(record.attemptId) };
    emit({ type: 'budget.unsettled', ...ids, error: nameError(error) });
  }
};
