import { createHash } from 'node:crypto';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** 26 characters as those of other ids, which follow from these parts: whoever asks again gets the same. */
export const derivedId = (...parts: readonly (string | number)[]): string => {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return Array.from(digest.subarray(0, 26), (byte) => CROCKFORD.charAt(byte % 32)).join('');
};
