import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCursor, writeCursor } from '../../lib/kernel/cursor.ts';

const inBase64 = (text: string) => Buffer.from(text).toString('base64url');

it('a cursor gives back what it was made of', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: 'grapheme-ascii' }), (after) => {
      expect(readCursor(writeCursor(after))).toBe(after);
    }),
  );
});

it.each([
  ['in a script of three bytes a character', '漢'.repeat(256)],
  ['of signs that JSON escapes', '\u0001'.repeat(256)],
])('a cursor stands behind the longest name of an end user %s', (_title, userId) => {
  expect(readCursor(writeCursor(userId))).toBe(userId);
});

it.each([
  ['nothing', ''],
  ['no base64', '???'],
  ['no JSON', inBase64('after')],
  ['no object', inBase64('null')],
  ['no text', inBase64('{"after":1}')],
  ['more than we write', inBase64('{"after":"a","before":"b"}')],
  ['another form of the same', inBase64('{ "after": "a" }')],
  ['padding', `${writeCursor('ab')}=`],
  ['too much', writeCursor('a'.repeat(4_000))],
])('a cursor of %s is none', (_title, cursor) => {
  expect(readCursor(cursor)).toBeNull();
});
