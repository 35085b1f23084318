import { describe, expect, it } from 'vitest';
import { parseSigningSecrets } from '../../lib/identity/jwt/signing-secrets.ts';

const LONG = 'canary'.repeat(6);
const one = (kid: unknown, secret: unknown = LONG) => ({ kid, secret });

describe('the secret of tokens', () => {
  it('is plain text for any key id, without the line end of its file', () => {
    expect(parseSigningSecrets(`${LONG}\n`)).toEqual([{ kid: null, secret: LONG }]);
    expect(parseSigningSecrets('ü'.repeat(16))).toHaveLength(1);
  });

  it('is JSON with a current and a previous one', () => {
    const found = parseSigningSecrets(JSON.stringify({ current: one('b'), previous: one('a') }));
    expect(found.map(({ kid }) => kid)).toEqual(['b', 'a']);
  });

  it.each([{}, { previous: null }])('may be the current one alone, as with %j', (rest) => {
    const found = parseSigningSecrets(JSON.stringify({ current: one('b'), ...rest }));
    expect(found).toEqual([{ kid: 'b', secret: LONG }]);
  });

  it('may be two of plain text, for any key id, or one of each kind', () => {
    const other = `other ${LONG}`;
    expect(parseSigningSecrets(JSON.stringify({ current: other, previous: LONG }))).toEqual([
      { kid: null, secret: other },
      { kid: null, secret: LONG },
    ]);
    expect(parseSigningSecrets(JSON.stringify({ current: one('b'), previous: LONG }))).toEqual([
      { kid: 'b', secret: LONG },
      { kid: null, secret: LONG },
    ]);
  });

  it.each([
    { JWT_SECRET: ` ${LONG}\n` },
    { user: 'x', secret: LONG },
    { anything: LONG },
    { jwtSecret: `{"current":"${LONG}"}` },
  ])('may stand in a secret made as key and value: %j', (members) => {
    expect(parseSigningSecrets(JSON.stringify(members))).toEqual([{ kid: null, secret: LONG }]);
  });

  it.each([
    ['nothing', ''],
    ['two members, neither of them known', JSON.stringify({ user: LONG, password: LONG })],
    ['a member that is no text', JSON.stringify({ secret: { of: LONG } })],
    ['a previous one alone', JSON.stringify({ previous: LONG })],
    ['31 bytes', 'canary'.padEnd(31)],
    ['31 bytes and white space', `canary${'x'.repeat(25)}  `],
    ['what begins like JSON', `{${LONG}`],
    ['no current one', JSON.stringify({ previous: one('a') })],
    ['no key id', JSON.stringify({ current: { secret: LONG } })],
    ['a short current one', JSON.stringify({ current: one('b', 'canary') })],
    ['a short previous one', JSON.stringify({ current: one('b'), previous: one('a', 'canary') })],
    ['a previous one of the same key id', JSON.stringify({ current: one('b'), previous: one('b') })],
    ['a third one', JSON.stringify({ current: one('b'), next: one('c') })],
  ])('can’t be %s, which is told without quoting it', (_, value) => {
    expect(() => parseSigningSecrets(value)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') as string }),
    );
  });
});
