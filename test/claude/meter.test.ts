import type { Usage } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { createMeter } from '../../lib/claude/meter.ts';
import { deltaUsageOf, usageOf } from '../../local/simulated-claude/wire.ts';

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
