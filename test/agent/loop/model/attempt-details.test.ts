import { expect, it } from 'vitest';
import { attemptDetails, MOST_DETAILS, usageOf } from '../../../../lib/agent/loop/model/attempt-details.ts';
import { parseUsd } from '../../../../lib/kernel/money.ts';
import { label } from '../../../../lib/kernel/redacted.ts';
import type { BookedAttempt } from '../../../../lib/model-call/types.ts';
import { NO_TOKENS } from '../../../../lib/usage/record.ts';

const attempt = (over: Partial<BookedAttempt>): BookedAttempt => ({
  model: 'claude-sonnet-5-5',
  tokens: { ...NO_TOKENS, inputTokens: 100, outputTokens: 20, cacheWrite5mInputTokens: 3, cacheWrite1hInputTokens: 4 },
  cost: parseUsd('0.0004'),
  reserved: parseUsd('0.0102'),
  at: Date.UTC(2026, 10, 20, 12),
  durationMs: 800,
  firstContentMs: 250,
  fault: null,
  estimated: null,
  upstreamRequestId: label('req_9'),
  ...over,
});

const start = Date.UTC(2026, 10, 20, 12);
const failed = attempt({
  at: start,
  durationMs: 300,
  firstContentMs: null,
  fault: 'overloaded',
  upstreamRequestId: null,
});
const answered = attempt({ at: start + 1_000, model: 'claude-haiku-4-5' });

it('each attempt says what it met, when it began, and what it held back and cost', () => {
  expect(attemptDetails([failed, answered])).toEqual([
    {
      model: 'claude-sonnet-5-5',
      startedAt: '2026-11-20T12:00:00.000Z',
      durationMs: 300,
      firstContentMs: null,
      status: 'failed',
      error: { code: 'overloaded' },
      usage: { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 0, cacheCreationInputTokens: 7 },
      reservedUsd: '0.0102',
      costUsd: '0.0004',
      requestId: null,
    },
    {
      model: 'claude-haiku-4-5',
      startedAt: '2026-11-20T12:00:01.000Z',
      durationMs: 800,
      firstContentMs: 250,
      status: 'succeeded',
      retry: { reason: 'overloaded', delayMs: 700 },
      usage: { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 0, cacheCreationInputTokens: 7 },
      reservedUsd: '0.0102',
      costUsd: '0.0004',
      requestId: 'req_9',
    },
  ]);
});

it('an attempt whose tokens nobody counted says so, and why; one that was counted says nothing', () => {
  expect(attemptDetails([attempt({ fault: 'cut', estimated: 'cut' })])[0]).toMatchObject({ estimated: 'cut' });
  expect(attemptDetails([answered])[0]).not.toHaveProperty('estimated');
});

it('a clock that was set back makes no delay negative', () => {
  expect(attemptDetails([failed, attempt({ at: start - 5_000 })])[1]?.retry?.delayMs).toBe(0);
});

it('of many attempts the last are described, and all are counted', () => {
  const many = Array.from({ length: MOST_DETAILS + 5 }, (_, at) => attempt({ ...failed, at: start + at * 1_000 }));
  const details = attemptDetails(many);
  expect(details).toHaveLength(MOST_DETAILS);
  expect(details[0]).toMatchObject({ startedAt: '2026-11-20T12:00:05.000Z', retry: { delayMs: 700 } });
  expect(usageOf(many).inputTokens).toBe(2_500);
});
