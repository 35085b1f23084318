import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUsd, isUsd, minus, parseUsd, pico, plus, sum, ZERO } from '../../lib/kernel/money.ts';

describe('an amount of money', () => {
  it.each<[text: string, picoUsd: bigint]>([
    ['0', 0n],
    ['1', 1_000_000_000_000n],
    ['0.001234', 1_234_000_000n],
    ['0.000000000001', 1n],
    ['999999999999.999999999999', 999_999_999_999_999_999_999_999n],
    ['007.50', 7_500_000_000_000n],
  ])('%s dollars are %d pico-dollars', (text, amount) => {
    expect(parseUsd(text)).toBe(amount);
  });

  it.each<[amount: bigint, text: string]>([
    [0n, '0'],
    [1n, '0.000000000001'],
    [1_234_000_000n, '0.001234'],
    [3_000_000_000_000n, '3'],
    [-500_000_000_000n, '-0.5'],
    [10n ** 30n, '1000000000000000000'],
  ])('%d pico-dollars are written as %s', (amount, text) => {
    expect(formatUsd(pico(amount))).toBe(text);
  });

  it('comes back exactly from its own text, whatever it is', () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 24n - 1n });
    fc.assert(
      fc.property(amounts, (amount) => parseUsd(formatUsd(pico(amount))) === amount),
      { seed: 1 },
    );
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '.5',
    '5.',
    '1e3',
    '1,5',
    '0x1',
    '1.0000000000001',
    '1234567890123',
    '١',
    'NaN',
    '1\n',
  ])('refuses %j', (text) => {
    expect(isUsd(text)).toBe(false);
    expect(() => parseUsd(text)).toThrow(RangeError);
  });

  it('adds up without loss, where floats would not', () => {
    expect(formatUsd(plus(parseUsd('0.1'), parseUsd('0.2')))).toBe('0.3');
    expect(formatUsd(minus(parseUsd('0.3'), parseUsd('0.1')))).toBe('0.2');
    expect(formatUsd(sum(Array.from({ length: 10 }, () => parseUsd('0.1'))))).toBe('1');
    expect(sum([])).toBe(ZERO);
  });
});
