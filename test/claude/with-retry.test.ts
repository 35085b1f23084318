import { describe, expect, it } from 'vitest';
import { fault, refusal } from '../../lib/claude/faults.ts';
import type { Attempt, FaultKind, Outcome } from '../../lib/claude/types.ts';
import { withRetry } from '../../lib/claude/with-retry.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { REQUEST, setting } from './parts.ts';

type Kind = Exclude<FaultKind, 'refused' | 'run-cost'>;
const metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };
const failing = (kind: Kind, details: Parameters<typeof fault>[1] = {}): Outcome => ({
  ok: false,
  fault: fault(kind, details),
  metered,
});
const answered = { ok: true, message: { stop_reason: 'end_turn' }, metered } as unknown as Outcome;

const retried = (outcomes: readonly Outcome[], deadlineMs = 120_000) => {
  const parts = setting('http://unused', { deadlineMs });
  const events: BallastEvent[] = [];
  let attempts = 0;
  const next: Attempt = async () => outcomes[Math.min(attempts++, outcomes.length - 1)] ?? answered;
  const bracket = withRetry({
    clock: parts.clock,
    random: () => 0.999,
    emit: (event) => events.push(event),
    retry: { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 20_000 },
  });
  const outcome = bracket(next)(REQUEST, parts.context);
  const finish = async () => {
    let done = false;
    void outcome.finally(() => (done = true));
    const startedAt = parts.clock.now();
    while (!done) await parts.clock.advance(100);
    return {
      outcome: await outcome,
      attempts,
      waitedMs: parts.clock.now() - startedAt,
      events,
      heard: parts.sink.heard,
    };
  };
  return { ...parts, finish };
};

describe('a failed attempt', () => {
  it.each([
    'rate-limited',
    'overloaded',
    'server-error',
    'connection',
    'no-content',
    'stalled',
    'cut',
    'malformed',
  ] as const)('of kind %s is made again until it answers', async (kind) => {
    const result = await retried([failing(kind), failing(kind), answered]).finish();
    expect(result.outcome.ok).toBe(true);
    expect(result.attempts).toBe(3);
    expect(result.events.map((event) => event.type)).toEqual(['model.retried', 'model.retried']);
  });

  it.each(['invalid-request', 'credential', 'unknown-model', 'deadline', 'cancelled'] as const)(
    'of kind %s is not made again',
    async (kind) => {
      const result = await retried([failing(kind), answered]).finish();
      expect(result.outcome.ok).toBe(false);
      expect(result.attempts).toBe(1);
    },
  );

  it('is made at most four times', async () => {
    const result = await retried([failing('server-error')]).finish();
    expect(result.attempts).toBe(4);
    expect(result.outcome).toMatchObject({ ok: false, fault: { kind: 'server-error' } });
  });

  it('whose text was seen takes it back first', async () => {
    const result = await retried([failing('cut', { contentSeen: true }), answered]).finish();
    expect(result.heard).toEqual(['<reset>']);
  });

  it('whose retry finds the circuit open is told as what it met itself', async () => {
    const error = new AppError('circuit-open', safe`open`, { retryAfterMs: 5_000 });
    const open: Outcome = { ok: false, fault: refusal(error), metered };
    const result = await retried([failing('overloaded'), open]).finish();
    expect(result).toMatchObject({ attempts: 2, outcome: { fault: { kind: 'overloaded' } } });
    const first = await retried([open, answered]).finish();
    expect(first).toMatchObject({ attempts: 1, outcome: { fault: { error: { code: 'circuit-open' } } } });
  });

  it('with an absurd Retry-After is told at once, with the delay', async () => {
    const result = await retried([failing('rate-limited', { retryAfterMs: 3_600_000 })]).finish();
    expect(result).toMatchObject({
      attempts: 1,
      outcome: { fault: { error: { code: 'rate-limited', retryAfterMs: 3_600_000 } } },
    });
    expect(result.waitedMs).toBeLessThanOrEqual(200);
  });

  it('waits as long as the upstream asks', async () => {
    const result = await retried([failing('rate-limited', { retryAfterMs: 9_000 }), answered]).finish();
    expect(result.waitedMs).toBeGreaterThanOrEqual(9_000);
    expect(result.waitedMs).toBeLessThanOrEqual(9_300);
  });

  it('is not waited for past the deadline', async () => {
    const result = await retried([failing('rate-limited', { retryAfterMs: 9_000 }), answered], 5_000).finish();
    expect(result).toMatchObject({ attempts: 1, outcome: { ok: false } });
  });

  it('whose text was seen keeps it where the wait for another ends with the run', async () => {
    const cut: Outcome = { ...failing('cut', { contentSeen: true, retryAfterMs: 9_000 }), partial: 'half' } as Outcome;
    const parts = retried([cut, answered]);
    await parts.clock.advance(10);
    parts.leave.abort();
    const result = await parts.finish();
    expect(result).toMatchObject({
      attempts: 1,
      heard: [],
      outcome: { partial: 'half', fault: { kind: 'cancelled' } },
    });
  });

  it('stops waiting at once when the caller leaves, and leaves no timer', async () => {
    const parts = retried([failing('rate-limited', { retryAfterMs: 9_000 }), answered]);
    await parts.clock.advance(10);
    parts.leave.abort();
    const result = await parts.finish();
    expect(result).toMatchObject({ attempts: 1, outcome: { fault: { kind: 'cancelled' } } });
    expect(parts.clock.pending).toBe(0);
  });
});
