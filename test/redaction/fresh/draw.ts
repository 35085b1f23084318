import type { Random } from '../../../lib/kernel/clock.ts';

export const DIGITS = '0123456789';
export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LOWER = UPPER.toLowerCase();
export const ALPHANUMERIC = UPPER + LOWER + DIGITS;
export const HEX = '0123456789abcdef';
export const BASE64 = `${ALPHANUMERIC}+/`;
export const BASE64URL = `${ALPHANUMERIC}-_`;

export const pick = <T>(random: Random, from: ArrayLike<T>): T => from[Math.floor(random() * from.length)]!;

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export const chars = (random: Random, count: number, alphabet: string): string =>
  times(count, () => pick(random, alphabet)).join('');

/** A whole number of `from` to `to`, both included. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));

/** Each `#` becomes a digit, each `@` an upper-case letter, each `*` one of both; the rest stays. */
export const fill = (random: Random, pattern: string): string =>
  pattern.replaceAll(/[#@*]/g, (sign) => pick(random, sign === '#' ? DIGITS : sign === '@' ? UPPER : UPPER + DIGITS));

export const uuid = (random: Random): string => {
  const hex = chars(random, 32, HEX);
  const variant = pick(random, '89ab');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** The digit that makes `digits` pass Luhn's check (ISO/IEC 7812-1, annex B). */
export const luhnDigit = (digits: string): string => {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
};

/** The two check digits of an IBAN (ISO 13616, ISO/IEC 7064 MOD 97-10). */
export const ibanCheck = (country: string, account: string): string => {
  const digits = `${account}${country}00`.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return String(98 - Number(BigInt(digits) % 97n)).padStart(2, '0');
};

export const inGroups = (text: string, sizes: readonly number[], separator: string): string => {
  const groups: string[] = [];
  let start = 0;
  for (const size of sizes) {
    if (start < text.length) groups.push(text.slice(start, start + size));
    start += size;
  }
  if (start < text.length) groups.push(text.slice(start));
  return groups.join(separator);
};
