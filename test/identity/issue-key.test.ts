import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasChecksum, hashKey, isOfOurForm, issueKey, keyPrefixOf } from '../../lib/identity/issue-key.ts';
import { label } from '../../lib/kernel/redacted.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const bytes = fc.tuple(
  fc.uint8Array({ minLength: 40, maxLength: 40 }),
  fc.uint8Array({ minLength: 20, maxLength: 20 }),
);
const issueFrom = ([secret, id]: readonly [Uint8Array, Uint8Array]) =>
  issueKey((length) => (length === 40 ? secret : id));
const SEEDED = { seed: 20261121, numRuns: 500 };

describe('an issued key', () => {
  it('has the form, its checksum and its hash, and an id apart from it', () => {
    fc.assert(
      fc.property(bytes, (drawn) => {
        const { key, hash, keyId } = issueFrom(drawn);
        expect(key).toMatch(/^bk_[0-9a-hjkmnp-tv-z]{47}$/);
        expect(keyId).toMatch(/^key_[0-9a-hjkmnp-tv-z]{20}$/);
        expect([isOfOurForm(key), hasChecksum(key), hash]).toEqual([true, true, hashKey(key)]);
      }),
      SEEDED,
    );
  });

  it('is as random as its bytes: each of 32 letters and digits stands for eight of their values, at each place', () => {
    const made = Array.from({ length: 256 }, (_, byte) =>
      issueFrom([new Uint8Array(40).fill(byte), new Uint8Array(20).fill(byte)]),
    );
    for (const text of [made.map(({ key }) => key.slice(3, 43)), made.map(({ keyId }) => keyId.slice(4))]) {
      const counts = Map.groupBy(text, (one) => one);
      expect([...counts.values()].map((ones) => ones.length)).toEqual(Array(32).fill(8));
    }
    const positions = Uint8Array.from({ length: 40 }, (_, at) => at % 32);
    const { key } = issueFrom([positions, new Uint8Array(20)]);
    expect(key.slice(3, 43)).toBe(`${ALPHABET}01234567`);
  });

  it('is told from itself with one character changed', () => {
    fc.assert(
      fc.property(bytes, fc.nat({ max: 46 }), fc.nat({ max: 30 }), (drawn, at, step) => {
        const { key } = issueFrom(drawn);
        const others = ALPHABET.replace(key.charAt(at + 3), '');
        const mistyped = key.slice(0, at + 3) + others.charAt(step) + key.slice(at + 4);
        expect([isOfOurForm(mistyped), hasChecksum(mistyped)]).toEqual([true, false]);
      }),
      SEEDED,
    );
  });

  // The checksums were computed with Python's zlib.crc32, and written to base 32 there.
  it.each([
    [0, '0', '2b3zewe'],
    [31, 'z', '2gmm035'],
  ])('ends in the CRC-32 of its secret: of bytes %i, which are %s', (byte, letter, checksum) => {
    const { key } = issueFrom([new Uint8Array(40).fill(byte), new Uint8Array(20)]);
    expect(key).toBe(`bk_${letter.repeat(40)}${checksum}`);
  });

  it('and its parts do not pass for text that may be logged', () => {
    expect(label(issueFrom([new Uint8Array(40).fill(7), new Uint8Array(20)]).key)).toBe('(withheld)');
  });
});

it.each([
  '',
  'bk_',
  'ballast-dev-key',
  'bk_live_0123456789',
  `bk_${'0'.repeat(46)}`,
  `bk_${'0'.repeat(48)}`,
  `bk_${'u'.repeat(47)}`,
])('%j is not of the form of issued keys', (key) => {
  expect([isOfOurForm(key), hasChecksum(key)]).toEqual([false, false]);
});

it('what is shown of a key is its first characters, and at most half of it', () => {
  const { key } = issueFrom([new Uint8Array(40), new Uint8Array(20)]);
  expect(keyPrefixOf(key)).toBe(key.slice(0, 8));
  expect(keyPrefixOf('a-dev-key')).toBe('a-de');
});
