/** Reads digits of base 36, of any length, as `bigint.toString(36)` writes them. Throws a RangeError on others. */
export const fromBase36 = (digits: string): bigint => {
  let value = 0n;
  for (const digit of digits) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
};
