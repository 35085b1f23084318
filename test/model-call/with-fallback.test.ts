import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { notMade, refusal } from '../../lib/model-call/faults.ts';
import type { Outcome } from '../../lib/model-call/outcome.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { Attempt, AttemptContext } from '../../lib/model-call/types.ts';
import { withFallback } from '../../lib/model-call/with-fallback.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { answered, failing, REQUEST, setting } from './parts.ts';

const STAND_INS = ['claude-haiku-4-5', 'claude-opus-4-5'];

/** A call whose models answer by name, others by `answered`. */
const chained = (
  byModel: Readonly<Record<string, Outcome>>,
  { standIns = STAND_INS, request = REQUEST, deadlineMs = 1_000_000_000 } = {},
) => {
  const parts = setting('http://unused', { deadlineMs });
  const events: BallastEvent[] = [];
  const asked: ModelRequest[] = [];
  const contexts: AttemptContext[] = [];
  const next: Attempt = async (each, context) => {
    asked.push(each);
    contexts.push(context);
    return byModel[each.model] ?? answered;
  };
  const emit = (event: BallastEvent) => events.push(event);
  const bracket = withFallback({ prices: createPriceTable(PUBLISHED_PRICES), clock: parts.clock, emit });
  const models = () => asked.map(({ model }) => model);
  return {
    ...parts,
    ask: () => bracket(next)(request, { ...parts.context, bounds: { ...parts.context.bounds, standIns } }),
    asked,
    contexts,
    events,
    models,
  };
};
const down = (kind: Parameters<typeof failing>[0]) => ({ [REQUEST.model]: failing(kind) });

describe('a model that its provider has retired', () => {
  const retired = { request: { ...REQUEST, model: 'claude-sonnet-4-5' } };

  it('is not called: the next of its chain answers, and says so', async () => {
    const call = chained({}, { ...retired, standIns: ['claude-haiku-4-5'] });
    await call.clock.advance(Date.parse('2026-11-30') - call.clock.now());
    expect(await call.ask()).toMatchObject({ ok: true, degraded: { model: 'claude-haiku-4-5' } });
    expect(call.models()).toEqual(['claude-haiku-4-5']);
  });

  it('is refused with its date where nothing can take its place', async () => {
    const call = chained({}, { ...retired, standIns: ['claude-sonnet-4-5-20250929'] });
    await call.clock.advance(Date.parse('2026-11-30') - call.clock.now());
    const outcome = await call.ask();
    expect(outcome).toMatchObject({
      ok: false,
      fault: { error: { code: 'invalid-request', issues: [{ path: 'model', message: 'was retired on 2026-11-30' }] } },
    });
    expect(call.models()).toEqual([]);
  });

  it('is called until then', async () => {
    const call = chained({}, retired);
    await call.clock.advance(Date.parse('2026-11-30') - call.clock.now() - 1);
    expect(await call.ask()).toMatchObject({ ok: true });
    expect(call.models()).toEqual(['claude-sonnet-4-5']);
  });
});

describe('a model that fails', () => {
  it.each([
    'overloaded',
    'server-error',
    'connection',
    'no-content',
    'stalled',
    'cut',
    'malformed',
    'rate-limited',
    'circuit-open',
  ] as const)('by %s gives the call to the next of its chain', async (kind) => {
    const call = chained(down(kind));
    expect(await call.ask()).toMatchObject({ ok: true, degraded: { model: 'claude-haiku-4-5' } });
    expect(call.models()).toEqual([REQUEST.model, 'claude-haiku-4-5']);
  });

  it.each([
    'invalid-request',
    'context-too-long',
    'credential',
    'forbidden',
    'unknown-model',
    'deadline',
    'cancelled',
    'refused',
    'run-cost',
  ] as const)('to answer for %s keeps the call: no other model could mend it', async (kind) => {
    const call = chained(down(kind));
    expect(await call.ask()).toMatchObject({ ok: false, fault: { kind } });
    expect(call.models()).toEqual([REQUEST.model]);
  });

  it.each(['rate-limited', 'server-error'] as const)(
    'by %s for good still gives the call to the next of its chain: another model may do',
    async (kind) => {
      const call = chained({ [REQUEST.model]: failing(kind, { final: true }) });
      expect((await call.ask()).ok).toBe(true);
    },
  );

  it('is told, with the code that the caller would have got', async () => {
    const call = chained(down('overloaded'));
    expect(await call.ask()).toMatchObject({ degraded: { reason: 'upstream-overloaded' } });
    expect(call.events).toEqual([
      {
        type: 'model.fell-back',
        runId: 'run_01',
        agent: 'assistant',
        from: 'claude-sonnet-5-5',
        to: 'claude-haiku-4-5',
        reason: 'upstream-overloaded',
      },
    ]);
  });

  it('whose text was seen has it taken back before another speaks', async () => {
    const call = chained({ [REQUEST.model]: failing('cut', { contentSeen: true }) });
    await call.ask();
    expect(call.sink.heard).toEqual(['<reset>']);
  });

  it('and whose stand-ins all fail, whatever by, is what happened', async () => {
    const call = chained({
      ...down('overloaded'),
      'claude-haiku-4-5': failing('invalid-request'),
      'claude-opus-4-5': failing('refused'),
    });
    expect(await call.ask()).toMatchObject({ ok: false, fault: { kind: 'overloaded' } });
    expect(call.models()).toEqual([REQUEST.model, ...STAND_INS]);
  });

  it('says where the store kept its last stand-in from being asked', async () => {
    const away = notMade(refusal(new AppError('store-unavailable', safe`away`)));
    const last = chained({
      ...down('overloaded'),
      [STAND_INS[0] ?? '']: failing('overloaded'),
      [STAND_INS[1] ?? '']: away,
    });
    expect(await last.ask()).toMatchObject({ fault: { kind: 'overloaded' }, standInRefused: true });
    const first = chained({
      ...down('overloaded'),
      [STAND_INS[0] ?? '']: away,
      [STAND_INS[1] ?? '']: failing('overloaded'),
    });
    expect(await first.ask()).not.toHaveProperty('standInRefused');
  });

  it('leaves no further model a time that is up', async () => {
    const call = chained({ ...down('overloaded'), 'claude-haiku-4-5': failing('deadline') });
    expect(await call.ask()).toMatchObject({ ok: false, fault: { kind: 'deadline' } });
    expect(call.models()).toEqual([REQUEST.model, 'claude-haiku-4-5']);
  });
});

describe('a stand-in', () => {
  it('that answers is the answer; the chain is not asked when the model itself does', async () => {
    const call = chained({});
    const outcome = await call.ask();
    expect(outcome).not.toHaveProperty('degraded');
    expect(call.models()).toEqual([REQUEST.model]);
  });

  it('without a known price is never asked', async () => {
    const call = chained(down('overloaded'), { standIns: ['claude-fable-5-2', 'claude-haiku-4-5'] });
    await call.ask();
    expect(call.models()).toEqual([REQUEST.model, 'claude-haiku-4-5']);
  });

  it('gets the request in a form that it accepts', async () => {
    const request = { ...REQUEST, model: 'claude-sonnet-4-5', temperature: 0.2 } as ModelRequest;
    const call = chained({ 'claude-sonnet-4-5': failing('overloaded') }, { standIns: ['claude-opus-5-5'], request });
    await call.ask();
    expect(call.asked[0]).toHaveProperty('temperature', 0.2);
    expect(call.asked[1]).not.toHaveProperty('temperature');
  });

  it('that cannot be asked this is passed over', async () => {
    const prefilled: ModelRequest = {
      ...REQUEST,
      model: 'claude-sonnet-4-5',
      messages: [...REQUEST.messages, { role: 'assistant', content: '{' }],
    };
    const standIns = ['claude-opus-5-5', 'claude-haiku-4-5'];
    const call = chained({ 'claude-sonnet-4-5': failing('overloaded') }, { standIns, request: prefilled });
    await call.ask();
    expect(call.models()).toEqual(['claude-sonnet-4-5', 'claude-haiku-4-5']);
    const names = { runId: 'run_01', agent: 'assistant', from: 'claude-sonnet-4-5', to: 'claude-opus-5-5' };
    expect(call.events[0]).toEqual({ type: 'model.passed-over', ...names, reason: 'prefill' });
  });

  it('has half of the time left for itself, the last one all that is left', async () => {
    const call = chained({ ...down('overloaded'), 'claude-haiku-4-5': failing('overloaded') }, { deadlineMs: 100_000 });
    const now = call.clock.monotonicMs();
    await call.ask();
    expect(call.contexts.map(({ retryUntilMs }) => retryUntilMs)).toEqual([now + 50_000, now + 50_000, undefined]);
  });
});
