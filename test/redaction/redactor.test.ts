import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CLASSES, REDACTION_CLASSES, type RedactionClass } from '../../lib/redaction/classes.ts';
import { MAX_TOKEN_CHARS } from '../../lib/redaction/detectors/jwt.ts';
import { createRedactor, redact } from '../../lib/redaction/redactor.ts';
import { size } from '../sizes.ts';
import { lookAlikes, secrets, textOf } from './corpus/read-corpus.ts';

/** What is given back at each part, and at the end. */
const partsOf = (parts: readonly string[], classes: readonly RedactionClass[] = REDACTION_CLASSES): string[] => {
  const redactor = createRedactor(classes);
  return [...parts.map((part) => redactor.push(part)), redactor.end()];
};

const KEY = `AK${'IA'}Q3EXAMPLE7TESTKE`;

describe('redact', () => {
  it.each([
    ['replaces a card that is whole', 'pay 4111111111111111 now', 'pay [REDACTED_CARD] now'],
    ['takes a card for one in groups, and leaves what follows', '4111 1111 1111 1111 12/27', '[REDACTED_CARD] 12/27'],
    ['replaces a social security number', 'it is 123-45-6789.', 'it is [REDACTED_SSN].'],
    [
      'keeps the word before a token',
      'Authorization: Bearer abcDEF123456789ghi',
      'Authorization: Bearer [REDACTED_TOKEN]',
    ],
    ['gives a key the name of its form, whatever stands before it', `api_key=${KEY}`, 'api_key=[REDACTED_API_KEY]'],
    [
      'finds a key behind what is encoded for an address',
      `?a%3D${KEY}%20${KEY}`,
      '?a%3D[REDACTED_API_KEY]%20[REDACTED_API_KEY]',
    ],
    ['finds a card behind an encoded blank', 'a%204111111111111111', 'a%20[REDACTED_CARD]'],
    ['finds a key behind an escaped sign', String.raw`a\u003d${KEY}`, String.raw`a\u003d[REDACTED_API_KEY]`],
    ['finds a key behind an escaped line break', String.raw`"a\n${KEY}"`, String.raw`"a\n[REDACTED_API_KEY]"`],
    [
      'redacts a private key that was cut off',
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0B',
      '[REDACTED_PRIVATE_KEY]',
    ],
    [
      'keeps what follows a private key that was cut off',
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n\nThat is all',
      '[REDACTED_PRIVATE_KEY]\n\nThat is all',
    ],
    [
      'finds a private key whose body is short',
      'x -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- y',
      'x [REDACTED_PRIVATE_KEY] y',
    ],
    [
      'finds a value in hexadecimal whose letters stand together',
      'api_key=abcdef1234567890',
      'api_key=[REDACTED_API_KEY]',
    ],
    [
      'keeps the line behind a private key',
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhk\n-----END PRIVATE KEY-----\nDone\n',
      '[REDACTED_PRIVATE_KEY]\nDone\n',
    ],
    [
      'leaves a path that is compared',
      'if (token === ts9.SyntaxKind.ExtendsKeyword) {',
      'if (token === ts9.SyntaxKind.ExtendsKeyword) {',
    ],
    [
      'leaves a hash beside the id of a key',
      `${KEY} ${'4d6c12'.repeat(6)}aeb1`,
      `[REDACTED_API_KEY] ${'4d6c12'.repeat(6)}aeb1`,
    ],
    [
      'leaves what is padded beside the id of a key',
      `${KEY} ${'9hK2/sV0'.repeat(5)}==`,
      `[REDACTED_API_KEY] ${'9hK2/sV0'.repeat(5)}==`,
    ],
    ['leaves the digits of a fraction', 'p = 0.4111111111111111', 'p = 0.4111111111111111'],
    ['leaves a card whose check digit is wrong', '4111111111111112', '4111111111111112'],
    [
      'leaves a path of a program that reads a secret',
      'const apiKey = config.apiKeyV2Production;',
      'const apiKey = config.apiKeyV2Production;',
    ],
  ])('%s', (_title, text, redacted) => {
    expect(redact(text, DEFAULT_CLASSES)).toBe(redacted);
  });

  it('replaces the chosen classes alone', () => {
    const text = `${KEY} 4111111111111111 a@example.com`;
    expect(redact(text, ['cards'])).toBe(`${KEY} [REDACTED_CARD] a@example.com`);
    expect(redact(text, ['email', 'keys'])).toBe('[REDACTED_API_KEY] 4111111111111111 [REDACTED_EMAIL]');
    expect(redact(text, [])).toBe(text);
  });

  it('tells of each secret by its label', () => {
    const labels: string[] = [];
    redact(`${KEY}, 4111111111111111, 4111111111111111`, DEFAULT_CLASSES, (label) => labels.push(label));
    expect(labels).toEqual(['API_KEY', 'CARD', 'CARD']);
  });
});

describe('a stream', () => {
  const pieces = [...secrets.map(textOf), ...lookAlikes.map(({ text }) => text), 'é', '\uD83D', '\n\n', ' and '];
  const texts = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((chosen) => chosen.join(''));

  it('gives what the whole text gives, however it is split', () => {
    const property = fc.property(
      texts,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 }),
      (text, lengths) => {
        const parts: string[] = [];
        for (let [at, turn] = [0, 0]; at < text.length; turn += 1) {
          const length = lengths[turn % lengths.length] ?? 1;
          parts.push(text.slice(at, at + length));
          at += length;
        }
        expect(partsOf(parts).join('')).toBe(redact(text, REDACTION_CLASSES));
      },
    );
    fc.assert(property, { seed: 16, numRuns: size(400, 20_000) });
  });

  it('gives for each secret what the whole text gives, split at any two places', () => {
    for (const entry of secrets.filter((_, at) => at % size(7, 1) === 0)) {
      const text = textOf(entry).slice(0, 400);
      const whole = redact(text, REDACTION_CLASSES);
      for (let at = 1; at < text.length; at += 1)
        expect(partsOf([text.slice(0, at), text.slice(at, at + 2), text.slice(at + 2)]).join('')).toBe(whole);
    }
  });

  it('lets text that can be no secret go at once', () => {
    const words = ['Hello', ',', ' how', ' may', ' we', ' help', ' with', ' the', ' 3', ' orders', '?', ' – fine'];
    expect(partsOf(words, DEFAULT_CLASSES)).toEqual([...words.slice(0, 8), ' ', '3 orders', ...words.slice(10), '']);
  });

  it.each([
    ['a key', `x ${KEY}`, 'x '],
    ['a card in groups', 'x 4111 1111 11', 'x '],
    ['the value behind a name', 'the api_key=abcdef0123', 'the api_key='],
    ['what may be another group of a card', 'x 4111 1111 1111 1111 ', 'x '],
  ])('holds back %s, and nothing before it', (_title, text, shown) => {
    expect(createRedactor(DEFAULT_CLASSES).push(text)).toBe(shown);
  });

  it('holds back no more than the longest candidate, and of a private key only its beginning', () => {
    const most = (text: string) => {
      const redactor = createRedactor(REDACTION_CLASSES);
      let [given, held] = [0, 0];
      for (const char of text) {
        given += 1;
        const out = redactor.push(char);
        if (out !== '') given = out.includes('[REDACTED') ? 0 : given - out.length;
        held = Math.max(held, given);
        if (out.includes('[REDACTED')) break;
      }
      return held;
    };
    expect(most(`-----BEGIN PRIVATE KEY-----\n${'A'.repeat(60_000)}`)).toBeLessThan(64);
    expect(most(`eyJ${'a'.repeat(60_000)}`)).toBeLessThanOrEqual(MAX_TOKEN_CHARS);
    expect(most(`${'a'.repeat(60_000)}@example.com`)).toBeLessThanOrEqual(65);
    for (const entry of secrets) expect(most(textOf(entry).slice(entry.before.length))).toBeLessThan(1_024);
  });
});
