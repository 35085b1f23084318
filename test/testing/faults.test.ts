import { calls, faults, testRun, type Turn } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../lib/config.ts';
import { clock, keeper } from './agent.ts';

const FIRST_RETRY_MS = 250;
const LIMIT_MS = 30_000;

describe('a fault that another attempt mends', () => {
  it.each<[string, Turn, { kind: string; atMs?: number; heard?: string[]; settings?: Partial<Config> }]>([
    ['overloaded', faults.overloaded(), { kind: 'overloaded' }],
    ['overloaded for a while', faults.overloaded({ retryAfterMs: 7_000 }), { kind: 'overloaded', atMs: 7_250 }],
    ['unavailable', faults.unavailable(), { kind: 'overloaded' }],
    ['unavailable for a while', faults.unavailable({ retryAfterMs: 900 }), { kind: 'overloaded', atMs: 945 }],
    ['broken', faults.broken(), { kind: 'server-error' }],
    ['rate limited', faults.rateLimited(), { kind: 'rate-limited' }],
    ['rate limited for a while', faults.rateLimited({ retryAfterMs: 9_000 }), { kind: 'rate-limited', atMs: 9_250 }],
    ['disconnected', faults.disconnected(), { kind: 'connection' }],
    ['silent', faults.silent(), { kind: 'no-content', atMs: LIMIT_MS + FIRST_RETRY_MS }],
    ['stalled at once', faults.stalled(), { kind: 'no-content', atMs: LIMIT_MS + FIRST_RETRY_MS }],
    [
      'stalled',
      faults.stalled({ after: 'It' }),
      {
        kind: 'stalled',
        atMs: LIMIT_MS + FIRST_RETRY_MS,
        heard: ['It'],
        settings: { STREAM_IDLE_TIMEOUT_MS: LIMIT_MS },
      },
    ],
    ['cut at once', faults.cut(), { kind: 'connection', atMs: 20 + FIRST_RETRY_MS }],
    ['cut', faults.cut({ after: 'It' }), { kind: 'cut', atMs: 20 + FIRST_RETRY_MS, heard: ['It'] }],
    ['cut cleanly', faults.cut({ after: 'It', cleanly: true }), { kind: 'cut', heard: ['It'] }],
    ['malformed', faults.malformed({ after: 'It' }), { kind: 'malformed', heard: ['It'] }],
    ['overloaded midway', faults.overloadedMidway({ after: 'It' }), { kind: 'overloaded', heard: ['It'] }],
    [
      'pings only',
      faults.pingsOnly(),
      { kind: 'no-content', atMs: LIMIT_MS + FIRST_RETRY_MS, settings: { FIRST_TOKEN_TIMEOUT_MS: LIMIT_MS / 10 } },
    ],
    ['slow beyond the limit', faults.slow(LIMIT_MS + 1, 'x'), { kind: 'no-content', atMs: LIMIT_MS + FIRST_RETRY_MS }],
  ])('%s', async (_title, fault, { kind, atMs = FIRST_RETRY_MS, heard = [], settings = {} }) => {
    const run = await testRun(keeper, 'x', [fault, 'It is mended.'], { settings });
    expect(run).toMatchObject({ status: 'succeeded', output: 'It is mended.', durationMs: atMs });
    expect(run.requests).toHaveLength(2);
    expect(run.telemetry.flatMap((event) => (event.type === 'model.retried' ? [event.fault] : []))).toEqual([kind]);
    const told = run.events.flatMap(({ event, data }) => (event.startsWith('text') ? [data['text'] ?? event] : []));
    expect(told).toEqual([...heard, ...(heard.length === 0 ? [] : ['text.reset']), 'It is mended.']);
  });
});

describe('a fault that no attempt mends', () => {
  it.each<[string, Turn, string]>([
    ['refused', faults.refused(), 'invalid-request'],
    ['unknown model', faults.unknownModel(), 'invalid-request'],
    ['rate limited for too long', faults.rateLimited({ retryAfterMs: 60_000 }), 'rate-limited'],
  ])('%s', async (_title, fault, code) => {
    const run = await testRun(keeper, 'x', [fault]);
    expect(run).toMatchObject({ status: 'failed', error: { code } });
    expect(run.requests).toHaveLength(1);
  });

  it('rejected key, also after it was read again', async () => {
    const run = await testRun(keeper, 'x', [faults.rejectedKey(), faults.rejectedKey()]);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'upstream-error' }, durationMs: 0 });
  });
});

describe('a slow answer', () => {
  it('within the limits is an answer, and takes as long as it says', async () => {
    const run = await testRun(keeper, 'x', [faults.slow(20_000, calls(clock)), faults.slow(1_000, 'At last.')]);
    expect(run).toMatchObject({ output: 'At last.', durationMs: 21_000 });
    expect(run.tools).toMatchObject([{ result: '2026-11-20T12:00:20.000Z' }]);
  });

  it('may be a fault', async () => {
    const run = await testRun(keeper, 'x', [faults.slow(1_000, faults.cut({ after: 'a' })), 'b']);
    expect(run).toMatchObject({ output: 'b', durationMs: 1_000 + 20 + FIRST_RETRY_MS });
  });
});

it('a deadline ends a run that nothing mends, and nobody waits for it', async () => {
  const run = await testRun(keeper, { task: 'x', timeoutMs: 40_000 }, Array(2).fill(faults.silent()));
  expect(run).toMatchObject({ status: 'failed', error: { code: 'upstream-timeout' }, durationMs: 40_000 });
});
