/** Digits after the point that an amount of the API has at most. */
const DIGITS = 12;

/** An amount as a whole number of its smallest unit: money is never a float. */
const units = (usd: string): bigint => {
  const [whole = '0', fraction = ''] = usd.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return usd.startsWith('-') ? -value : value;
};

/** What part an amount is of another, in percent, for the length of a bar; nothing of nothing is 0. */
export const percentOf = (part: string, whole: string): number => {
  const all = units(whole);
  return all <= 0n ? 0 : Number((units(part) * 10_000n) / all) / 100;
};

/** An amount that is a guess anyway, to a millionth of a dollar: what is below is cut off. */
export const roughly = (usd: string): string =>
  usd.replace(/(\.\d{6})\d+$/, '$1').replace(/\.?0+$/, (zeros) => (usd.includes('.') ? '' : zeros));

/** Whether an amount is more than another. */
export const isMore = (amount: string, other: string): boolean => units(amount) > units(other);

/** Whether it is neither more nor less than nothing. */
export const isNothing = (usd: string): boolean => units(usd) === 0n;

/** The greatest of these amounts. */
export const greatest = (amounts: readonly string[]): string =>
  amounts.reduce((most, each) => (isMore(each, most) ? each : most), '0');
