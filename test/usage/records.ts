import type { Random } from '../../lib/kernel/clock.ts';
import { pico } from '../../lib/kernel/money.ts';
import { NO_TOKENS, type UsageLabels, type UsageRecord, type UsageStore } from '../../lib/usage/record.ts';
import type { ToolUsageRecord } from '../../lib/usage/tool-record.ts';

export const AT = Date.parse('2026-11-20T13:30:00.000Z');

/** A record of a run's first attempt, changed where a test says so. */
export const record = (change: Partial<UsageRecord> = {}): UsageRecord => ({
  attemptId: 'run_01:1:1',
  runId: 'run_01',
  tenantId: 'acme',
  keyId: 'key-1',
  userId: null,
  agent: 'assistant',
  model: 'claude-sonnet-5-5',
  at: AT,
  answered: true,
  estimated: null,
  tokens: { ...NO_TOKENS, inputTokens: 10, outputTokens: 20 },
  cost: pico(1_000_000n),
  ...change,
});

const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));
const oneOf = <T>(random: Random, all: readonly T[]): T => all[upTo(random, all.length - 1)] as T;

const someLabels = (random: Random): UsageLabels => ({
  sessionId: random() < 0.5 ? null : `session-${upTo(random, 5)}`,
  metadata: random() < 0.5 ? {} : { team: oneOf(random, ['red', 'blue, "quoted"', '']), zone: `z${upTo(random, 2)}` },
});

/** Records of `tenantId` spread over a range: some of a run's first attempts, some of later ones, some adjustments. */
export const someRecords = (
  random: Random,
  count: number,
  range: { readonly from: number; readonly to: number },
  { tenantId = 'acme', users = 20 }: { readonly tenantId?: string; readonly users?: number } = {},
): UsageRecord[] =>
  Array.from({ length: count }, (_, at) => {
    const ending = oneOf(random, [':1:1', ':1:1', ':1:2', ':2:1', ':1:1:adjusted']);
    const sign = ending.endsWith('adjusted') && random() < 0.5 ? -1 : 1;
    return record({
      attemptId: `run_${at}${ending}`,
      runId: `run_${at}`,
      tenantId,
      keyId: `key-${upTo(random, 3)}`,
      userId: random() < 0.2 ? null : `user-${upTo(random, users)}`,
      agent: oneOf(random, ['assistant', 'researcher', 'clerk']),
      ...(random() < 0.3 ? {} : { labels: someLabels(random) }),
      model: oneOf(random, ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5']),
      at: range.from + Math.floor(random() * (range.to - range.from)),
      tokens: {
        ...NO_TOKENS,
        inputTokens: sign * upTo(random, 5_000),
        outputTokens: sign * upTo(random, 4_000),
        cacheReadInputTokens: upTo(random, 9_000),
        cacheWrite5mInputTokens: upTo(random, 900),
        cacheWrite1hInputTokens: upTo(random, 90),
      },
      cost: pico(BigInt(sign) * BigInt(upTo(random, 9_007_199_254)) * 1_000_003n),
    });
  });

export const addAll = async (store: UsageStore, records: readonly UsageRecord[]): Promise<void> => {
  for (const one of records) await store.add(one);
};

export const toolRecord = (change: Partial<ToolUsageRecord> = {}): ToolUsageRecord => ({
  tenantId: 'acme',
  runId: 'run_01',
  at: AT,
  calls: [
    { tool: 'calculate', durationMs: 3, isError: false },
    { tool: 'get_weather', durationMs: 812, isError: true },
  ],
  ...change,
});
