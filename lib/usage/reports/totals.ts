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
}

/** Each run makes its first attempt once, so counting those counts runs, and any two parts of a month add up. */
const FIRST_ATTEMPT = /:1:1$/;

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
  };
};

/** Rollups of earlier versions lack the last: what was estimated in their hours counts as nothing. */
type Written = readonly [number, number, number, number, number, string, string?];

export const TOTALS: Measure<Totals> = {
  zero: {
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    cost: ZERO,
    estimated: ZERO,
  },
  plus: (a, b) => ({
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadInputTokens: a.cacheReadInputTokens + b.cacheReadInputTokens,
    cacheCreationInputTokens: a.cacheCreationInputTokens + b.cacheCreationInputTokens,
    cost: plus(a.cost, b.cost),
    estimated: plus(a.estimated, b.estimated),
  }),
  // A list and no object: a user of an hour takes some 60 bytes before compression.
  write: (value): Written => [
    value.requests,
    value.inputTokens,
    value.outputTokens,
    value.cacheReadInputTokens,
    value.cacheCreationInputTokens,
    value.cost.toString(),
    value.estimated.toString(),
  ],
  read(json) {
    const [requests, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens, cost, estimated = '0'] =
      json as Written;
    return {
      requests,
      inputTokens,
      outputTokens,
      cacheReadInputTokens,
      cacheCreationInputTokens,
      cost: pico(BigInt(cost)),
      estimated: pico(BigInt(estimated)),
    };
  },
};
