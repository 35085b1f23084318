import { expect, it } from 'vitest';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import { asModelTakes } from '../../../lib/model-call/translate/as-model-takes.ts';
import { translate } from '../../../lib/model-call/translate/translate.ts';

const asked: ModelRequest = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Hello' }],
  output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
};
const unknown = { model: 'house-model-1', contextWindow: 100_000, maxOutputTokens: 8_000 };
const inWords = [{ text: 'Be brief.' }, { text: expect.stringContaining('JSON schema: {"type":"object"}') as string }];

it('a model that is known to be held to a form gets it as it is, also as a stand-in', () => {
  expect(asModelTakes(asked)).toEqual(asked);
  const standIn = translate(asked, { ...unknown, model: 'claude-haiku-4-5' });
  expect(standIn?.output_config).toEqual({ format: asked.output_config?.format });
  expect(standIn?.system).toBe('Be brief.');
});

it('one that is not known to be gets it as an instruction, also as a stand-in', () => {
  for (const request of [asModelTakes({ ...asked, model: unknown.model }), translate(asked, unknown)]) {
    expect(request?.output_config?.format).toBeUndefined();
    expect(request?.system).toMatchObject(inWords);
  }
});

it('effort is what a model takes of it: the nearest below, or nothing', () => {
  const effortFor = (model: string, effort: 'low' | 'xhigh') =>
    asModelTakes({ ...asked, model, output_config: { effort } }).output_config;
  expect(effortFor('claude-sonnet-5-5', 'xhigh')).toEqual({ effort: 'xhigh' });
  expect(effortFor('claude-opus-4-5', 'xhigh')).toEqual({ effort: 'high' });
  expect(effortFor('claude-haiku-4-5', 'low')).toBeUndefined();
});
