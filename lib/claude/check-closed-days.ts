import { dayOf, tenantAccount } from '../budget/account.ts';
import type { AccountMonth } from '../budget/store.ts';
import { formatUsd, minus, plus, ZERO } from '../kernel/money.ts';
import { label } from '../kernel/redacted.ts';
import type { UsageStore } from '../usage/record.ts';
import type { ReconcileTenantParts } from './reconcile-tenant.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const recordedOn = async (usage: UsageStore, tenantId: string, day: string) => {
  let total = ZERO;
  const begins = Date.parse(`${day}T00:00:00.000Z`);
  for (let at = begins; at < begins + DAY_MS; at += HOUR_MS)
    for await (const { cost } of usage.inHour(tenantId, at)) total = plus(total, cost);
  return total;
};

/** Holds the counters of days that are over against their records, once a day. */
export const checkClosedDays = async (
  parts: ReconcileTenantParts,
  tenantId: string,
  month: AccountMonth,
  now: number,
) => {
  const { store, usage, emit, longestCallMs } = parts;
  const settled = dayOf(now - longestCallMs - HOUR_MS);
  const busy = new Set(month.open.map(({ at }) => dayOf(at)));
  if (month.adjustments.some(({ note }) => note !== null)) return;
  for (const [day, counter] of month.days) {
    if (day >= settled || busy.has(day) || month.marks.has(`checked#${day}`)) continue;
    const drift = minus(counter, await recordedOn(usage, tenantId, day));
    if (!(await store.mark(tenantAccount(tenantId), month.name, `checked#${day}`)) || drift === 0n) continue;
    emit({ type: 'budget.drifted', tenantId: label(tenantId), day: label(day), driftUsd: label(formatUsd(drift)) });
  }
};
