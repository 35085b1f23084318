import { expect, it } from 'vitest';
import { parseUsd, pico } from '../../../lib/kernel/money.ts';
import { recordOf } from '../../../lib/model-call/booking/attempt-record.ts';
import { costBoundOf } from '../../../lib/model-call/booking/cost-bound.ts';
import type { Outcome } from '../../../lib/model-call/outcome.ts';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import { createPriceTable } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { priceAt } from '../../../lib/pricing/pricing.ts';
import { NO_TOKENS } from '../../../lib/usage/record.ts';
import { setting } from '../parts.ts';

const prices = createPriceTable(PUBLISHED_PRICES);
const AT = Date.parse('2026-11-20T12:00:00Z');

/** What an attempt is booked as that was sent, and whose answer said nothing or this of its geography. */
const booked = (inference_geo: string | null, terms: object = {}) => {
  const request = {
    model: 'claude-opus-5-5',
    max_tokens: 1_000,
    messages: [{ role: 'user', content: 'hi' }],
    inference_geo,
  } as ModelRequest;
  const price = priceAt(prices, request.model, AT)!;
  const costBound = costBoundOf(request, price);
  const tokens = { ...NO_TOKENS, inputTokens: 1_000, outputTokens: 100 };
  const outcome = { ok: false, metered: { tokens, estimated: 'cut', terms } } as unknown as Outcome;
  const made = {
    attemptId: 'run_01:1:1',
    request,
    price,
    at: AT,
    durationMs: 1_000,
    costBound,
    reserved: parseUsd('1'),
    maxTokens: 1_000,
  };
  return recordOf(prices, made, outcome, setting('http://unused').context).record.cost;
};

it('is the dearer one of a broken-off attempt, because its workspace may have set it', () => {
  const cheaper = booked('global');
  expect(booked(null)).toBe(pico((cheaper * 11n) / 10n));
  expect(booked('us')).toBe(booked(null));
});

it('is the one that the answer named before it broke off', () => {
  expect(booked(null, { inferenceGeo: 'global' })).toBe(booked('global'));
});
