import { describe, expect, it } from 'vitest';
import { parseUsd, ZERO } from '../../lib/kernel/money.ts';
import { NO_TOKENS, type TokenUsage } from '../../lib/usage/record.ts';
import { driftOf, isBeyond } from '../../scripts/true-up/drift.ts';
import { costRangeOf } from '../../scripts/true-up/money.ts';

const on = (counts: Partial<TokenUsage>, day = '2026-11-20', model = 'claude-opus-5-5') => ({
  day,
  model,
  counts: { ...NO_TOKENS, ...counts },
});
const booked = (counts: Partial<TokenUsage>, estimated = false, day?: string, cost?: string) => {
  const row = on(counts, day);
  const least = costRangeOf(row.model, row.day, row.counts)?.least ?? ZERO;
  return { ...row, estimated, cost: cost === undefined ? least : parseUsd(cost) };
};

describe('the drift between what is billed and what is booked', () => {
  it('is none where all kinds agree, however many rows they are told in', () => {
    const billed = [on({ inputTokens: 5, webSearchRequests: 1 }), on({ inputTokens: 6, outputTokens: 2 })];
    const [drift, ...more] = driftOf(billed, [booked({ inputTokens: 11, outputTokens: 2, webSearchRequests: 1 })]);
    expect(more).toEqual([]);
    expect(drift?.worst.share).toBe(0);
    expect(drift && isBeyond(drift, 0)).toBe(false);
  });

  it.each<
    [what: string, theirs: Partial<TokenUsage>, ours: Partial<TokenUsage>, kind: keyof TokenUsage, share: number]
  >([
    ['too little', { inputTokens: 1_000 }, { inputTokens: 990 }, 'inputTokens', -0.01],
    ['too much', { outputTokens: 1_000 }, { outputTokens: 1_005 }, 'outputTokens', 0.005],
    ['nothing', { cacheReadInputTokens: 9 }, {}, 'cacheReadInputTokens', -1],
    ['what was not billed', {}, { webSearchRequests: 1 }, 'webSearchRequests', Number.POSITIVE_INFINITY],
    [
      'a kind for another',
      { cacheWrite5mInputTokens: 8 },
      { cacheWrite1hInputTokens: 8 },
      'cacheWrite1hInputTokens',
      Infinity,
    ],
  ])('names the kind that differs most where %s is booked', (_, theirs, ours, kind, share) => {
    const [drift] = driftOf([on({ ...theirs })], [booked(ours)]);
    expect(drift?.worst).toEqual({ kind, share });
  });

  it('is not hidden by other kinds, days or models that make up for it', () => {
    const drifts = driftOf(
      [on({ inputTokens: 100 }), on({ inputTokens: 100 }, '2026-11-21'), on({ inputTokens: 7 }, '2026-11-21', 'other')],
      [booked({ inputTokens: 90, outputTokens: 10 }), booked({ inputTokens: 110 }, false, '2026-11-21')],
    );
    expect(drifts.map(({ day, model }) => `${day} ${model}`)).toEqual([
      '2026-11-20 claude-opus-5-5',
      '2026-11-21 claude-opus-5-5',
      '2026-11-21 other',
    ]);
    expect(drifts.every((drift) => isBeyond(drift, 0.05))).toBe(true);
  });

  it('counts the estimates among the records, and leaves out what is nothing on both sides', () => {
    const drifts = driftOf([on({}, '2026-11-19')], [booked({ inputTokens: 1 }, true), booked({ inputTokens: 1 })]);
    expect(drifts).toMatchObject([{ day: '2026-11-20', estimates: 1, booked: { inputTokens: 2 } }]);
  });

  it('is beyond a tolerance only when it is more', () => {
    const [drift] = driftOf([on({ inputTokens: 1_000 })], [booked({ inputTokens: 1_005 })]);
    expect(drift && isBeyond(drift, 0.005)).toBe(false);
    expect(drift && isBeyond(drift, 0.0049)).toBe(true);
  });

  it.each<[what: string, cost: string, isTooMuch: boolean]>([
    ['what it costs at least', '0.4', false],
    ['less', '0.39', true],
    ['what it costs in the dearest geography at the highest speed', '0.88', false],
    ['more', '0.9', true],
  ])('is one of money too: beyond a tolerance where %s is booked for it or not', (_, cost, isTooMuch) => {
    const counts = { inputTokens: 50_000, outputTokens: 10_000 };
    const [drift] = driftOf([on(counts)], [booked(counts, false, undefined, cost)]);
    expect(drift?.worst.share).toBe(0);
    expect(drift && isBeyond(drift, 0.005)).toBe(isTooMuch);
  });

  it('shows what was booked as lost, which has a cost and no tokens', () => {
    const [drift] = driftOf([], [booked({}, true, undefined, '2.82')]);
    expect(drift).toMatchObject({ cost: parseUsd('2.82'), estimates: 1 });
    expect(drift && isBeyond(drift, 0.005)).toBe(true);
  });
});
