import { describe, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../../lib/kernel/ids/pseudonym.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { GATEWAY, type UsageRecord } from '../../../lib/usage/record.ts';
import { usageFunction } from '../../functions/report-usage-parts.ts';
import { AT, record } from '../records.ts';

const ADA = bookedName(pseudonymOf('ada'));
const BOB = bookedName(pseudonymOf('bob'));

interface Group {
  readonly key: string | readonly string[];
  readonly requests: number;
}

/** What the books have of two users, of nobody, and of one under the name itself, as earlier versions booked it. */
const reporting = async () => {
  const usage = createMemoryUsageStore();
  const booked: Partial<UsageRecord>[] = [
    { userId: ADA },
    { userId: 'ada' },
    { userId: BOB, model: 'claude-opus-5-5' },
    { userId: null },
  ];
  for (const [at, change] of booked.entries())
    await usage.add(record({ ...change, runId: `run_${at}`, attemptId: `run_${at}:1:1`, at: AT - 7_200_000 }));
  const asked: string[] = [];
  const all = async (tenantId: string) => {
    asked.push(tenantId);
    return new Map([[ADA, 'ada']]);
  };
  const { get } = usageFunction({
    usage,
    userNames: { all, findBooked: () => Promise.reject(new Error('nobody asks for these')) },
  });
  const groups = async (target: string, key = 'acme') => {
    const { body } = await get(target, key);
    return (body['groups'] as Group[]).map(({ key: of, requests }) => [of, requests]);
  };
  return { asked, groups };
};

describe('a report by end users', () => {
  it('shows them by their names, with what was booked under the name itself, and by the pseudonym where none is known', async () => {
    const { groups } = await reporting();
    const byUser = [
      ['', 1],
      ['ada', 2],
      [BOB, 1],
    ];
    expect(await groups('/usage?groupBy=user')).toEqual(byUser);
    expect(await groups('/admin/usage?tenant=acme&groupBy=user', 'acme-admin')).toEqual(byUser);
    expect(await groups('/usage?groupBy=model,user')).toEqual([
      [['claude-opus-5-5', BOB], 1],
      [['claude-sonnet-5-5', ''], 1],
      [['claude-sonnet-5-5', 'ada'], 2],
    ]);
  });

  it('is the only one that asks for names, and for those of its own tenant', async () => {
    const { asked, groups } = await reporting();
    for (const by of ['day', 'model', 'session', 'model,agent']) await groups(`/usage?groupBy=${by}`);
    await groups('/admin/usage?groupBy=tenant', 'acme-admin');
    expect(asked).toEqual([]);
    await groups('/usage?groupBy=user,day');
    expect(asked).toEqual(['acme']);
  });
});

describe('the calls of the gateway', () => {
  it('show end users by their names, ask for those of the page alone, and are found by name and pseudonym', async () => {
    const asked: string[][] = [];
    const findBooked = async (_: string, booked: Iterable<string>) => {
      asked.push([...booked]);
      return new Map([[ADA, 'ada']]);
    };
    const { get, usage } = usageFunction({ userNames: { all: async () => new Map(), findBooked } });
    for (const [at, userId] of [ADA, BOB, null, 'ada'].entries())
      await usage.add(
        record({
          agent: GATEWAY,
          userId,
          runId: `run_${at}`,
          attemptId: `run_${at}:0:1`,
          at: Date.parse('2026-11-20T11:00:00Z'),
        }),
      );
    const users = async (query: string) =>
      ((await get(`/usage/calls${query}`)).body['calls'] as { userId: string | null }[]).map(({ userId }) => userId);
    expect(await users('')).toEqual(['ada', null, BOB, 'ada']);
    expect(asked).toEqual([[ADA, BOB]]);
    expect(await users('?limit=2')).toEqual(['ada', null]);
    expect(asked.at(-1)).toEqual([ADA]);
    expect(await users('?userId=ada')).toEqual(['ada', 'ada']);
    expect(await users(`?userId=${BOB}`)).toEqual([BOB]);
    expect(await users('?userId=nobody')).toEqual([]);
  });
});
