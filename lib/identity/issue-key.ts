import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RandomBytes } from '../kernel/ids/ids.ts';

/**
 * The form in which a key is stored and looked up: lower-case hexadecimal SHA-256.
 * No salt and no stretching: keys are random, so there is nothing to guess.
 */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Crockford's base 32, in small letters: none of it is mistaken for another, and five bits of a byte are one of them. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PREFIX = 'bk_';
/** 200 bits. */
const SECRET_LENGTH = 40;
/** 32 bits. */
const CHECKSUM_LENGTH = 7;
/** 100 bits. */
const KEY_ID_LENGTH = 20;

const OF_OUR_FORM = new RegExp(`^${PREFIX}[${ALPHABET}]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

export interface IssuedKey {
  /** Shown once, to whom it is for; nobody keeps it. */
  readonly key: string;
  /** What is stored of it. */
  readonly hash: string;
  readonly keyId: string;
}

const random = (randomBytes: RandomBytes, length: number): string =>
  Array.from(randomBytes(length), (byte) => ALPHABET.charAt(byte % 32)).join('');

const checksum = (secret: string): string => {
  const sum = crc32(secret);
  const digit = (at: number) => ALPHABET.charAt((sum >>> (5 * (CHECKSUM_LENGTH - 1 - at))) % 32);
  return Array.from({ length: CHECKSUM_LENGTH }, (_, at) => digit(at)).join('');
};

/** Of a key's 200 random bits these tell 25. */
const SHOWN_LENGTH = PREFIX.length + 5;

/** What lists show of a key, far too little to guess the rest by. */
export const keyPrefixOf = (key: string): string => key.slice(0, Math.min(SHOWN_LENGTH, Math.floor(key.length / 2)));

/** Whether a key looks like one that was issued here: prefix, length and alphabet. Keys from elsewhere may look otherwise. */
export const isOfOurForm = (key: string): boolean => OF_OUR_FORM.test(key);

/**
 * Whether a key of our form ends in its own checksum: a mistyped or made-up one is told from a real one without asking
 * anybody. It proves nothing, since everybody can compute it.
 */
export const hasChecksum = (key: string): boolean =>
  isOfOurForm(key) && key.endsWith(checksum(key.slice(PREFIX.length, -CHECKSUM_LENGTH)));

/** Makes a key: `bk_`, 40 random letters and digits, and 7 of their CRC-32. Its id is random too, and apart from it. */
export const issueKey = (randomBytes: RandomBytes): IssuedKey => {
  const secret = random(randomBytes, SECRET_LENGTH);
  const key = `${PREFIX}${secret}${checksum(secret)}`;
  return { key, hash: hashKey(key), keyId: `key_${random(randomBytes, KEY_ID_LENGTH)}` };
};
