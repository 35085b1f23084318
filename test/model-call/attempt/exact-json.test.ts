import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isExactNumber, mayRound, parseExactly } from '../../../lib/model-call/attempt/exact-json.ts';

it.each(['{"id":1234567890123456789}', '{"ratio":1.0,"tiny":1e-400,"list":[1E3,-0]}', '{"a":1,"b":"1.0","c":null}'])(
  '%s is written as it was read',
  (text) => {
    expect(JSON.stringify(parseExactly(text))).toBe(text);
  },
);

const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`));
/** As JSON writes numbers, in all of its forms. */
const anyNumber = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.oneof(
      fc.constant('0'),
      digits(25).map((each) => `1${each}`),
    ),
    fraction: fc.oneof(
      fc.constant(''),
      digits(20).map((each) => `.${each}`),
    ),
    exponent: fc.constantFrom('', 'e0', 'E+2', 'e-400'),
  })
  .map(({ sign, whole, fraction, exponent }) => `${sign}${whole}${fraction}${exponent}`);
const around = fc.constantFrom(['{"a":', '}'], ['{"a": \n', ' }'], ['[1,', ']'], ['[[', '],2]']);

it('no number that would be written otherwise is missed', () => {
  fc.assert(
    fc.property(anyNumber, around, (number, [before, after]) => {
      const isKept = JSON.stringify(JSON.parse(number)) === number;
      return isKept || mayRound(`${before}${number}${after}`);
    }),
    { seed: 7, numRuns: 2_000 },
  );
});

it.each(['{"index":0,"delta":{"type":"text_delta","text":"In 2026, at 10:30, it had 1.5 t."}}', '{"a":[1,-12,0]}'])(
  '%s is read once alone',
  (text) => {
    expect(mayRound(text)).toBe(false);
  },
);

it('a number in its own text is told from an object', () => {
  expect([parseExactly('1.0'), 1, {}, { rawJSON: '1.0' }].map(isExactNumber)).toEqual([true, false, false, false]);
});
