import { expect, it } from 'vitest';
import { scopedKey } from '../../lib/idempotency/key.ts';

it.each([
  ['one character', 'k'],
  ['255 characters', 'k'.repeat(255)],
  ['255 characters of four bytes', '🌍'.repeat(255)],
  ['spaces, slashes and a NUL', ' a/b#c\u0000'],
])('takes a key of %s', (_title, key) => {
  expect(scopedKey('acme', key)).toMatch(/^acme#[0-9a-f]{64}$/);
});

it.each([
  ['none', ''],
  ['256', 'k'.repeat(256)],
  ['256 of four bytes', '🌍'.repeat(256)],
])('refuses a key of too few or too many characters, naming the bound and not the key: %s', (_title, key) => {
  const issues = [{ path: 'Idempotency-Key', message: 'must have 1 to 255 characters' }];
  expect(() => scopedKey('acme', key)).toThrow(expect.objectContaining({ code: 'invalid-request', issues }));
});

it('never makes one key of two: other case, other tenant, other lone surrogate, other normal form', () => {
  const keys = [
    scopedKey('acme', 'key'),
    scopedKey('acme', 'Key'),
    scopedKey('acme', 'key '),
    scopedKey('other', 'key'),
    scopedKey('acme', '\ud800'),
    scopedKey('acme', '\ud801'),
    scopedKey('acme', '\ufffd'),
    scopedKey('acme', 'é'),
    scopedKey('acme', 'e\u0301'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
