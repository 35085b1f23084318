import { describe, expect, it } from 'vitest';
import { createRedactor, redact } from '../../lib/redaction/redactor.ts';

const BEGIN = '-----BEGIN RSA PRIVATE KEY-----';
const END = '-----END RSA PRIVATE KEY-----';
const LINES = [
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7',
  'VJTUt9Us8cKjMzEfYyjiWA4R4hXkQZ0a5kU3bQy8G7xN2pL1',
  'c2hvcnQ=',
];
const key = (between: string, ...head: readonly string[]) => [BEGIN, ...head, ...LINES, END].join(between);

const streamed = (text: string): string => {
  const redactor = createRedactor(['keys']);
  return Array.from(text, (char) => redactor.push(char)).join('') + redactor.end();
};

describe('a private key', () => {
  it.each([
    ['indented', key(`\n${' '.repeat(20)}`)],
    ['quoted', key('\n> ')],
    ['in JSON in JSON', key(String.raw`\\n`)],
    ['in JSON in JSON in JSON', key(String.raw`\\\\r\\\\n`)],
    ['with trailing blanks', key('  \n')],
    ['with a header that ends in a dash', key('\n', 'Comment: of the host -', '')],
    ['with two headers', key('\n', 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-256-CBC,0A1B2C', '')],
    [
      'with headers and written line breaks',
      key(String.raw`\n`, 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-256-CBC,0A', ''),
    ],
    [
      'with empty lines before each long line and its end',
      [BEGIN, '', LINES.slice(0, 2).join('\n\n'), '', END].join('\n'),
    ],
  ])('%s is left out whole, and what follows stays', (_title, text) => {
    for (const form of [redact(`a ${text}\nDone`, ['keys']), streamed(`a ${text}\nDone`)])
      expect(form).toBe('a [REDACTED_PRIVATE_KEY]\nDone');
  });

  it.each(['Unfortunately\nit ended', 'Internationalisation is all', 'Done\n'])(
    'that was cut off ends at an empty line: %j',
    (rest) => {
      for (const between of ['\n\n', '\r\n\r\n', '\n  \n', String.raw`\n\n`]) {
        const text = `${BEGIN}\n${LINES[0] ?? ''}${between}${rest}`;
        const expected = `[REDACTED_PRIVATE_KEY]${between}${rest}`;
        expect(redact(text, ['keys'])).toBe(expected);
        expect(streamed(text)).toBe(expected);
      }
    },
  );

  it.each(['Proc-Type', 'DEK-Info', 'Version', 'Comment', 'Hash', 'Charset', 'MessageID'])(
    'begins with the header %s, whatever it says',
    (name) => {
      const text = `a ${key('\n', `${name}: 1`, '')}\nDone`;
      for (const form of [redact(text, ['keys']), streamed(text)]) expect(form).toBe('a [REDACTED_PRIVATE_KEY]\nDone');
    },
  );

  it('does not begin with a line that is no header of keys', () => {
    const text = `a ${BEGIN}\nTitle: of a talk\n\nDone`;
    expect(redact(text, ['keys'])).toBe(text);
  });
});
