import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../lib/model-call/outcome.ts';
import type { Attempt } from '../../lib/model-call/types.ts';
import { withRetry } from '../../lib/model-call/with-retry.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { answered, CALM, failing, REQUEST, setting } from './parts.ts';

const retried = (
  outcomes: readonly Outcome[],
  { deadlineMs = 120_000, circuits = CALM, retryWithinMs = 120_000 } = {},
) => {
  const parts = setting('http://unused', { deadlineMs });
  const events: BallastEvent[] = [];
  let attempts = 0;
  const next: Attempt = async () => outcomes[Math.min(attempts++, outcomes.length - 1)] ?? answered;
  const bracket = withRetry({
    clock: parts.clock,
    circuits,
    random: () => 0.999,
    emit: (event) => events.push(event),
    retry: { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 20_000 },
  });
  const outcome = bracket(next)(REQUEST, { ...parts.context, retryUntilMs: parts.clock.monotonicMs() + retryWithinMs });
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
    const told = { type: 'model.retried', agent: 'assistant', fault: kind };
    expect(result.events).toMatchObject([told, told]);
  });

  it.each(['invalid-request', 'credential', 'forbidden', 'unknown-model', 'deadline', 'cancelled'] as const)(
    'of kind %s is not made again',
    async (kind) => {
      const result = await retried([failing(kind), answered]).finish();
      expect(result.outcome.ok).toBe(false);
      expect(result.attempts).toBe(1);
    },
  );

  it.each(['rate-limited', 'overloaded', 'server-error'] as const)(
    'of kind %s is not made again where the provider says that it should not be',
    async (kind) => {
      const result = await retried([failing(kind, { final: true, retryAfterMs: 100 }), answered]).finish();
      expect(result).toMatchObject({ attempts: 1, events: [], outcome: { ok: false, fault: { kind } } });
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
    const open = failing('circuit-open');
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
    expect(result.waitedMs).toBeLessThanOrEqual(9_600);
  });

  it('is not waited for past the deadline', async () => {
    const result = await retried([failing('rate-limited', { retryAfterMs: 9_000 }), answered], {
      deadlineMs: 5_000,
    }).finish();
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

describe('under strain', () => {
  const windowOf = (failures: () => number) => ({ window: () => ({ failures: failures(), failureThreshold: 10 }) });

  it('a call is made again once at most while the window holds half the threshold', async () => {
    const circuits = windowOf(() => 5 + 1);
    const result = await retried([failing('server-error')], { circuits }).finish();
    expect(result.attempts).toBe(2);
  });

  it('a call is made again as often as ever while it holds less', async () => {
    const circuits = windowOf(() => 4 + 1);
    const result = await retried([failing('server-error')], { circuits }).finish();
    expect(result.attempts).toBe(4);
  });

  it('a call is held back by what others meet meanwhile, not by its own failures', async () => {
    let others = 0;
    const circuits = windowOf(() => 1 + (others += 3));
    // After the first retry the window holds its own failure, which counts once, and six of others.
    expect((await retried([failing('server-error')], { circuits }).finish()).attempts).toBe(2);
    expect(others).toBe(6);
  });

  it.each([
    [4, 4],
    [5, 2],
  ])('a limit is no failure of the call’s own: beside %i of others it is made %i times', async (others, attempts) => {
    const result = await retried([failing('rate-limited')], { circuits: windowOf(() => others) }).finish();
    expect(result.attempts).toBe(attempts);
  });
});

it('no retry begins when the rest of the time belongs to a stand-in', async () => {
  const soon = retried([failing('server-error'), answered], { retryWithinMs: 500 });
  expect(await soon.finish()).toMatchObject({ attempts: 2, outcome: { ok: true } });
  const late = retried([failing('server-error'), answered], { retryWithinMs: 400 });
  expect(await late.finish()).toMatchObject({ attempts: 1, outcome: { ok: false } });
});
