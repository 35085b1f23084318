import { expect, it } from 'vitest';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import { lowerMaxTokens } from '../../../lib/model-call/translate/lower-max-tokens.ts';
import { REQUEST } from '../parts.ts';

const thinking = (budget_tokens: number) => ({ thinking: { type: 'enabled' as const, budget_tokens } });

it.each<[string, Partial<ModelRequest>, number, Partial<ModelRequest>]>([
  ['lowers the output tokens', {}, 400, { max_tokens: 400 }],
  ['never raises them', {}, 2_000, {}],
  [
    'keeps the room of the answer beside the thinking',
    { max_tokens: 6_000, ...thinking(4_000) },
    5_000,
    { max_tokens: 5_000, ...thinking(3_000) },
  ],
  [
    'keeps thinking that has no budget',
    { thinking: { type: 'adaptive' } },
    400,
    { max_tokens: 400, thinking: { type: 'adaptive' } },
  ],
])('%s', (_title, more, maxTokens, change) => {
  expect(lowerMaxTokens({ ...REQUEST, ...more }, maxTokens)).toEqual({ ...REQUEST, ...more, ...change });
});

it('leaves out thinking for which too little is left, so that the provider does not refuse the call', () => {
  const lowered = lowerMaxTokens({ ...REQUEST, max_tokens: 6_000, ...thinking(4_000) }, 3_023);
  expect(lowered).toEqual({ ...REQUEST, max_tokens: 3_023 });
});
