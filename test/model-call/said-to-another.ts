import type { ModelRequest } from '../../lib/model-call/provider.ts';
import { translate } from '../../lib/model-call/translate/translate.ts';
import type { StandIn } from '../../lib/model-call/translate/untranslatable.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';

/** A model as the price table sizes it. */
export const to = (model: string, more: Partial<StandIn> = {}): StandIn => {
  const { contextWindow, maxOutputTokens } = PUBLISHED_PRICES[model] ?? {
    contextWindow: 1e6,
    maxOutputTokens: 128_000,
  };
  return { model, contextWindow, maxOutputTokens, ...more };
};
export const user = { role: 'user', content: 'What is ballast?' };
export const thought = { type: 'thinking', thinking: 'hm', signature: 'sig' };
export const hidden = { type: 'redacted_thinking', data: 'x' };
export const said = { type: 'text', text: 'Stones.' };
export const call = { type: 'tool_use', id: 'toolu_1', name: 'weigh', input: {} };
export const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '3 t' }] };
export const assistant = (...content: object[]) => ({ role: 'assistant', content });
export const system = { role: 'system', content: 'Be brief.' };
export const manual = (budget: number) => ({ type: 'enabled', budget_tokens: budget });

/** A request to claude-opus-5-5, with more. */
export const asking = (more: object = {}): ModelRequest =>
  ({ model: 'claude-opus-5-5', max_tokens: 4096, messages: [user], ...more }) as unknown as ModelRequest;
export const translated = (more: object, model: string, target: Partial<StandIn> = {}) =>
  translate(asking(more), to(model, target));
