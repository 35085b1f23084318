import { expect, it } from 'vitest';
import { createSettledSoFar } from '../../lib/accounts/settled-so-far.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { NOW } from '../budget/parts.ts';
import { record } from '../usage/records.ts';

const HOUR_MS = 3_600_000;
const RUN = { tenantId: 'acme', runId: 'run_1', status: 'running', createdAt: NOW - HOUR_MS, updatedAt: NOW } as const;

const booked = async (...records: Partial<UsageRecord>[]) => {
  const usage = createMemoryUsageStore();
  for (const each of records) await usage.add(record({ tenantId: 'acme', runId: 'run_1', ...each }));
  const hours: number[] = [];
  const inHour: typeof usage.inHour = (tenantId, at, prefix) => {
    hours.push(at);
    return usage.inHour(tenantId, at, prefix);
  };
  return { hours, settled: createSettledSoFar({ usage: { inHour }, clock: { now: () => NOW } }) };
};

it('is all that is booked for the run, and of no other', async () => {
  const { settled } = await booked(
    { attemptId: 'run_1:1:1', at: NOW - HOUR_MS, cost: parseUsd('0.1'), model: 'claude-opus-5-5' },
    { attemptId: 'run_1:2:1', at: NOW, cost: parseUsd('0.02'), model: 'claude-haiku-5-5' },
    { attemptId: 'run_1:3:1', at: NOW, cost: parseUsd('0.003'), model: 'claude-sonnet-5-5', answered: false },
    { attemptId: 'run_10:1:1', runId: 'run_10', at: NOW, cost: parseUsd('5') },
  );
  expect(await settled(RUN)).toEqual({
    model: 'claude-haiku-5-5',
    modelCalls: 2,
    inputTokens: 30,
    outputTokens: 60,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    costUsd: '0.123',
  });
});

it('is nothing yet before the first answer, and no part of a run that has ended', async () => {
  const { settled } = await booked();
  expect(await settled({ ...RUN, status: 'queued' })).toMatchObject({ model: null, modelCalls: 0, costUsd: '0' });
  expect(await settled({ ...RUN, status: 'failed' })).toBeNull();
});

it('reads no hour in which it waits, and not more than those of two days', async () => {
  const { settled, hours } = await booked({ attemptId: 'run_1:1:1', at: NOW - 99 * HOUR_MS, cost: parseUsd('1') });
  const waiting = { ...RUN, status: 'awaiting_approval', createdAt: NOW - 99 * HOUR_MS } as const;
  expect(await settled({ ...waiting, updatedAt: NOW - 99 * HOUR_MS })).toMatchObject({ costUsd: '1' });
  expect(hours).toHaveLength(1);
  expect(await settled(waiting)).toBeNull();
  expect(hours).toHaveLength(1);
});
