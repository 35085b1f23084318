import { describe, expect, it } from 'vitest';
import { formatUsd, parseUsd } from '../../../lib/kernel/money.ts';
import { recordOf } from '../../../lib/model-call/booking/attempt-record.ts';
import { costBoundOf } from '../../../lib/model-call/booking/cost-bound.ts';
import { createMeter } from '../../../lib/model-call/metering/meter.ts';
import type { Outcome } from '../../../lib/model-call/outcome.ts';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import { createPriceTable } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { priceAt } from '../../../lib/pricing/pricing.ts';
import { setting } from '../parts.ts';

const prices = createPriceTable(PUBLISHED_PRICES);
const AT = Date.parse('2026-11-20T12:00:00Z');
const MODEL = 'claude-opus-5-5';

/** What an answer with this usage is booked as. */
const booked = (
  start: object,
  delta: object,
  { model = MODEL, ...over }: { model?: string; speed?: string } = {},
  ran = false,
) => {
  const request = { model, max_tokens: 16_000, messages: [{ role: 'user', content: 'hi' }], ...over } as ModelRequest;
  const price = priceAt(prices, model, AT)!;
  const meter = createMeter();
  meter.started({ input_tokens: 10_000, output_tokens: 1, ...start });
  meter.updated({ output_tokens: 10_000, ...delta });
  if (ran) meter.sawCode();
  const outcome = {
    ok: true,
    message: { model, stop_reason: 'end_turn' },
    metered: { tokens: meter.tokens(true), estimated: null, terms: meter.terms(), bill: meter.bill() },
  } as unknown as Outcome;
  const costBound = costBoundOf(request, price);
  const made = {
    attemptId: 'run_01:1:1',
    request,
    price,
    at: AT,
    durationMs: 4_000,
    costBound,
    reserved: parseUsd('1'),
    maxTokens: 16_000,
  };
  const { record, unpriced } = recordOf(prices, made, outcome, setting('http://unused').context);
  const { inputTokens, outputTokens } = record.tokens;
  return { usd: formatUsd(record.cost), estimated: record.estimated, unpriced, inputTokens, outputTokens };
};

const iteration = (type: string, input_tokens: number, output_tokens: number, model?: string) => ({
  type,
  input_tokens,
  output_tokens,
  ...(model !== undefined && { model }),
});

describe('an answer', () => {
  it.each<[title: string, start: object, delta: object, usd: string, estimated: string | null, unpriced: string[]]>([
    ['by its own counts', {}, {}, '0.24', null, []],
    [
      'with a compaction beside them',
      {},
      { iterations: [iteration('compaction', 180_000, 3_500), iteration('message', 10_000, 10_000)] },
      '1.03',
      null,
      [],
    ],
    [
      'with an advisor of another model beside them',
      {},
      { iterations: [iteration('advisor_message', 50_000, 8_000, 'claude-fable-5-1')] },
      '1.14',
      null,
      [],
    ],
    [
      'with a refused turn of the asked model and the fallback that answered',
      {},
      {
        iterations: [
          iteration('message', 10_000, 100, MODEL),
          iteration('fallback_message', 10_000, 10_000, 'claude-opus-4-8'),
        ],
      },
      '0.342',
      null,
      [],
    ],
    [
      'with turns that its own counts tell of only in part',
      {},
      { iterations: [iteration('message', 10_000, 4_000), iteration('message', 30_000, 6_000)] },
      '0.36',
      null,
      [],
    ],
    [
      'with an iteration of a kind that nobody knows',
      {},
      { iterations: [iteration('dream', 1_000, 0)] },
      '0.244',
      'unpriced',
      ['iterations.type'],
    ],
    [
      'with an advisor without a price, as the dearest model',
      {},
      { iterations: [iteration('advisor_message', 1_000, 1_000, 'claude-next')] },
      '0.3',
      'unpriced',
      ['iterations.model'],
    ],
    [
      'with a counter that nobody knows',
      {},
      { server_tool_use: { odd_requests: 3 } },
      '0.24',
      'unpriced',
      ['server_tool_use.odd_requests'],
    ],
    [
      'in a geography that nobody knows, a tenth dearer',
      { inference_geo: 'mars' },
      {},
      '0.264',
      'unpriced',
      ['inference_geo'],
    ],
    [
      'that claims a speed that was not asked, at the standard price',
      { speed: 'fast' },
      {},
      '0.24',
      'unpriced',
      ['speed'],
    ],
    [
      'without a count of its output, at all that it was allowed',
      {},
      { output_tokens: null },
      '0.36',
      'uncounted',
      ['counts'],
    ],
    [
      'whose output is more than the model can write, at all that it was allowed',
      {},
      { output_tokens: 2_000_000 },
      '0.36',
      'uncounted',
      ['counts'],
    ],
  ])('is booked %s', (_, start, delta, usd, estimated, unpriced) => {
    expect(booked(start, delta)).toMatchObject({ usd, estimated, unpriced });
  });

  it('counts the tokens of all its iterations', () => {
    const compacted = { iterations: [iteration('compaction', 180_000, 3_500), iteration('message', 10_000, 10_000)] };
    expect(booked({}, compacted)).toMatchObject({ inputTokens: 190_000, outputTokens: 13_500 });
  });

  it('of fast mode costs twice, unless it says that it was not fast', () => {
    expect(booked({ speed: 'fast' }, {}, { speed: 'fast' }).usd).toBe('0.48');
    expect(booked({}, {}, { speed: 'fast' }).usd).toBe('0.48');
    expect(booked({ speed: 'standard' }, {}, { speed: 'fast' }).usd).toBe('0.24');
    const unpriced = booked({ speed: 'fast' }, {}, { speed: 'fast', model: 'claude-sonnet-5-5' });
    expect(unpriced).toMatchObject({ usd: '1.44', estimated: 'unpriced', unpriced: ['speed'] });
  });

  it('in which code ran costs five minutes of a container more', () => {
    expect(booked({}, {}, {}, true).usd).toBe('0.244166666667');
  });
});
