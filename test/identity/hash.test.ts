import { expect, it } from 'vitest';
import { hashKey } from '../../lib/identity/issue-key.ts';

// The vectors of FIPS 180-2 and of the empty message; the third was computed with sha256sum.
it.each([
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['ballast-dev-key', 'af6e3fdd7c4bf7a4f1fa91877f942937d2199e6220b6dfb131d086837eebd394'],
])('hashes %j as SHA-256 in lower-case hexadecimal', (key, hash) => {
  expect(hashKey(key)).toBe(hash);
});
