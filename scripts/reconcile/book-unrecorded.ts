import type { Parking } from '../../lib/accounts/parking.ts';
import { monthOf } from '../../lib/budget/account.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import { tenantMonths } from '../../lib/budget/shards/whole-month.ts';
import type { BudgetStore } from '../../lib/budget/store.ts';
import { bookedNameIn } from '../../lib/kernel/ids/pseudonym.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { settleAttempt, type SettleParts } from '../../lib/model-call/booking/settle-attempt.ts';
import { titleOf } from '../../lib/telemetry/log-events.ts';
import { ESTIMATES, NO_TOKENS, type TokenUsage, type UsageRecord } from '../../lib/usage/record.ts';

/** The record that a line of the log tells of; `null` for a line about something else. */
const recordOf = (line: string): UsageRecord | null => {
  if (!line.includes(titleOf('usage.unrecorded'))) return null;
  const told = JSON.parse(line) as Record<string, unknown>;
  if (told['message'] !== titleOf('usage.unrecorded')) return null;
  const { tenantId, keyId, userId, agent, model, attemptId, answered, costUsd, at } = told;
  const counts = Object.keys(NO_TOKENS).map((kind) => [kind, Number(told[kind] ?? 0)]);
  return {
    tenantId: String(tenantId),
    keyId: String(keyId),
    agent: String(agent),
    model: String(model),
    userId: typeof userId === 'string' ? userId : null,
    attemptId: String(attemptId),
    runId: String(attemptId).split(':')[0] ?? '',
    at: Number(at),
    answered: answered === true,
    estimated: ESTIMATES.find((estimate) => estimate === told['estimated']) ?? null,
    tokens: Object.fromEntries(counts) as unknown as TokenUsage,
    cost: parseUsd(String(costUsd)),
  };
};

/** Books what a process could only write into its log, line by line; what is on the books by now stays as it is. */
export const bookUnrecorded = async (
  parts: SettleParts & { readonly store: Pick<BudgetStore, 'months'>; readonly parking: Parking },
  log: string,
): Promise<number> => {
  const records = log.split('\n').flatMap((line) => recordOf(line) ?? []);
  const waiting = await parts.parking.list();
  for (const record of records) {
    const { tenantId, at, attemptId, keyId, userId, agent, model, cost } = record;
    const [month] = await tenantMonths(parts.store, tenantId, monthOf(at), monthOf(at));
    const userHash = userId === null ? null : bookedNameIn(userId).slice('sha256:'.length);
    const gone: Reservation = { tenantId, at, attemptId, keyId, userHash, agent, model, amount: cost, alsoHeldBy: [] };
    const noted = waiting.get(tenantId)?.map(({ reservation }) => reservation) ?? [];
    const held = [...(month?.open ?? []), ...noted].find((each) => each.attemptId === attemptId);
    await settleAttempt(parts, held ?? gone, record);
  }
  return records.length;
};
