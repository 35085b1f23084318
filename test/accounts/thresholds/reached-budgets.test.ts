import { describe, expect, it } from 'vitest';
import { reachedBy } from '../../../lib/accounts/thresholds/reached-budgets.ts';
import { createSpentBudgets } from '../../../lib/accounts/thresholds/spent-budgets.ts';
import {
  type Account,
  keyAccount,
  type Limits,
  stageAccount,
  tenantAccount,
  userAccount,
} from '../../../lib/budget/account.ts';
import { createBudgets } from '../../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../../lib/budget/dynamodb-store.ts';
import type { Counted } from '../../../lib/budget/store.ts';
import { bookedName, pseudonymOf } from '../../../lib/kernel/ids/pseudonym.ts';
import { formatUsd, parseUsd } from '../../../lib/kernel/money.ts';
import { askedOf } from '../../budget/parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createFakeClock } from '../../fake-clock.ts';

const AT = Date.UTC(2026, 10, 20, 12);

describe('a settlement', () => {
  const LIMITS = { day: parseUsd('10'), month: parseUsd('100') };
  const counted = (day: string, month: string, more: Partial<Counted> = {}): Counted => ({
    day: parseUsd(day),
    month: parseUsd(month),
    open: 0,
    noted: 0,
    ...more,
  });
  const DIGITS = 1_000_000;
  /** As noted under some limits; below, what is noted without them. */
  const under = (limits: Limits, noted: number) => reachedBy(counted('0', '0'), limits, AT).noted - 200_000 + noted;
  const found = (of: Counted, limits: Limits = LIMITS, at = AT) => {
    const { reached, noted } = reachedBy({ ...of, noted: under(LIMITS, of.noted) }, limits, at);
    return [reached.map(({ period, percent }) => `${period} ${percent}`).join(), noted % DIGITS];
  };

  it.each<[string, Counted, string, number]>([
    ['nothing below a half', counted('4.999999999999', '49'), '', 200_000],
    ['a half, to the last digit', counted('5', '5'), '2026-11-20 50', 205_000],
    ['of several parts of a period the highest', counted('9.9', '75'), '2026-11-20 90,2026-11 75', 209_075],
    [
      'each that may be, where others have reserved',
      counted('9.9', '9.9', { open: 1 }),
      '2026-11-20 50,2026-11-20 75,2026-11-20 90',
      209_000,
    ],
    ['nothing that is noted', counted('7.5', '80', { noted: 207_575 }), '', 207_575],
    ['what is above that', counted('9', '80', { noted: 205_075 }), '2026-11-20 90', 209_075],
    ['the next day’s anew, and not the month’s', counted('5', '80', { noted: 199_075 }), '2026-11-20 50', 205_075],
    ['of the day before nothing, but of the month', counted('9', '90', { noted: 215_075 }), '2026-11 90', 215_090],
  ])('has reached %s', (_title, of, reached, noted) => {
    expect(found(of)).toEqual([reached, noted]);
  });

  it.each<[string, Counted, Limits, string, number]>([
    ['raised', counted('9', '9', { noted: 209_000 }), { day: parseUsd('18'), month: null }, '2026-11-20 50', 205_000],
    ['raised far', counted('9', '9', { noted: 209_000 }), { day: parseUsd('19'), month: null }, '', 200_000],
    [
      'lowered',
      counted('5', '75', { noted: 205_075 }),
      { day: parseUsd('6'), month: parseUsd('80') },
      '2026-11-20 75,2026-11 90',
      207_590,
    ],
    [
      'raised, and settles of the day before',
      counted('9', '90', { noted: 215_090 }),
      { ...LIMITS, month: parseUsd('110') },
      '2026-11 75',
      210_075,
    ],
  ])('begins anew where the limit is %s', (_title, of, limits, reached, noted) => {
    expect(found(of, limits)).toEqual([reached, noted]);
    const first = reachedBy({ ...of, noted: under(LIMITS, of.noted) }, limits, AT);
    expect(reachedBy({ ...of, noted: first.noted }, limits, AT).reached).toEqual([]);
    expect(first.noted).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });

  it.each<[string, Counted, number]>([
    ['all of it', counted('9', '80', { noted: 209_075 }), 209_075],
    ['as much as there is of the limits it finds', counted('5', '49', { noted: 209_075 }), 205_000],
    ['nothing of the day before', counted('1', '80', { noted: 199_075 }), 200_075],
  ])('takes over what an earlier version noted without a limit: %s', (_title, of, noted) => {
    const { reached, noted: now } = reachedBy(of, LIMITS, AT);
    expect([reached, now]).toEqual([[], under(LIMITS, noted)]);
  });

  it('has reached nothing of what has no limit, or one of nothing', () => {
    expect(found(counted('9', '9'), { day: null, month: null })).toEqual(['', 200_000]);
    expect(found(counted('9', '9'), { day: parseUsd('0'), month: null })).toEqual(['', 200_000]);
  });
});

describeOnDynamoDb('budgets that are reached', (engine) => {
  let tenants = 0;
  const opened = (accounts: (tenantId: string) => readonly Account[]) => {
    let others: readonly Account[] = [];
    tenants += 1;
    const tenantId = `reached-${tenants}`;
    const store = createDynamoDbBudgetStore(engine().table('LedgerTable'));
    const budgets = createBudgets(store);
    const control = engine().table('ControlTable');
    const writes = { puts: 0, notes: 0, fail: false };
    others = accounts(tenantId);
    const process = (clock = createFakeClock()) =>
      createSpentBudgets({
        clock,
        random: Math.random,
        table: {
          ...control,
          put: async (...asked) => {
            writes.puts += 1;
            if (writes.fail) throw new Error('down');
            await control.put(...asked);
          },
        },
        budgets: { note: async (...asked) => ((writes.notes += 1), store.note(...asked)) },
      });
    let calls = 0;
    const held = async () => {
      const reservation = askedOf(tenantId, {
        attemptId: `run_${(calls += 1)}:1:1`,
        at: AT,
        amount: parseUsd('0.2'),
        userId: 'ann',
      });
      const tenant = tenantAccount(tenantId);
      const answer = await budgets.reserve({
        reservation,
        tenant,
        others,
      });
      if (!answer.held) throw new Error(answer.why);
      return answer.reservation;
    };
    /** A call that costs so much, by a process of its own. */
    const settle = async (reservation: Awaited<ReturnType<typeof held>>, usd: string, spent = process()) =>
      spent.reached(await budgets.settle(reservation, parseUsd(usd)), others, {
        tenantId,
        keyId: 'key-1',
        userId: 'ann',
        at: AT,
      });
    const call = async (usd: string) => settle(await held(), usd);
    const listed = async () =>
      (await process().list())
        .filter((each) => each.tenantId === tenantId)
        .map(
          ({ scope, period, percent, spentUsd, unsure }) =>
            `${scope} ${period} ${percent} $${spentUsd}${unsure === null ? '' : ' or less'}`,
        );
    /** The limits change, as processes read them from then on. */
    const change = (to: Limits) => (others = others.map((account) => ({ ...account, limits: to })));
    return { tenantId, store, held, settle, call, listed, writes, process, change };
  };
  const DAY = { day: parseUsd('2'), month: null };
  const SMALL = { day: parseUsd('1'), month: null };

  it('are put down once, whoever settles, by two writes each and none in between', async () => {
    const { call, listed, writes } = opened((tenantId) => [
      keyAccount(tenantId, 'key-1', DAY),
      userAccount(tenantId, 'ann', DAY),
    ]);
    for (let each = 0; each < 9; each += 1) await call('0.1');
    expect(await listed()).toEqual([]);
    expect(writes).toMatchObject({ puts: 0, notes: 0 });
    await Promise.all([call('0.1'), call('0')]);
    for (let each = 0; each < 4; each += 1) await call('0.05');
    expect(new Set((await listed()).map((each) => each.replace(' or less', '').replace(/ \$.*/, '')))).toEqual(
      new Set(['key 2026-11-20 50', 'user 2026-11-20 50']),
    );
    // Of two at once each may find it first.
    expect(writes.puts).toBeLessThanOrEqual(4);
    const { puts } = writes;
    await call('0.4');
    expect(writes.puts).toBe(puts + 2);
    expect(await listed()).toContain('user 2026-11-20 75 $1.6');
  });

  it('are put down anew where the limit is raised, once by each process while some know the old one', async () => {
    const old = { day: parseUsd('20'), month: null };
    const raised = { day: parseUsd('30'), month: null };
    const { held, settle, call, listed, writes, process, change } = opened((of) => [keyAccount(of, 'key-1', old)]);
    await call('18');
    expect(await listed()).toEqual(['key 2026-11-20 90 $18']);
    const [clock, first, second] = [createFakeClock(), process(), process()];
    const third = process(clock);
    const asOf = async (limits: Limits, by: ReturnType<typeof process>, usd = '0') => {
      change(limits);
      await settle(await held(), usd, by);
    };
    for (let each = 0; each < 5; each += 1) {
      await asOf(old, first);
      await asOf(raised, second);
      await asOf(raised, third);
    }
    expect(new Set(await listed())).toEqual(new Set(['key 2026-11-20 50 $18', 'key 2026-11-20 90 $18']));
    const { puts } = writes;
    expect(puts).toBeLessThanOrEqual(4);
    await asOf(old, first);
    await clock.advance(120_000);
    for (const _ of [1, 2, 3]) await asOf(raised, third);
    // All know the new one by then: who finds a note under the old one is not to believe its memory any more.
    expect(writes.puts).toBeLessThanOrEqual(puts + 1);
    await asOf(raised, third, '5');
    expect(await listed()).toContain('key 2026-11-20 75 $23');
    await asOf(raised, first, '4');
    expect(await listed()).toContain('key 2026-11-20 90 $27');
  });

  it('that an earlier version noted without their limit are taken over by one write, and told for the next limit', async () => {
    const { tenantId, call, listed, store, writes, change } = opened((of) => [keyAccount(of, 'key-1', DAY)]);
    await call('0.9');
    const account = keyAccount(tenantId, 'key-1');
    await store.note(account, '2026-11', 205_000, null);
    await call('0.2');
    await call('0');
    expect([await listed(), writes]).toEqual([[], { puts: 0, notes: 1, fail: false }]);
    change({ day: parseUsd('2.2'), month: null });
    await call('0');
    expect(await listed()).toEqual(['key 2026-11-20 50 $1.1']);
  });

  it('are put down by two writes where many of a process reach them as one', async () => {
    const { tenantId, writes, process } = opened(() => []);
    const account = keyAccount(tenantId, 'key-1', DAY);
    const counted = { day: parseUsd('1'), month: parseUsd('1'), open: 0, noted: 0 };
    const spent = process();
    const by = { tenantId, keyId: 'key-1', userId: null, at: AT };
    const settled = [{ scope: 'key', pk: account.pk, counted }] as const;
    await Promise.all(Array.from({ length: 50 }, () => spent.reached(settled, [account], by)));
    expect(writes).toMatchObject({ puts: 1, notes: 1 });
  });

  it('name the key by its id, the end user by the pseudonym, and the stage by neither', async () => {
    const { call, process, tenantId } = opened((of) => [
      keyAccount(of, 'key-1', DAY),
      userAccount(of, 'ann', DAY),
      stageAccount(DAY),
    ]);
    await call('1');
    const all = (await process().list()).filter((each) => each.tenantId === tenantId);
    expect(Object.fromEntries(all.map(({ scope, subject }) => [scope, subject]))).toEqual({
      key: 'key-1',
      user: bookedName(pseudonymOf('ann')),
      stage: null,
    });
    expect(JSON.stringify(all)).not.toContain('ann"');
  });

  it('are tried again by the next settlement, where they could not be put down', async () => {
    const { call, listed, writes } = opened((tenantId) => [keyAccount(tenantId, 'key-1', DAY)]);
    writes.fail = true;
    await call('1');
    expect([writes.notes, await listed()]).toEqual([0, []]);
    writes.fail = false;
    await call('0');
    expect([writes.notes, await listed()]).toEqual([1, ['key 2026-11-20 50 $1']]);
  });

  it('are not sure while others have reserved', async () => {
    const { held, settle, listed, store, tenantId } = opened((of) => [keyAccount(of, 'key-1', SMALL)]);
    const all = [await held(), await held(), await held(), await held(), await held()];
    for (const each of all) await settle(each, '0.1');
    expect(await listed()).toEqual([
      'key 2026-11-20 50 $0.9 or less',
      'key 2026-11-20 75 $0.9 or less',
      'key 2026-11-20 90 $0.9 or less',
    ]);
    const [month] = await store.months(keyAccount(tenantId, 'key-1'), '2026-11', '2026-11');
    expect(formatUsd(month?.month ?? parseUsd('9'))).toBe('0.5');
  });
});
