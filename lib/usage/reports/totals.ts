import { pico, type PicoUsd, plus, ZERO } from '../../kernel/money.ts';
import { estimatedPartOf, type UsageRecord } from '../record.ts';
import type { Measure } from './measure.ts';

/** What was used, in the contract's words. Tokens are whole numbers, each kind apart. */
export interface Totals {
  /** Calls of the API that reached a model. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly cost: PicoUsd;
  /** The part of `cost` that no answer confirmed. */
  readonly estimated: PicoUsd;
  /** What adjustments have added to `cost`; mostly below zero. */
  readonly adjusted: PicoUsd;
}

/** Each run makes its first attempt once, so counting those counts runs, and any two parts of a month add up. */
const FIRST_ATTEMPT = /:1:1$/;

const ADJUSTMENT = /:adjusted$/;

/** What one record adds. An adjustment (`…:adjusted`) adds its differences, which may be negative, and no request. */
export const totalsOf = (record: UsageRecord): Totals => {
  const { attemptId, tokens, cost } = record;
  return {
    requests: FIRST_ATTEMPT.test(attemptId) ? 1 : 0,
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    cacheReadInputTokens: tokens.cacheReadInputTokens,
    cacheCreationInputTokens: tokens.cacheWrite5mInputTokens + tokens.cacheWrite1hInputTokens,
    cost,
    estimated: estimatedPartOf(record),
    adjusted: ADJUSTMENT.test(attemptId) ? cost : ZERO,
  };
};

/**
 * Rollups of earlier versions lack the last two: what was estimated and adjusted in their hours counts as nothing. The last
 * stands only where there was an adjustment: hardly ever.
 */
type Written = readonly [number, number, number, number, number, string, string?, string?];

export const TOTALS: Measure<Totals> = {
  zero: {
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    cost: ZERO,
    estimated: ZERO,
    adjusted: ZERO,
  },
  plus: (a, b) => ({
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadInputTokens: a.cacheReadInputTokens + b.cacheReadInputTokens,
    cacheCreationInputTokens: a.cacheCreationInputTokens + b.cacheCreationInputTokens,
    cost: plus(a.cost, b.cost),
    estimated: plus(a.estimated, b.estimated),
    adjusted: plus(a.adjusted, b.adjusted),
  }),
  // A list and no object: a user of an hour takes some 60 bytes before compression.
  write(value): Written {
    const { requests, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens } = value;
    const counts = [requests, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens] as const;
    const money = [value.cost.toString(), value.estimated.toString()] as const;
    return value.adjusted === ZERO ? [...counts, ...money] : [...counts, ...money, value.adjusted.toString()];
  },
  read(json) {
    const [requests, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens, ...money] =
      json as Written;
    const [cost, estimated = '0', adjusted = '0'] = money;
    return {
      requests,
      inputTokens,
      outputTokens,
      cacheReadInputTokens,
      cacheCreationInputTokens,
      cost: pico(BigInt(cost)),
      estimated: pico(BigInt(estimated)),
      adjusted: pico(BigInt(adjusted)),
    };
  },
};
