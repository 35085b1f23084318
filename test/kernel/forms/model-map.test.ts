import { expect, it } from 'vitest';
import { loadConfig } from '../../../lib/config.ts';
import { isModelMap, modelMapIn } from '../../../lib/kernel/forms/model-map.ts';

it.each([
  ['', [], null],
  ['claude-haiku-5-5', [], 'claude-haiku-5-5'],
  ['claude-opus-5-5=claude-haiku-5-5', [['claude-opus-5-5', 'claude-haiku-5-5']], null],
  [
    ' a = b , c,d=e, ',
    [
      ['a', 'b'],
      ['d', 'e'],
    ],
    'c',
  ],
])('%j is read', (text, pairs, others) => {
  expect(isModelMap(text)).toBe(true);
  expect(modelMapIn(text)).toEqual({ byName: new Map(pairs as [string, string][]), others });
});

it.each(['a,b', 'a=b,a=c', 'a=', '=b', 'a=b=c', 'A', 'a b', 'a;b', '{"a":"b"}'])('%j is refused', (text) => {
  expect(isModelMap(text)).toBe(false);
});

it('the configuration says what AGENT_MODELS takes', () => {
  expect(loadConfig({}).AGENT_MODELS).toBe('');
  expect(() => loadConfig({ AGENT_MODELS: 'a,b' })).toThrow(
    'AGENT_MODELS (a model, or pairs as claude-opus-5-5=claude-haiku-5-5, separated by commas)',
  );
});
