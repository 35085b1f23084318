import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasDuplicateKeys } from '../../lib/gateway/duplicate-keys.ts';

it.each([
  ['a key twice', '{"model":"a","max_tokens":1,"model":"b"}'],
  ['a key twice, written otherwise', '{"model":"a","m\\u006fdel":"b"}'],
  ['a key twice in an object within', '{"tools":[{"max_uses":1},{"max_uses":1,"name":"x","max_uses":900}]}'],
  ['a key twice around a value that has it too', '{"a":{"a":1},"b":[{"a":2}],"a":3}'],
  ['a key twice behind a string that ends with a backslash', '{"a":"\\\\","b":1,"b":2}'],
])('%s is found', (_title, json) => {
  expect(JSON.parse(json)).toBeTypeOf('object');
  expect(hasDuplicateKeys(json)).toBe(true);
});

it.each([
  '{}',
  '{"a":"a","b":["a","a"],"c":{"a":"a"},"d":"\\"a\\":1,\\"a\\":2"}',
  '[{"a":1},{"a":1}]',
  '{"a" : {"b":{}} , "b" : [ ] }',
])('%s has none', (json) => {
  expect(hasDuplicateKeys(json)).toBe(false);
});

it('no text that JSON.stringify writes has any', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(hasDuplicateKeys(JSON.stringify(JSON.parse(json)))).toBe(false);
    }),
    { seed: 6, numRuns: 1_000 },
  );
});
