import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorAt, placeOf } from '../../../lib/http/issues/json-place.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it.each([
    ['', 0],
    ['{"task":', 8],
    ['{"task": Hello}', 9],
    ['{"task": "a",}', 13],
    ["{'task': 1}", 1],
    ['{"a" 1}', 5],
    ['{"a": 1 "b": 2}', 8],
    ['[1, 2', 5],
    ['[1,]', 3],
    ['[1}', 2],
    ['{"a": "b\nc"}', 8],
    ['{"a": "\\x"}', 7],
    ['{"a": "never closed', 19],
    ['01', 1],
    ['1 2', 2],
    ['nul', 0],
    ['{} // a comment', 3],
    ['\uFEFF{}', 0],
  ])('%j: at %d', (text, at) => {
    expect(isJson(text)).toBe(false);
    expect(jsonErrorAt(text)).toBe(at);
  });

  it('is nowhere in what is JSON, and somewhere in what is not', () => {
    const cuts = fc.record({
      json: fc.json(),
      from: fc.nat(40),
      length: fc.nat(3),
      put: fc.constantFrom('', ',', '}', '"', 'x', '1'),
    });
    const properties = fc.property(cuts, ({ json, from, length, put }) => {
      const text = json.slice(0, from) + put + json.slice(from + length);
      expect(jsonErrorAt(json)).toBeNull();
      expect(jsonErrorAt(text) === null).toBe(isJson(text));
    });
    fc.assert(properties, { seed: 13, numRuns: 2_000 });
  });

  it('is found in a deep and in a long text', () => {
    expect(jsonErrorAt('['.repeat(200_000))).toBe(200_000);
    expect(jsonErrorAt(`{"a": "${'x'.repeat(4_000_000)}"`)).toBe(4_000_008);
  });
});

it.each([
  ['{"a"', 4, 1, 5],
  ['{\n  "a": x', 9, 2, 8],
  ['\n\n', 2, 3, 1],
])('the place in %j at %d is line %d, column %d', (text, offset, line, column) => {
  expect(placeOf(text, offset)).toEqual({ line, column });
});
