import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nonEmpty, readDotEnv } from '../../local/dot-env.ts';

const written = (bytes: string | Buffer): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'ballast-env-')), '.env');
  writeFileSync(file, bytes);
  return file;
};
const TWO = { FIRST: 'one', PORT: '3001' };
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('a file of settings', () => {
  it.each<[string, string | Buffer]>([
    ['plain', 'FIRST=one\nPORT=3001\n'],
    ['with line ends of Windows', 'FIRST=one\r\nPORT=3001\r\n'],
    ['with line ends of old', 'FIRST=one\rPORT=3001'],
    ['with a byte order mark', '\uFEFFFIRST=one\nPORT=3001\n'],
    ['in UTF-16, the lower byte first', Buffer.from('\uFEFFFIRST=one\r\nPORT=3001\r\n', 'utf16le')],
    ['in UTF-16, the higher byte first', swapped('\uFEFFFIRST=one\r\nPORT=3001\r\n')],
    ['with blanks in the place of a value', 'EMPTY= \nFIRST=one\nexport OTHER=\t\nPORT=3001\nLAST= '],
    ['with a value behind blanks', 'FIRST=   one  \nPORT\t=\t3001'],
    ['with any blank before a name', '\u00A0FIRST=one\n\f\tPORT=3001'],
    ['with a tab behind export', 'export\tFIRST=one\n\texport \t PORT=3001'],
    ['with quotes that hold nothing', 'EMPTY=""\nOTHER=" "\nFIRST=one\nPORT=3001'],
    ['with quotes, comments and export', '# mine\n\nexport FIRST = "one" # first\n  PORT=\'3001\'\nEMPTY=\n'],
  ])('is read %s', (_form, bytes) => {
    expect(readDotEnv(written(bytes))).toEqual(TWO);
  });

  it('may hold a value of several lines, whatever they look like', () => {
    const pem = '-----BEGIN KEY-----\nabc: def\n-----END KEY-----';
    expect(readDotEnv(written(`FIRST="${pem}"\nPORT=3001\n`))).toEqual({ ...TWO, FIRST: pem });
  });

  it('keeps the blanks of a value of several lines', () => {
    expect(readDotEnv(written('FIRST="one  \n  two"\nPORT=3001'))).toEqual({ ...TWO, FIRST: 'one  \n  two' });
  });

  it('sets nothing where it is not there', () => {
    expect(readDotEnv(join(tmpdir(), 'ballast-no-such-file'))).toEqual({});
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['a line in the form of YAML', 'FIRST=one\nPORT: 3001\n', /^Line 2 of .env sets nothing: /],
    ['a line that is only a name', 'FIRST\n', /^Line 1 /],
    ['UTF-16 without its mark', Buffer.from('FIRST=one\n', 'utf16le'), /UTF-8/],
    ['bytes that are no text', Buffer.from([0x46, 0x3d, 0xe9, 0x0a]), /UTF-8/],
  ])('is refused in one sentence with %s', (_fault, bytes, sentence) => {
    expect(() => readDotEnv(written(bytes))).toThrow(
      expect.objectContaining({ name: 'StartRefused', message: expect.stringMatching(sentence) as string }),
    );
  });
});

it('a variable that is set to nothing leaves the file its word', () => {
  expect({ ...TWO, ...nonEmpty({ FIRST: ' \t', PORT: '5', OTHER: undefined }) }).toEqual({ FIRST: 'one', PORT: '5' });
});
