import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CLASSES, REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { createJsonRedactor, redactJson } from '../../lib/redaction/json-redactor.ts';
import { size } from '../sizes.ts';
import { lookAlikes, redactedTextOf, secrets, textOf } from './corpus/read-corpus.ts';

const redacted = (json: string, length = json.length): string => {
  const redactor = createJsonRedactor(DEFAULT_CLASSES);
  let out = '';
  for (let at = 0; at < json.length; at += length) out += redactor.push(json.slice(at, at + length));
  return out + redactor.end();
};

describe('JSON', () => {
  it.each([
    ['a secret in a string', '{"a":"x 4111111111111111 y"}', '{"a":"x [REDACTED_CARD] y"}'],
    ['a secret that is escaped', String.raw`["\u0034111 1111\u00201111 1111"]`, '["[REDACTED_CARD]"]'],
    ['a number, which becomes a string', '{"pan":4111111111111111}', '{"pan":"[REDACTED_CARD]"}'],
    ['a value by the name of its member', '{"api_key": "abcdef0123456789abcdef"}', '{"api_key": "[REDACTED_API_KEY]"}'],
    ['a secret in a name', '{"4111111111111111":1}', '{"[REDACTED_CARD]":1}'],
    [
      'JSON in a string',
      String.raw`{"a":"{\"password\":\"a1b2c3d4e5f60718\"}"}`,
      String.raw`{"a":"{\"password\":\"[REDACTED_API_KEY]\"}"}`,
    ],
  ])('has %s redacted, and stays JSON', (_title, json, expected) => {
    expect(redacted(json)).toBe(expected);
    expect(redacted(json, 1)).toBe(expected);
    expect(() => JSON.parse(expected) as unknown).not.toThrow();
  });

  it.each([
    ['spelling', String.raw`{ "a" : "\u00e9\/\n\"x\\" , "n": [ 1e3, -4111111111111111, 4111111111111111.5 ] }`],
    ['what is no JSON', String.raw`{"a": "cut off \u00`],
  ])('keeps %s byte by byte', (_title, json) => {
    expect(redacted(json)).toBe(json);
    expect(redacted(json, 1)).toBe(json);
  });

  it('gives what the whole gives, however it is split, and what its strings give', () => {
    // Behind the id of a key of AWS, what looks like the key itself is taken for it.
    const alone = secrets.filter(({ kind }) => kind !== 'aws-access-key-id');
    const texts = fc.constantFrom(...alone.map((entry) => [textOf(entry), redactedTextOf(entry)] as const));
    const others = fc.constantFrom(...lookAlikes.map(({ text }) => text));
    const property = fc.property(texts, others, fc.integer({ min: 1, max: 40 }), ([text, expected], other, length) => {
      const json = JSON.stringify({ a: text, b: [other, 17] });
      const redactor = createJsonRedactor(REDACTION_CLASSES);
      let out = '';
      for (let at = 0; at < json.length; at += length) out += redactor.push(json.slice(at, at + length));
      out += redactor.end();
      expect(JSON.parse(out)).toEqual({ a: expected, b: [other, 17] });
    });
    fc.assert(property, { seed: 16, numRuns: size(200, 5_000) });
  });

  it('keeps each member, where names become one label', () => {
    const [first, second] = ['4111111111111111', '5500005555555559'];
    const json = JSON.stringify({
      [first]: 1,
      deep: [{ [first]: '4111111111111111,', [second]: {} }],
      [second]: second,
    });
    const expected = {
      '[REDACTED_CARD]': 1,
      deep: [{ '[REDACTED_CARD]': '[REDACTED_CARD],', '[REDACTED_CARD_2]': {} }],
      '[REDACTED_CARD_2]': '[REDACTED_CARD]',
    };
    expect(JSON.parse(redacted(json))).toEqual(expected);
    expect(JSON.parse(redacted(json, 1))).toEqual(expected);
  });

  it('redacts values, and tells of each secret', () => {
    const labels: string[] = [];
    const value = { list: ['4111111111111111', null, { deep: 'a 123-45-6789' }], n: 3 };
    expect(redactJson(value, DEFAULT_CLASSES, (label) => labels.push(label))).toEqual({
      list: ['[REDACTED_CARD]', null, { deep: 'a [REDACTED_SSN]' }],
      n: 3,
    });
    expect(labels).toEqual(['CARD', 'SSN']);
  });
});
