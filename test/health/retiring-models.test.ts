import { describe, expect, it } from 'vitest';
import { findingOfModels, retiringModels, watchRetiring } from '../../lib/health/retiring-models.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';

const prices = createPriceTable(PUBLISHED_PRICES);
const OLD = 'claude-sonnet-4-5';

describe('a model near its end', () => {
  it.each<[title: string, day: string, used: string[], status: string, detail: string | undefined]>([
    ['is not spoken of two months before', '2026-09-30', [OLD], 'healthy', undefined],
    [
      'is named, and nothing is wrong, where no agent uses it',
      '2026-11-29',
      [],
      'healthy',
      `${OLD} ends on 2026-11-30`,
    ],
    ['is a warning where an agent uses it', '2026-11-29', [OLD], 'degraded', `${OLD} ends on 2026-11-30`],
    ['is one by its dated id too', '2026-11-29', [`${OLD}-20250929`], 'degraded', `${OLD} ends on 2026-11-30`],
    ['stays one past its end by that', '2026-12-24', [`${OLD}-20250929`], 'degraded', `${OLD} ended on 2026-11-30`],
    ['stays one past its end', '2026-12-24', [OLD], 'degraded', `${OLD} ended on 2026-11-30`],
    ['is forgotten past its end where no agent uses it', '2026-12-24', [], 'healthy', undefined],
  ])('%s', (_, day, used, status, detail) => {
    const now = Date.parse(day);
    const { detail: found, ...finding } = findingOfModels(retiringModels(prices, new Set(used), now), now);
    expect([finding, found]).toEqual([{ status }, detail]);
  });

  it('is said to the operator at start where an agent uses it', () => {
    const events: BallastEvent[] = [];
    const emit = (event: BallastEvent) => void events.push(event);
    const clock = { now: () => Date.parse('2026-11-29') };
    watchRetiring({ prices, used: ['claude-haiku-4-5'], clock, emit });
    expect(events).toEqual([]);
    for (const used of [OLD, `${OLD}-20250929`]) {
      watchRetiring({ prices, used: [used], clock, emit });
      expect(events.splice(0)).toEqual([{ type: 'model.retiring', model: OLD, on: '2026-11-30' }]);
    }
  });

  it('is not taken for a dated id of it that has prices of its own', () => {
    const dated = `${OLD}-20250929`;
    const own = new Map([...prices, [dated, [...(prices.get('claude-sonnet-5-5') ?? [])]]]);
    expect(retiringModels(own, new Set([dated]), Date.parse('2026-12-24'))).toEqual([]);
  });
});
