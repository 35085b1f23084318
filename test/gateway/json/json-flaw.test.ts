import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonFlaw } from '../../../lib/gateway/json/json-flaw.ts';

it.each([
  ['a key twice', '{"model":"a","max_tokens":1,"model":"b"}'],
  ['a key twice, written otherwise', '{"model":"a","m\\u006fdel":"b"}'],
  ['a key twice in an object within', '{"tools":[{"max_uses":1},{"max_uses":1,"name":"x","max_uses":900}]}'],
  ['a key twice around a value that has it too', '{"a":{"a":1},"b":[{"a":2}],"a":3}'],
  ['a key twice behind a string that ends with a backslash', '{"a":"\\\\","b":1,"b":2}'],
])('%s is found', (_title, json) => {
  expect(JSON.parse(json)).toBeTypeOf('object');
  expect(jsonFlaw(json)).toBe('has an object with the same key twice');
});

it.each([
  '{}',
  '{"a":"a","b":["a","a"],"c":{"a":"a"},"d":"\\"a\\":1,\\"a\\":2"}',
  '[{"a":1},{"a":1}]',
  '{"a" : {"b":{}} , "b" : [ ] }',
])('%s has none', (json) => {
  expect(jsonFlaw(json)).toBeNull();
});

it('no text that JSON.stringify writes has any', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(jsonFlaw(JSON.stringify(JSON.parse(json)))).toBeNull();
    }),
    { seed: 6, numRuns: 1_000 },
  );
});

it.each([
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
])('%s within each other are bounded in their levels, not in their number', (_title, begin, end) => {
  const nested = (levels: number) => begin.repeat(levels) + '1' + end.repeat(levels);
  expect(jsonFlaw(nested(500))).toBeNull();
  expect(jsonFlaw(nested(501))).toBe('must be nested at most 500 levels deep');
  expect(jsonFlaw(`[${Array.from({ length: 1_000 }, () => nested(499)).join(',')}]`)).toBeNull();
  expect(jsonFlaw(JSON.stringify({ a: '['.repeat(1_000) }))).toBeNull();
});
