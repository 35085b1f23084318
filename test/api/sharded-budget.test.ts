import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseUsd } from '../../lib/kernel/money.ts';
import { reply } from '../upstream/answers.ts';
import { bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne();
  fleet.upstream.script('*', [reply('ok')]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

type Json = Record<string, unknown>;

const budgetOf = async (caller: Caller): Promise<Json> =>
  (await bodyOf(await caller.ask('/usage/budget')))['day'] as Json;

/** Calls, many at a time, until one is refused for money. */
const spendAll = async (caller: Caller): Promise<void> => {
  for (let round = 0; round < 200; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => bodyOf(await caller.run({ task: 'Go on.', complexity: 'complex' }))),
    );
    const codes = answers.flatMap(({ code }) => (code === undefined ? [] : [code]));
    expect(codes.filter((code) => code !== 'budget-exceeded')).toEqual([]);
    if (codes.length === answers.length) return;
  }
  throw new Error('nothing was refused');
};

it('a budget that is spread over items is spent to its end and not beyond, and shown as one', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '0.05', budgetShards: 4 });
  await spendAll(caller);
  const { spentUsd, reservedUsd, remainingUsd } = await budgetOf(caller);
  expect(reservedUsd).toBe('0');
  expect(parseUsd(String(spentUsd)) + parseUsd(String(remainingUsd))).toBe(parseUsd('0.05'));
  const usage = await bodyOf(await caller.ask('/usage'));
  expect((usage['totals'] as Json)['costUsd']).toBe(spentUsd);

  // What fits is admitted after it was raised, and with one item again.
  await fleet.administer('PATCH', `/admin/tenants/${caller.tenantId}`, { dailyBudgetUsd: '0.1', budgetShards: null });
  await expect.poll(async () => (await bodyOf(await caller.run({ task: 'Raised.' })))['status']).toBe('succeeded');
});

it('a number of items out of bounds is refused by its name', async () => {
  for (const budgetShards of [0, 1, 17, '4']) {
    const answer = await fleet
      .administer('PUT', '/admin/tenants/odd', { budgetShards })
      .catch((error: unknown) => error);
    expect(JSON.stringify(answer instanceof Error ? answer.message : answer)).toContain('budgetShards');
  }
});
