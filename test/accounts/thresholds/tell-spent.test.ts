import { describe, expect, it } from 'vitest';
import { createReconcileBudgets, type ReconcileBudgetsParts } from '../../../lib/accounts/reconcile-budgets.ts';
import { SETTLE_MARGIN_MS } from '../../../lib/accounts/settle-patience.ts';
import type { NotedBudget } from '../../../lib/accounts/thresholds/spent-items.ts';
import { keyAccount, tenantAccount } from '../../../lib/budget/account.ts';
import { createBudgets } from '../../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../../lib/budget/memory-store.ts';
import { sleep } from '../../../lib/kernel/clock.ts';
import { parseUsd } from '../../../lib/kernel/money.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { newTenant } from '../../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { LONGEST_CALL_MS, NOTHING_PARKED, reservationOf } from '../../budget/parts.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { SPENT } from './parts.ts';

/** The function's own limit, and when a pass begins nothing more. */
const KILLED_MS = 55_000;
const PASS_LIMIT_MS = 45_000;
/** So long a target that does not answer is tried. */
const DEAD_MS = 22_000;

const NEVER = new AbortController().signal;

const budget = (change: Partial<NotedBudget> = {}): NotedBudget => ({ ...SPENT, sk: 'any', version: '1', ...change });

type Telling = NonNullable<ReconcileBudgetsParts['notifySpent']>;

/** Passes over what these budgets leave, on a clock that stands still. */
const setting = async (
  noted: readonly NotedBudget[],
  notifySpent: Telling,
  more: Partial<ReconcileBudgetsParts> = {},
) => {
  const clock = createFakeClock();
  const store = createMemoryBudgetStore();
  const events: BallastEvent[] = [];
  const left = new Set(noted);
  const pass = createReconcileBudgets({
    store,
    budgets: createBudgets(store),
    usage: createMemoryUsageStore(),
    clock,
    emit: (event) => void events.push(event),
    tenants: { async *list() {} },
    parking: NOTHING_PARKED,
    rewrite: async () => undefined,
    longestCallMs: LONGEST_CALL_MS,
    limitMs: PASS_LIMIT_MS,
    notify: null,
    rollUp: async () => undefined,
    recordedOn: async () => null,
    spent: { list: async () => [...left], remove: async (each) => void left.delete(each) },
    notifySpent,
    ...more,
  });
  const thresholds = () => events.filter(({ type }) => type === 'budget.threshold');
  return { clock, store, left, pass, thresholds };
};

describe('budgets that are spent', () => {
  it('are told together by tenant, period and whether they are of keys or of users, the others alone', async () => {
    const told: string[] = [];
    const noted = [
      ...['a', 'b', 'c'].map((subject) => budget({ scope: 'user', subject })),
      budget({ scope: 'user', subject: 'a', period: '2026-11' }),
      budget({ scope: 'user', subject: 'a', tenantId: 'other' }),
      ...['k', 'l'].map((subject) => budget({ subject })),
      budget({ scope: 'tenant', subject: null }),
      budget({ scope: 'tenant', subject: null, period: '2026-11' }),
      budget({ scope: 'stage', subject: null }),
    ];
    const { pass, left, thresholds } = await setting(noted, async (group) => {
      told.push(
        group.map(({ tenantId, scope, period, subject }) => [tenantId, scope, period, subject].join('/')).join(),
      );
      return { isDone: true, newly: group };
    });
    await pass();
    expect(told.toSorted()).toEqual(
      [
        ['a', 'b', 'c'].map((user) => `acme/user/2026-11-20/${user}`).join(),
        'acme/user/2026-11/a',
        'other/user/2026-11-20/a',
        'acme/key/2026-11-20/k,acme/key/2026-11-20/l',
        'acme/tenant/2026-11-20/',
        'acme/tenant/2026-11/',
        'acme/stage/2026-11-20/',
      ].toSorted(),
    );
    expect([left.size, thresholds().length]).toEqual([0, noted.length]);
  });

  it('are told by the highest part that is spent, and no lower one afterwards', async () => {
    const told: string[] = [];
    const noted = [50, 75, 90].map((percent) => budget({ percent }));
    const { pass, left, thresholds } = await setting(
      [...noted, budget({ subject: 'other', percent: 50 })],
      async (group) => {
        told.push(group.map(({ subject, percent }) => `${subject} ${percent}`).join());
        return { isDone: true, newly: group };
      },
    );
    await pass();
    expect(told.toSorted()).toEqual(['key-1 90', 'other 50']);
    expect([left.size, thresholds().length]).toEqual([0, 2]);
    expect(thresholds()).toMatchObject([{ percent: 90 }, { percent: 50 }]);
  });

  it('of one key under two limits are two messages, and neither is lost with the other', async () => {
    const told: string[] = [];
    const noted = [
      ...['10', '20'].map((limitUsd) => budget({ limitUsd })),
      budget({ subject: 'other', limitUsd: '30' }),
      ...['100', '200'].map((limitUsd) => budget({ scope: 'tenant', subject: null, limitUsd })),
      budget({ scope: 'tenant', subject: null, limitUsd: '200', percent: 50 }),
    ];
    const { pass, left } = await setting(noted, async (group) => {
      told.push(group.map(({ subject, limitUsd }) => `${subject} ${limitUsd}`).join());
      return { isDone: true, newly: group };
    });
    await pass();
    expect(told.toSorted()).toEqual(['key-1 10,other 30', 'key-1 20', 'null 100', 'null 200']);
    expect(left.size).toBe(0);
  });

  it('are logged with whose they are', async () => {
    const noted = [
      budget(),
      budget({ scope: 'user', subject: 'sha256:1' }),
      budget({ scope: 'stage', subject: null }),
      budget({ scope: 'tenant', subject: null }),
    ];
    const { pass, thresholds } = await setting(noted, async (group) => ({ isDone: true, newly: group }));
    await pass();
    const whose = thresholds().map((event) => {
      const { scope, keyId, user } = event as { scope?: string; keyId?: string; user?: string };
      return [scope, keyId, user];
    });
    expect(whose).toEqual([
      ['key', 'key-1', undefined],
      ['user', undefined, 'sha256:1'],
      ['stage', undefined, undefined],
      ['tenant', undefined, undefined],
    ]);
  });

  it('that are not sure wait while so much may be spent; where it was not, the account is free to note it again', async () => {
    const told: string[] = [];
    const account = keyAccount('acme', 'key-1');
    const [half, most] = [50, 90].map((percent) => budget({ percent, unsure: account.pk })) as [
      NotedBudget,
      NotedBudget,
    ];
    const { clock, store, pass, left } = await setting([half, most], async (group) => {
      told.push(...group.map(({ percent, spentUsd }) => `${percent} ${spentUsd}`));
      return { isDone: true, newly: group };
    });
    clock.stepWall(Date.UTC(2026, 10, 20, 12) - clock.now());
    const held = (nth: number, usd: string) =>
      reservationOf('acme', { attemptId: `run_${nth}:1:1`, amount: parseUsd(usd), at: clock.now() });
    const [first, second] = [held(1, '8'), held(2, '3')];
    for (const each of [first, second]) await store.reserve(account, each);
    await store.note(account, '2026-11', 209_000, null);
    await pass();
    expect([told, left.size]).toEqual([[], 2]);
    await store.settle(account, first, parseUsd('6'));
    await pass();
    expect([told, [...left]]).toEqual([['50 6'], [most]]);
    expect(await store.settle(account, second, parseUsd('0'))).toMatchObject({ noted: 209_000 });
    await pass();
    expect([told.length, left.size]).toEqual([1, 0]);
    const third = held(3, '1');
    await store.reserve(account, third);
    expect(await store.settle(account, third, parseUsd('0'))).toMatchObject({ noted: 0 });
  });

  it('that are reached again between the look and the note are told all the same', async () => {
    const account = keyAccount('acme', 'key-1');
    const half = budget({ percent: 50, unsure: account.pk });
    let told = 0;
    const inner = createMemoryBudgetStore();
    const held = reservationOf('acme', { amount: parseUsd('6'), at: Date.UTC(2026, 10, 20, 12) });
    let isReached = false;
    const { pass, left } = await setting(
      [half],
      async (group) => {
        told += group.length;
        return { isDone: true, newly: group };
      },
      {
        store: {
          ...inner,
          note: async (...asked) => {
            // A call that finds it noted, and puts nothing down.
            if (!isReached) {
              await inner.reserve(account, held);
              await inner.settle(account, held, held.amount);
            }
            isReached = true;
            return inner.note(...asked);
          },
        },
      },
    );
    await pass();
    expect([told, left.size]).toEqual([0, 1]);
    await pass();
    expect([told, left.size]).toEqual([1, 0]);
  });

  it('of which one cannot be looked at keep no other from being told, and the failure is logged', async () => {
    const told: string[] = [];
    const failed: string[] = [];
    const inner = createMemoryBudgetStore();
    const unsure = budget({ subject: 'down', unsure: keyAccount('acme', 'down').pk });
    const { pass, left } = await setting(
      [unsure, budget()],
      async (group) => {
        told.push(...group.map(({ subject }) => String(subject)));
        return { isDone: true, newly: group };
      },
      {
        store: {
          ...inner,
          months: async (...asked) => {
            if (asked[0].pk === unsure.unsure) throw new Error('down');
            return inner.months(...asked);
          },
        },
        emit: (event) => {
          if (event.type === 'store.failed') failed.push(String(event.operation));
        },
      },
    );
    await pass();
    expect([told, [...left], failed]).toEqual([['key-1'], [unsure], ['budgets.tell']]);
  });

  it('that refused a call early are told together, whatever each has spent, and are no part that was reached', async () => {
    const told: string[] = [];
    const refused = { askedUsd: '4', reservedUsd: '0' };
    const early = (subject: string, percent: number) => budget({ scope: 'user', subject, percent, refused });
    const noted = [early('a', 62), early('b', 80), budget({ scope: 'user', subject: 'b', percent: 90 })];
    const { pass, left, thresholds } = await setting(noted, async (group) => {
      told.push(group.map(({ subject, percent }) => `${subject} ${percent}`).join());
      return { isDone: true, newly: group };
    });
    await pass();
    expect([told, left.size, thresholds()]).toEqual([['a 62,b 80'], 0, []]);
  });

  it('that refused a call early and are spent by now are told as spent', async () => {
    const told: number[] = [];
    const noted = [budget({ percent: 80, refused: { askedUsd: '4', reservedUsd: '0' } }), budget()];
    const { pass, left } = await setting(noted, async (group) => {
      told.push(...group.map(({ percent }) => percent));
      return { isDone: true, newly: group };
    });
    await pass();
    expect([told, left.size]).toEqual([[100], 0]);
  });

  it('of the stage are one, whichever tenants reached its parts', async () => {
    const told: number[] = [];
    const noted = [50, 75].map((percent) =>
      budget({ scope: 'stage', subject: null, tenantId: `t-${percent}`, percent }),
    );
    const { pass, left } = await setting(noted, async (group) => {
      told.push(...group.map(({ percent }) => percent));
      return { isDone: true, newly: group };
    });
    await pass();
    expect([told, left.size]).toEqual([[75], 0]);
  });

  it('are a thousand in a message at most; the next pass goes on', async () => {
    const sizes: number[] = [];
    const noted = Array.from({ length: 1_300 }, (_, at) => budget({ scope: 'user', subject: `u${at}` }));
    const { pass } = await setting(noted, async (group) => {
      sizes.push(group.length);
      return { isDone: true, newly: group };
    });
    await pass();
    await pass();
    expect(sizes).toEqual([1_000, 300]);
  });

  it('are logged where somebody was told of them just now, and kept until everybody was', async () => {
    const [known, news] = [budget({ subject: 'known' }), budget({ subject: 'news' })];
    let [isDone, newly] = [false, [news]];
    const { pass, left, thresholds } = await setting([known, news], async () => ({ isDone, newly }));
    await pass();
    expect([left.size, thresholds().length]).toEqual([2, 1]);
    newly = [];
    await pass();
    expect([left.size, thresholds().length]).toEqual([2, 1]);
    isDone = true;
    await pass();
    expect([left.size, thresholds().length]).toEqual([0, 1]);
  });

  it('keep nobody’s sums and reservations from a pass, whoever does not answer, and end within its function', async () => {
    const tenants = Array.from({ length: 40 }, (_, at) =>
      newTenant(`t-${at}`, Date.UTC(2026, 10, 20), { monthlyBudgetUsd: '0.000002' }),
    );
    const noted = tenants.map(({ tenantId }) => budget({ tenantId }));
    let [begun, thresholds] = [0, 0];
    const [rolledUpMs, settledMs]: [number[], number[]] = [[], []];
    const dead = async () => {
      await sleep(clock, DEAD_MS, NEVER);
      return false;
    };
    const { clock, store, pass, left } = await setting(
      noted,
      async () => {
        begun += 1;
        return { isDone: await dead(), newly: [] };
      },
      {
        tenants: {
          async *list() {
            yield* tenants;
          },
        },
        notify: () => {
          thresholds += 1;
          return dead();
        },
        emit: ({ type }) => {
          if (type === 'budget.reconciled') settledMs.push(clock.monotonicMs() - startedMs);
        },
        rollUp: async () => void rolledUpMs.push(clock.monotonicMs() - startedMs),
      },
    );
    for (const { tenantId } of tenants) {
      const held = reservationOf(tenantId, { at: clock.now() });
      await store.reserve(tenantAccount(tenantId), held);
      await store.settle(tenantAccount(tenantId), held, held.amount);
    }
    // One whose process is given up during the pass.
    const lost = reservationOf('t-0', { attemptId: 'run_9:1:1', at: clock.now() - LONGEST_CALL_MS });
    await store.reserve(tenantAccount('t-0'), lost);
    const startedMs = clock.monotonicMs();
    let ended: { readonly settled: number; readonly ms: number } | undefined;
    void pass().then(({ settled }) => (ended = { settled, ms: clock.monotonicMs() - startedMs }));
    await clock.advance(KILLED_MS);
    expect(rolledUpMs).toEqual(tenants.map(() => 0));
    expect([ended?.settled, settledMs]).toEqual([1, [SETTLE_MARGIN_MS]]);
    expect(ended?.ms).toBeLessThan(KILLED_MS);
    expect(thresholds).toBeGreaterThan(0);
    expect(begun + thresholds).toBeLessThan(tenants.length);
    expect(left.size).toBe(tenants.length);
  });
});
