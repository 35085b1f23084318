import type { ThinkingConfigEnabled } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ModelRequest } from '../provider.ts';

/** The provider's least `thinking.budget_tokens`. */
const LEAST_THINKING_TOKENS = 1_024;

/**
 * A manual thinking budget under `given` instead of `asked` output tokens, of which it is a part: the answer keeps the
 * room it was given beside it, and a budget that would fall below the provider's least is none (`undefined`).
 */
export const thinkingWithin = (
  thinking: ThinkingConfigEnabled,
  asked: number,
  given: number,
): ThinkingConfigEnabled | undefined => {
  const answer = Math.max(asked - thinking.budget_tokens, 1);
  const budget = Math.min(thinking.budget_tokens, given - answer);
  return budget < LEAST_THINKING_TOKENS ? undefined : { ...thinking, budget_tokens: budget };
};

/** The request with at most so many output tokens, and a thinking budget that the provider still takes with them. */
export const lowerMaxTokens = (request: ModelRequest, maxTokens: number): ModelRequest => {
  if (maxTokens >= request.max_tokens) return request;
  const { thinking, ...rest } = request;
  const fewer = { ...rest, max_tokens: maxTokens };
  const kept = thinking?.type === 'enabled' ? thinkingWithin(thinking, request.max_tokens, maxTokens) : thinking;
  return kept === undefined ? fewer : { ...fewer, thinking: kept };
};
