import { beforeEach, describe, expect, it } from 'vitest';
import { createViewGroupBudgets } from '../../lib/accounts/group-budgets.ts';
import { keyAccount, tenantAccount, userAccount, userHashOf } from '../../lib/budget/account.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { createMemoryApiKeyStore } from '../../lib/tenants/memory-store.ts';
import type { ApiKey } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { createReports } from '../../lib/usage/reports/reports.ts';
import { createMemoryRollupStore } from '../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { NOW, reservationOf } from '../budget/parts.ts';
import { TENANTS, usageFunction } from '../functions/report-usage-parts.ts';
import { record } from '../usage/records.ts';

const ADA = bookedName(pseudonymOf('ada'));
const YESTERDAY = NOW - 86_400_000;

const keyOf = (keyId: string, dailyBudgetUsd: string | null): ApiKey => ({
  hash: keyId,
  keyId,
  tenantId: 'acme',
  name: `the ${keyId}`,
  scopes: [],
  createdAt: 0,
  expiresAt: null,
  requestsPerMinute: null,
  dailyBudgetUsd,
});

let get: ReturnType<typeof usageFunction>['get'];
/** Each cent of it is another: nothing that is mistaken for another comes to the same. */
beforeEach(async () => {
  const usage = createMemoryUsageStore();
  const store = createMemoryBudgetStore();
  const keys = createMemoryApiKeyStore();
  await keys.add(keyOf('key_limited', '1'));
  await keys.add(keyOf('key_free', null));
  await keys.add(keyOf('key_new', '0.5'));
  const book = (nth: number, at: number, keyId: string, userId: string | null, usd: string) => {
    const ids = { runId: `run_${nth}`, attemptId: `run_${nth}:1:1` };
    return usage.add(record({ ...ids, tenantId: 'acme', at, keyId, userId, cost: parseUsd(usd) }));
  };
  await book(1, YESTERDAY, 'key_limited', ADA, '0.01');
  await book(2, NOW, 'key_limited', ADA, '0.02');
  await book(3, NOW, 'key_free', null, '0.04');
  // As earlier versions booked it.
  await book(4, NOW, 'key_gone', 'ada', '0.08');
  await book(5, Date.parse('2026-10-31'), 'key_free', null, '7');
  const tenant = tenantAccount('acme');
  const spend = async (account: Parameters<typeof store.reserve>[0], nth: number, usd: string) => {
    const held = reservationOf('acme', { attemptId: `run_${nth}:1:1`, amount: parseUsd('0.1') });
    await store.reserve(account, held);
    await store.settle(account, held, parseUsd(usd));
  };
  await spend(keyAccount('acme', 'key_limited'), 2, '0.02');
  await spend(userAccount('acme', 'ada'), 4, '0.08');
  const hold = async (change: Partial<Reservation>) => {
    const held = reservationOf('acme', change);
    await store.reserve(tenant, held);
    if (held.keyId === 'key_limited') await store.reserve(keyAccount('acme', held.keyId), held);
    if (held.userHash === userHashOf('ada')) await store.reserve(userAccount('acme', 'ada'), held);
  };
  const ada = userHashOf('ada');
  await hold({ attemptId: 'run_7:1:1', keyId: 'key_limited', userHash: ada, amount: parseUsd('0.16') });
  await hold({ attemptId: 'run_8:1:1', keyId: 'key_free', userHash: null, amount: parseUsd('0.32'), at: YESTERDAY });
  const reports = createReports({ usage, tools: createMemoryToolUsageStore(), rollups: createMemoryRollupStore() });
  const none = (await usageFunction().get('/usage/budget')).body as never;
  const tenants = TENANTS.map((each) => ({ ...each, userDailyBudgetUsd: '0.3' }));
  const viewGroups = createViewGroupBudgets({ store, reports, keys });
  const limited: typeof viewGroups = async ({ tenantId }, ...rest) =>
    viewGroups(tenants.find((each) => each.tenantId === tenantId) ?? TENANTS[0]!, ...rest);
  ({ get } = usageFunction({
    budgets: { view: async () => none, viewGroups: limited, viewStage: async () => null },
    userNames: { all: async () => new Map([[ADA, 'ada']]), findBooked: () => Promise.reject(new Error('not asked')) },
  }));
});

interface Period {
  readonly limitUsd: string | null;
  readonly spentUsd: string;
  readonly reservedUsd: string;
  readonly remainingUsd: string | null;
}
interface Group {
  readonly key: string;
  readonly name: string | null;
  readonly day: Period;
  readonly month: Period;
}

const figures = ({ limitUsd, spentUsd, reservedUsd, remainingUsd }: Period) => [
  limitUsd,
  spentUsd,
  reservedUsd,
  remainingUsd,
];
const asked = async (target: string, key = 'acme') => {
  const { body } = await get(target, key);
  return { groups: body['groups'] as Group[], nextCursor: body['nextCursor'] as string | null, body };
};

describe('budgets one by one', () => {
  it('of keys are what is spent, held and left today and this month, the dearest first', async () => {
    const { groups, nextCursor } = await asked('/usage/budget?groupBy=key');
    expect(groups.map(({ key, name, day, month }) => [key, name, figures(day), figures(month)])).toEqual([
      ['key_gone', null, [null, '0.08', '0', null], [null, '0.08', '0', null]],
      ['key_free', 'the key_free', [null, '0.04', '0', null], [null, '0.04', '0.32', null]],
      ['key_limited', 'the key_limited', ['1', '0.02', '0.16', '0.82'], [null, '0.03', '0.16', null]],
      ['key_new', 'the key_new', ['0.5', '0', '0', '0.5'], [null, '0', '0', null]],
    ]);
    expect(nextCursor).toBeNull();
  });

  it('of end users are shown by their names, with what was booked under the name itself', async () => {
    const { groups } = await asked('/admin/tenants/acme/budget?groupBy=user', 'acme-admin');
    expect(groups.map(({ key, day, month }) => [key, figures(day), figures(month)])).toEqual([
      ['ada', ['0.3', '0.08', '0.16', '0.06'], [null, '0.11', '0.16', null]],
      ['', ['0.3', '0', '0', '0.3'], [null, '0.04', '0.32', null]],
    ]);
    expect(groups.map(({ name }) => name)).toEqual([null, null]);
  });

  it('come page by page, beside those of the tenant', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page += 1) {
      const { groups, nextCursor, body } = await asked(`/usage/budget?groupBy=key&limit=1${cursor}`);
      expect(body).toHaveProperty('day.spentUsd');
      expect(groups).toHaveLength(1);
      seen.push(groups[0]?.key ?? '');
      cursor = `&cursor=${String(nextCursor)}`;
    }
    expect(seen).toEqual(['key_gone', 'key_free', 'key_limited', 'key_new']);
    expect(cursor).toBe('&cursor=null');
  });
});
