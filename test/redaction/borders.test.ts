import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { createJoinedRedactor } from '../../lib/redaction/joined-redactor.ts';
import { createRedactor, redact, redactJoined } from '../../lib/redaction/redactor.ts';
import { size } from '../sizes.ts';
import { PIECES } from './pieces.ts';

const ALL = REDACTION_CLASSES;
const CARD = '4111 1111 1111 1111';
const KEY = `sk-ant-api03-${'aB3dE5fG7h'.repeat(9)}AA`;
const SECRETS = [
  [CARD, '[REDACTED_CARD]'],
  [KEY, '[REDACTED_API_KEY]'],
  ['123-45-6789', '[REDACTED_SSN]'],
  ['GB82 WEST 1234 5698 7654 32', '[REDACTED_IBAN]'],
  ['ada@example.com', '[REDACTED_EMAIL]'],
] as const;

describe('texts that a reader may join', () => {
  it.each(SECRETS)('hide %s, wherever the border of two of them goes through it', (secret, label) => {
    for (let at = 1; at < secret.length; at += 1) {
      const texts = [`It is ${secret.slice(0, at)}`, `${secret.slice(at)} now`];
      const shown = redactJoined(texts, ALL);
      expect(shown.join('')).toBe(`It is ${label} now`);
    }
  });

  it('hide a secret that goes over three of them, and give each its part', () => {
    expect(redactJoined(['pay 4111 1111', '', ' 1111', ' 1111 now'], ALL)).toEqual([
      'pay [REDACTED_CARD]',
      '',
      '',
      ' now',
    ]);
  });

  it('hide what is a secret in one of them alone, whatever stands beside it in the others', () => {
    expect(redactJoined(['1', CARD, '2'], ALL)).toEqual(['1', '[REDACTED_CARD]', '2']);
    expect(redactJoined(['so', KEY], ALL)).toEqual(['so', '[REDACTED_API_KEY]']);
    expect(redactJoined(['5', '123-45-6789', '7-1'], ALL)).toEqual(['5', '[REDACTED_SSN]', '7-1']);
  });

  it('hide what ends at one of the next borders, the longest where there are several', () => {
    expect(redactJoined(['4111 1111', ' 1111 1111', '2'], ALL)).toEqual(['[REDACTED_CARD]', '', '2']);
    // Of 13 digits and of 16.
    expect(redactJoined(['4222222222222', '006', '7 of'], ALL)).toEqual(['[REDACTED_CARD]', '', '7 of']);
  });

  it('hide what ends at the eighth border at most, texts without a character not counted', () => {
    const elevens = Array.from({ length: 7 }, () => '11');
    const nothing = elevens.map(() => '');
    expect(redactJoined(['41', ...elevens, '2'], ALL)).toEqual(['[REDACTED_CARD]', ...nothing, '2']);
    expect(redactJoined(['41', '', ...elevens, '2'], ALL)).toEqual(['[REDACTED_CARD]', '', ...nothing, '2']);
    const further = ['41', ...elevens.slice(1), '1', '1', '2'];
    expect(redactJoined(further, ALL)).toEqual(further);
  });

  it('hide in one of them what the text before it would make something else', () => {
    const value = 'a1b2c3d4e5f6a7b8c9d0k2';
    expect(redactJoined([`next_token=${value}`], ALL)).toEqual([`next_token=${value}`]);
    expect(redactJoined(['next_', `token=${value}`], ALL)).toEqual(['next_', 'token=[REDACTED_API_KEY]']);
  });

  it('find the name of a value in the text before it', () => {
    expect(redactJoined(['api_key=', 'a1b2c3d4e5f6a7b8c9d0k2'], ALL)).toEqual(['api_key=', '[REDACTED_API_KEY]']);
  });

  it('stay as they are where they hold no secret', () => {
    const texts = ['the year 20', '26 and 4111 ', '1111 of 12', '3-45', ' and a', '@', 'b'];
    expect(redactJoined(texts, ALL)).toEqual(texts);
  });

  it('come to the same however each of them is split, and hide what each hides by itself', () => {
    const piece = fc.constantFrom(...PIECES, 'x@', 'y.com', KEY);
    const property = fc.property(fc.array(fc.array(piece, { maxLength: 5 }), { maxLength: 5 }), (texts) => {
      const whole = redactJoined(
        texts.map((pieces) => pieces.join('')),
        ALL,
      );
      const joined = createJoinedRedactor(ALL);
      const begins: number[] = [];
      const parts = texts.flatMap((pieces) => {
        begins.push(joined.border());
        return pieces.flatMap((part) => [...part].flatMap((char) => joined.push(char)));
      });
      const shown = texts.map(() => '');
      for (const { at, shown: part } of [...parts, ...joined.end()])
        shown[begins.findLastIndex((begin) => begin <= at)] += part;
      expect(shown).toEqual(whole);
      for (const text of whole) expect(redact(text, ALL)).toBe(text);
      expect(redact(whole.join(''), ALL).replaceAll(/\[REDACTED_\w+\]/g, '')).toBe(
        whole.join('').replaceAll(/\[REDACTED_\w+\]/g, ''),
      );
    });
    fc.assert(property, { seed: 16, numRuns: size(500, 5_000) });
  });
});

it('a redactor of one text goes over its borders as well', () => {
  const redactor = createRedactor(['cards']);
  expect([redactor.push('pay 4111 1111'), redactor.border(), redactor.push(' 1111 1111 now')]).toEqual([
    'pay ',
    '',
    '[REDACTED_CARD] now',
  ]);
});

it('says up to where the texts are decided, and cuts what it lets go at each mark', () => {
  const redactor = createJoinedRedactor(['cards']);
  redactor.push('a 4111');
  expect([redactor.mark(), redactor.decided]).toEqual([6, 2]);
  expect(redactor.push('x')).toEqual([
    { at: 2, shown: '4111' },
    { at: 6, shown: 'x' },
  ]);
  expect(redactor.decided).toBe(7);
});
