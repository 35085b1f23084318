import type { Usage } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { createMeter } from '../../../lib/model-call/metering/meter.ts';
import { deltaUsageOf, usageOf } from '../../../local/simulated-claude/wire.ts';

const COUNTS = { input: 100, output: 1, read: 20, write5m: 30, write1h: 40 };
const searches = (count: number) => ({
  server_tool_use: { web_search_requests: count, web_fetch_requests: 9 },
});

const started = (usage: Partial<Usage> = {}) => {
  const meter = createMeter();
  meter.started({ ...usageOf(COUNTS), ...usage });
  return meter;
};

describe('what an answer used', () => {
  it('holds every kind that is billed, searches among them, as its last word tells', () => {
    const meter = started();
    meter.updated({ ...deltaUsageOf({ ...COUNTS, input: 900, output: 50 }), ...searches(3) });
    expect(meter.tokens(true)).toEqual({
      inputTokens: 900,
      outputTokens: 50,
      cacheReadInputTokens: 20,
      cacheWrite5mInputTokens: 30,
      cacheWrite1hInputTokens: 40,
      webSearchRequests: 3,
    });
  });

  it('counts searches cumulatively, and keeps them where a later event is silent', () => {
    const meter = started(searches(1));
    meter.updated(searches(2));
    meter.updated(deltaUsageOf(COUNTS));
    meter.updated({ output_tokens: 7 });
    expect(meter.tokens(true)).toMatchObject({ webSearchRequests: 2, outputTokens: 7 });
    expect(meter.tokens(false).webSearchRequests).toBe(2);
  });

  it.each([
    ['a beginning of one token', 1, 0],
    ['more than a beginning', 4, 4],
  ])('replaces %s by a last word of none, and lowers nothing that was counted', (_title, begun, expected) => {
    const meter = started({ output_tokens: begun });
    meter.updated({ output_tokens: 0 });
    expect(meter.tokens(true).outputTokens).toBe(expected);
  });

  it('has no searches where none are told', () => {
    expect(started().tokens(true).webSearchRequests).toBe(0);
  });
});

describe('the terms of an answer', () => {
  it.each<[usage: Partial<Usage>, expected: object]>([
    [{}, {}],
    [{ service_tier: 'standard', inference_geo: null }, {}],
    [{ service_tier: 'batch' }, { batch: true }],
    [{ inference_geo: 'us' }, { inferenceGeo: 'us' }],
    [{ inference_geo: 'global' }, { inferenceGeo: 'global' }],
    [{ inference_geo: 'not_available' }, {}],
    [
      { service_tier: 'batch', inference_geo: 'us' },
      { batch: true, inferenceGeo: 'us' },
    ],
    [{ service_tier: 'priority' }, {}],
  ])('that says %j are %j', (usage, expected) => {
    expect(started(usage).terms()).toEqual(expected);
  });

  it('are unknown before it starts', () => {
    expect(createMeter().terms()).toEqual({});
  });
});

describe('cache writes that are told late', () => {
  const lateWrites = (oneHour: boolean) => {
    const meter = createMeter({ oneHourWrites: () => oneHour });
    meter.started(usageOf(COUNTS));
    meter.updated({ output_tokens: 1, cache_creation_input_tokens: 100 });
    return meter.tokens(true);
  };

  it('are booked for the longest time that the request may have written for', () => {
    expect(lateWrites(true)).toMatchObject({ cacheWrite5mInputTokens: 30, cacheWrite1hInputTokens: 70 });
    expect(lateWrites(false)).toMatchObject({ cacheWrite5mInputTokens: 60, cacheWrite1hInputTokens: 40 });
  });

  it('are booked so where the beginning does not split them either', () => {
    const meter = createMeter({ oneHourWrites: () => true });
    meter.started({ input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 50 });
    expect(meter.tokens(true)).toMatchObject({ cacheWrite5mInputTokens: 0, cacheWrite1hInputTokens: 50 });
  });
});

describe('foreign counts', () => {
  const told = (start: unknown, delta: unknown, seen = '') => {
    const meter = createMeter();
    meter.started(start);
    meter.wrote(seen);
    meter.updated(delta);
    const { inputTokens, outputTokens } = meter.tokens(true);
    const { missing, unknown } = meter.bill();
    return { inputTokens, outputTokens, missing, unknown };
  };
  const GOOD = { input_tokens: 60, output_tokens: 1 };

  it.each<[why: string, start: unknown, delta: unknown, expected: object]>([
    ['that are whole', GOOD, { output_tokens: 7 }, { inputTokens: 60, outputTokens: 7, missing: [] }],
    ['of a beginning that is told later', {}, { input_tokens: 60, output_tokens: 7 }, { inputTokens: 60, missing: [] }],
    ['of an end that is missing', GOOD, undefined, { inputTokens: 60, missing: ['output'] }],
    ['of an end that is null', GOOD, null, { inputTokens: 60, missing: ['output'] }],
    ['of an end that is a list', GOOD, [7], { inputTokens: 60, missing: ['output'] }],
    ['of no event at all', undefined, undefined, { missing: ['input', 'output'] }],
    ['that are no numbers', GOOD, { output_tokens: '7' }, { missing: ['output'] }],
    ['that are NaN', GOOD, { output_tokens: Number.NaN }, { missing: ['output'] }],
    ['below zero', { ...GOOD, input_tokens: -60 }, { output_tokens: 7 }, { inputTokens: 0, missing: ['input'] }],
    ['with a fraction', GOOD, { output_tokens: 7.5 }, { missing: ['output'] }],
    ['beyond any window', GOOD, { output_tokens: 1e15 }, { missing: ['output'] }],
    ['of the cache that are none', { ...GOOD, cache_read_input_tokens: 'all' }, GOOD, { missing: ['input'] }],
    ['with a zero about the input', GOOD, { input_tokens: 0, output_tokens: 7 }, { inputTokens: 60, missing: [] }],
    ['with a zero about an output of nothing', GOOD, { output_tokens: 0 }, { missing: [] }],
    ['that fall', { ...GOOD, output_tokens: 9 }, { output_tokens: 7 }, { outputTokens: 9, missing: [] }],
    ['of searches that are none', GOOD, { ...GOOD, ...searches(-1) }, { missing: ['input', 'output'] }],
    [
      'of unknown tools',
      GOOD,
      { ...GOOD, server_tool_use: { odd_requests: 2 } },
      { unknown: ['server_tool_use.odd_requests'] },
    ],
    ['of tools that cost only tokens', GOOD, { ...GOOD, server_tool_use: { web_fetch_requests: 2 } }, { unknown: [] }],
    ['of an unknown kind', GOOD, { ...GOOD, audio_tokens: 5 }, { unknown: ['audio_tokens'] }],
    [
      'of an unknown lifetime',
      { ...GOOD, cache_creation: { ephemeral_1d_input_tokens: 5 } },
      GOOD,
      { unknown: ['cache_creation.ephemeral_1d_input_tokens'] },
    ],
    ['at an unknown tier', { ...GOOD, service_tier: 'gold' }, GOOD, { unknown: ['service_tier'] }],
    ['with iterations that are none', GOOD, { ...GOOD, iterations: 'two' }, { unknown: ['iterations'] }],
    [
      'with iterations without counts that are counts',
      GOOD,
      { ...GOOD, iterations: [{ type: 'message', input_tokens: '5' }] },
      { missing: ['input', 'output'] },
    ],
  ])('%s', (_, start, delta, expected) => {
    expect(told(start, delta)).toMatchObject(expected);
  });

  it('that contradict what was seen are none', () => {
    expect(told(GOOD, { output_tokens: 0 }, 'one word').missing).toEqual(['output']);
    expect(told(GOOD, { output_tokens: 0 }, 'x').missing).toEqual([]);
    expect(told(GOOD, { output_tokens: 0 }, 'x'.repeat(200)).missing).toEqual(['output']);
    expect(told(GOOD, { output_tokens: 50 }, 'x'.repeat(200)).missing).toEqual([]);
  });
});
