import { expect, it } from 'vitest';
import { nearestModel } from '../../lib/pricing/nearest-model.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';

const known = [...createPriceTable(PUBLISHED_PRICES).keys()];

it.each([
  ['claude-sonnet-5-5[1m]', 'claude-sonnet-5-5'],
  ['claude-sonnet-5-5-latest', 'claude-sonnet-5-5'],
  ['anthropic/claude-opus-5-5', 'claude-opus-5-5'],
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4-5'],
  ['claude-haiku-4-5@20251001', 'claude-haiku-4-5'],
  ['Claude-Sonnet-5.5', 'claude-sonnet-5-5'],
  ['claude-sonnet-5-5:thinking', 'claude-sonnet-5-5'],
  ['models/claude-opus-5', 'claude-opus-5'],
  ['claude-sonet-5-5', 'claude-sonnet-5-5'],
  ['claud-opus-5-5', 'claude-opus-5-5'],
])('%s means %s', (name, meant) => {
  expect(nearestModel(name, known)).toBe(meant);
});

it.each(['claude-sonnet-5-6', 'claude-3-5-sonnet-latest', 'gpt-5', '', 'claude', 'sonnet', 'a-'.repeat(64)])(
  'what %j means is not for certain',
  (name) => {
    expect(nearestModel(name, known)).toBeNull();
  },
);
