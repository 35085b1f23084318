import { describe, expect, it } from 'vitest';
import { createReconcileBudgets } from '../../../lib/accounts/reconcile-budgets.ts';
import { createSpentBudgets, spentBudgetOf } from '../../../lib/accounts/thresholds/spent-budgets.ts';
import type { SpentBudget } from '../../../lib/accounts/thresholds/spent-items.ts';
import { type Account, keyAccount, tenantAccount, userAccount } from '../../../lib/budget/account.ts';
import { type Refusal, refusalOf } from '../../../lib/budget/balance.ts';
import { createBudgets } from '../../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../../lib/budget/dynamodb-store.ts';
import { createMemoryBudgetStore } from '../../../lib/budget/memory-store.ts';
import { n, s } from '../../../lib/dynamodb/attributes.ts';
import { bookedName, pseudonymOf } from '../../../lib/kernel/ids/pseudonym.ts';
import { parseUsd, type PicoUsd, sum } from '../../../lib/kernel/money.ts';
import { costBoundOf } from '../../../lib/model-call/booking/cost-bound.ts';
import { reserveAttempt } from '../../../lib/model-call/booking/reserve-attempt.ts';
import { createPriceTable, type Price } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { priceAt } from '../../../lib/pricing/pricing.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { LONGEST_CALL_MS, NOTHING_PARKED, reservationOf } from '../../budget/parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { REQUEST, setting } from '../../model-call/parts.ts';
import { SPENT } from './parts.ts';

const AT = Date.UTC(2026, 10, 20);
const DAY = { day: parseUsd('1'), month: null };

/** Asks for a call of a caller whose account has spent so much, and has reserved so much. */
const asked = async (account: Account, spentUsd: string, { openUsd = '0', shadow = false } = {}) => {
  const parts = setting('http://unused');
  const at = parts.clock.now();
  const store = createMemoryBudgetStore();
  const unlimited = { ...account, limits: { day: null, month: null } };
  const before = reservationOf('acme', { attemptId: 'run_0:1:1', amount: parseUsd(spentUsd), at });
  await store.reserve(unlimited, before);
  await store.settle(account, before, before.amount);
  if (openUsd !== '0')
    await store.reserve(unlimited, reservationOf('acme', { attemptId: 'run_0:2:1', amount: parseUsd(openUsd), at }));
  const price = priceAt(createPriceTable(PUBLISHED_PRICES), REQUEST.model, at) as Price;
  const noted: SpentBudget[] = [];
  const isTenant = account.scope === 'tenant';
  const { bounds, caller } = parts.context;
  const budget = {
    ...bounds.budget,
    tenant: isTenant ? account : tenantAccount('acme'),
    others: isTenant ? [] : [account],
    shadow,
  };
  const answer = await reserveAttempt(
    {
      ...parts,
      budgets: createBudgets(store),
      provider: { countTokens: async () => 100 },
      giveBack: () => undefined,
      emit: () => undefined,
      spent: {
        async note(...noting) {
          const spent = spentBudgetOf(...noting);
          if (spent !== null) noted.push(spent);
        },
      },
    },
    { attemptId: 'run_1:1:1', request: REQUEST, at, costBound: costBoundOf(REQUEST, price) },
    {
      ...parts.context,
      caller: { ...caller, tenantId: 'acme', keyId: 'key-1', userId: 'ann' },
      bounds: { ...bounds, budget },
    },
  );
  return { held: answer.held, noted, day: new Date(at).toISOString().slice(0, 10) };
};

describe('a call that is refused for want of money', () => {
  it.each<[string, Account, string | null]>([
    ['tenant', tenantAccount('acme', DAY), null],
    ['key', keyAccount('acme', 'key-1', DAY), 'key-1'],
    ['user', userAccount('acme', 'ann', DAY), bookedName(pseudonymOf('ann'))],
  ])('has the budget of its %s noted, though it is not spent to the last cent', async (scope, account, subject) => {
    const { held, noted, day } = await asked(account, '0.9999');
    expect(held).toBe(false);
    expect(noted).toEqual([
      { tenantId: 'acme', scope, subject, period: day, percent: 100, limitUsd: '1', spentUsd: '0.9999', unsure: null },
    ]);
    expect(JSON.stringify(noted)).not.toContain('ann');
  });

  it('is not noted where others hold the money that may be there again, nor in shadow, nor where it fits', async () => {
    const account = tenantAccount('acme', DAY);
    expect(await asked(account, '0.95', { openUsd: '0.0499' })).toMatchObject({ held: false, noted: [] });
    expect(await asked(account, '0.9999', { shadow: true })).toMatchObject({ held: true, noted: [] });
    expect(await asked(account, '0.1')).toMatchObject({ held: true, noted: [] });
  });

  it.each<[string, Account, string | null]>([
    ['tenant', tenantAccount('acme', DAY), null],
    ['key', keyAccount('acme', 'key-1', DAY), 'key-1'],
    ['user', userAccount('acme', 'ann', DAY), bookedName(pseudonymOf('ann'))],
  ])(
    'has it noted of the budget of its %s what it asked, where more than a tenth is left',
    async (scope, whose, subject) => {
      const account = { ...whose, limits: { day: parseUsd('0.0001'), month: null } };
      const { held, noted, day } = await asked(account, '0.000062', { openUsd: '0.00002' });
      expect(held).toBe(false);
      const refused = { askedUsd: expect.stringMatching(/^0\.\d+$/) as string, reservedUsd: '0.00002' };
      const amounts = { limitUsd: '0.0001', spentUsd: '0.000062' };
      expect(noted).toEqual([
        { tenantId: 'acme', scope, subject, period: day, percent: 62, refused, ...amounts, unsure: null },
      ]);
      expect(parseUsd(noted[0]?.refused?.askedUsd ?? '0')).toBeGreaterThan(parseUsd('0.000038'));
    },
  );

  it.each([
    ['0.0001', '0'],
    ['0.0001', '0.000049'],
    ['0', '0'],
  ])('is not noted where it is larger than a budget of $%s of which $%s are spent', async (limitUsd, spentUsd) => {
    const account = tenantAccount('acme', { day: parseUsd(limitUsd), month: null });
    expect(await asked(account, spentUsd)).toMatchObject({ held: false, noted: [] });
  });
});

describe('a budget that refuses', () => {
  /** Where so much was spent today and before, and so much of today is reserved. */
  const of = (limits: [string | null, string | null], [today, before, open = '0']: [string, string, string?]) => {
    const [spentToday, spentBefore, reserved] = [today, before, open].map(parseUsd) as [PicoUsd, PicoUsd, PicoUsd];
    const balance = {
      month: sum([spentToday, spentBefore, reserved]),
      days: new Map([['2026-11-20', sum([spentToday, reserved])]]),
      open: reserved === 0n ? [] : [reservationOf('acme', { at: AT, amount: reserved })],
    };
    const [day, month] = limits.map((limit) => (limit === null ? null : parseUsd(limit))) as [
      PicoUsd | null,
      PicoUsd | null,
    ];
    const refusal = refusalOf(balance, AT, tenantAccount('acme', { day, month }));
    return refusal && spentBudgetOf(refusal, parseUsd('7'), { tenantId: 'acme', keyId: 'k', userId: null, at: AT });
  };

  it.each<[string, Parameters<typeof of>, string | null]>([
    [
      'is spent',
      [
        ['10', null],
        ['10', '0'],
      ],
      '2026-11-20 10 of 10',
    ],
    [
      'is spent to the last tenth',
      [
        ['10', null],
        ['9', '0'],
      ],
      '2026-11-20 9 of 10',
    ],
    [
      'has more than a tenth left',
      [
        ['10', null],
        ['8.999999999999', '0', '0.5'],
      ],
      '2026-11-20 8.999999999999 of 10 refused 7 beside 0.5',
    ],
    [
      'is half spent',
      [
        ['10', null],
        ['5', '0'],
      ],
      '2026-11-20 5 of 10 refused 7 beside 0',
    ],
    [
      'has more than half left, whatever is reserved',
      [
        ['10', null],
        ['4.999999999999', '0', '5'],
      ],
      null,
    ],
    [
      'is nothing',
      [
        ['0', null],
        ['0', '0'],
      ],
      null,
    ],
    [
      'is overspent',
      [
        [null, '10'],
        ['0', '11'],
      ],
      '2026-11 11 of 10',
    ],
    [
      'is the month’s, of which less is left',
      [
        ['20', '10'],
        ['1', '8.5'],
      ],
      '2026-11 9.5 of 10',
    ],
    [
      'is the day’s, of which less is left',
      [
        ['5', '100'],
        ['4.9', '90'],
      ],
      '2026-11-20 4.9 of 5',
    ],
    [
      'is the month’s, though reservations leave less of the day',
      [
        ['9', '10'],
        ['5', '4.5', '4'],
      ],
      '2026-11 9.5 of 10',
    ],
  ])('and %s is that of a period, or none', (_what, [limits, spent], told) => {
    const found = of(limits, spent);
    const early = found?.refused && ` refused ${found.refused.askedUsd} beside ${found.refused.reservedUsd}`;
    expect(found && `${found.period} ${found.spentUsd} of ${found.limitUsd}${early ?? ''}`).toBe(told);
  });
});

const REFUSED = [
  { scope: 'key', nearest: { period: 'day', limit: parseUsd('10'), spent: parseUsd('9.83') } } as Refusal,
  parseUsd('0.4'),
  { tenantId: 'acme', keyId: 'key-1', userId: null, at: AT },
] as const;

describeOnDynamoDb('budgets that are spent', (engine) => {
  const opened = (put?: () => Promise<void>) => {
    const table = engine().table('ControlTable');
    const budgets = createDynamoDbBudgetStore(engine().table('LedgerTable'));
    return createSpentBudgets({
      table: put === undefined ? table : { ...table, put },
      budgets,
      clock: createFakeClock(),
      random: Math.random,
    });
  };

  it('are kept from whoever meets them until everybody is notified, which is tried again', async () => {
    for (const process of [opened(), opened()]) await process.note(...REFUSED);
    await opened().note({ ...REFUSED[0], scope: 'tenant' }, REFUSED[1], REFUSED[2]);
    const told: SpentBudget[] = [];
    const events: BallastEvent[] = [];
    let reachable = false;
    const store = createMemoryBudgetStore();
    const pass = createReconcileBudgets({
      store,
      budgets: createBudgets(store),
      usage: createMemoryUsageStore(),
      clock: createFakeClock(),
      emit: (event) => void events.push(event),
      tenants: { async *list() {} },
      parking: NOTHING_PARKED,
      rewrite: async () => undefined,
      longestCallMs: LONGEST_CALL_MS,
      notify: null,
      rollUp: async () => undefined,
      recordedOn: async () => null,
      spent: opened(),
      notifySpent: async (spent) => {
        if (reachable) told.push(...spent);
        return { isDone: reachable, newly: reachable ? spent : [] };
      },
    });
    await pass();
    expect([told, (await opened().list()).length]).toEqual([[], 2]);
    reachable = true;
    await pass();
    await pass();
    expect(told.toSorted((a, b) => (a.scope < b.scope ? -1 : 1))).toMatchObject([
      SPENT,
      { ...SPENT, scope: 'tenant', subject: null },
    ]);
    expect(await opened().list()).toEqual([]);
    expect(events.filter(({ type }) => type === 'budget.threshold')).toHaveLength(2);
  });

  it('that are put down again stay, whoever removes what was there before', async () => {
    await opened().note(...REFUSED);
    const [before] = await opened().list();
    if (before === undefined) throw new Error('nothing is noted');
    await opened().note(...REFUSED);
    await opened().remove(before);
    const [after] = await opened().list();
    if (after === undefined) throw new Error('what was put down again is lost');
    expect(after).toMatchObject(SPENT);
    await opened().remove(after);
    expect(await opened().list()).toEqual([]);
  });

  it('are put down for each limit, by whatever process, and told for each', async () => {
    const of = (limitUsd: string) =>
      ({ ...REFUSED[0], nearest: { ...REFUSED[0].nearest, limit: parseUsd(limitUsd) } }) as Refusal;
    const spent = opened();
    for (const limit of ['9.9', '9.85', '9.9']) await spent.note(of(limit), REFUSED[1], REFUSED[2]);
    await opened().note(of('9.9'), REFUSED[1], REFUSED[2]);
    const all = await opened().list();
    expect(all.map(({ limitUsd }) => limitUsd).toSorted()).toEqual(['9.85', '9.9']);
    for (const each of all) await opened().remove(each);
    expect(await opened().list()).toEqual([]);
  });

  it('that refuse a call early are put down once, whatever is spent and asked, and once more when they are spent', async () => {
    const [refusal, , by] = REFUSED;
    const spending = (spentUsd: string) =>
      ({
        ...refusal,
        nearest: { ...refusal.nearest, spent: parseUsd(spentUsd), reserved: parseUsd('0.1') },
      }) as Refusal;
    const one = opened();
    for (const [spentUsd, askedUsd] of [
      ['4', '90'],
      ['5.1', '5'],
      ['6.2', '4'],
      ['8', '3'],
      ['9.5', '0.6'],
    ] as const)
      for (const process of [one, opened()]) await process.note(spending(spentUsd), parseUsd(askedUsd), by);
    const all = await opened().list();
    // Of another process, so the last word.
    const refused = { askedUsd: '3', reservedUsd: '0.1' };
    expect(all.map(({ percent, refused: call }) => [percent, call])).toEqual([
      [100, undefined],
      [80, refused],
    ]);
    for (const each of all) await opened().remove(each);
    expect(await opened().list()).toEqual([]);
  });

  it('that an earlier version put down, under a name without their limit, are removed too', async () => {
    const table = engine().table('ControlTable');
    const { tenantId, scope, subject, period, limitUsd, spentUsd } = SPENT;
    const item = { pk: s('spent'), sk: s([tenantId, scope, period, subject].join('#')), tenantId: s(tenantId) };
    const amounts = { limitUsd: s(limitUsd), spentUsd: s(spentUsd), expiresAt: n(2_000_000_000) };
    await table.put({ ...item, scope: s(scope), subject: s(subject ?? ''), period: s(period), ...amounts });
    const [found] = await opened().list();
    if (found === undefined) throw new Error('it is not listed');
    expect(found).toMatchObject(SPENT);
    await opened().remove(found);
    expect(await opened().list()).toEqual([]);
  });

  it('are written once by a process, and again only where that failed', async () => {
    let [writes, fails] = [0, true];
    const spent = opened(async () => {
      writes += 1;
      if (fails) throw new Error('down');
    });
    await spent.note(...REFUSED);
    fails = false;
    for (const _ of [1, 2, 3]) await spent.note(...REFUSED);
    expect(writes).toBe(2);
  });
});
