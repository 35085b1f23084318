import { isUsd, parseUsd, type PicoUsd, sum, ZERO } from '../../kernel/money.ts';
import type { Redacted } from '../../kernel/redacted.ts';
import type { BallastEvent } from '../events.ts';

/** What the model calls of one piece of work came to, lost attempts included. */
export interface ModelUse {
  readonly model: Redacted;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly cost: PicoUsd;
  /** From the beginning of the work to the first content of a model; `null`: there was none. */
  readonly firstContentMs: number | null;
}

type Attempted = Extract<BallastEvent, { readonly type: 'model.attempted' }>;

export const NO_MODEL_USE: Omit<ModelUse, 'model'> = {
  attempts: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
  cost: ZERO,
  firstContentMs: null,
};

/** `sinceMs`: from the beginning of the work to the end of the attempt. */
export const withAttempt = (use: Omit<ModelUse, 'model'>, attempt: Attempted, sinceMs: number): ModelUse => ({
  model: attempt.model,
  attempts: use.attempts + 1,
  inputTokens: use.inputTokens + attempt.inputTokens,
  outputTokens: use.outputTokens + attempt.outputTokens,
  cacheReadInputTokens: use.cacheReadInputTokens + attempt.cacheReadInputTokens,
  cacheCreationInputTokens: use.cacheCreationInputTokens + attempt.cacheCreationInputTokens,
  cost: sum([use.cost, ...(isUsd(attempt.costUsd) ? [parseUsd(attempt.costUsd)] : [])]),
  firstContentMs:
    use.firstContentMs ??
    (attempt.firstContentMs === null ? null : sinceMs - attempt.durationMs + attempt.firstContentMs),
});
