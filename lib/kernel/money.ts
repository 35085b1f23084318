/**
 * Money is an integer of pico-dollars (10^-12 USD), never a float: the cheapest token costs 10,000 of them,
 * and every rate, band, cache-write factor and regional factor of the price table stays whole.
 */
declare const brand: unique symbol;
export type PicoUsd = bigint & { readonly [brand]: 'pico-usd' };

const SCALE = 12;
const DECIMAL = /^(\d{1,12})(?:\.(\d{1,12}))?$/;

export const pico = (value: bigint): PicoUsd => value as PicoUsd;
export const ZERO: PicoUsd = pico(0n);

/** Whether `value` is an amount of dollars as the contract writes it: digits, at most 12 of them after the point. */
export const isUsd = (value: string): boolean => DECIMAL.test(value);

/** Reads a decimal string of US dollars exactly. Throws a RangeError on anything that `isUsd` refuses. */
export const parseUsd = (value: string): PicoUsd => {
  const match = DECIMAL.exec(value);
  if (!match) throw new RangeError('not a decimal amount of US dollars');
  return pico(BigInt(match[1] ?? '0') * 10n ** BigInt(SCALE) + BigInt((match[2] ?? '').padEnd(SCALE, '0')));
};

/** Writes the amount exactly, without trailing zeros: `"0.001234"`, `"3"`, `"-0.5"`. */
export const formatUsd = (amount: PicoUsd): string => {
  const digits = (amount < 0n ? 0n - amount : amount).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
};

export const sum = (amounts: Iterable<PicoUsd>): PicoUsd => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return pico(total);
};

export const plus = (a: PicoUsd, b: PicoUsd): PicoUsd => pico(a + b);
export const minus = (a: PicoUsd, b: PicoUsd): PicoUsd => pico(a - b);
