import { expect, it } from 'vitest';
import { formatUsd, minus, parseUsd, pico, plus, ZERO } from '../../lib/kernel/money.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';

const SETTLEMENTS = size(100_000, 1_000_000);

it(`${SETTLEMENTS} random settlements sum exactly, each written down and read back on its way`, () => {
  const random = seededRandom(20261121);
  // Up to 100 dollars, in pico-dollars: whole numbers that a float still holds, so that chance is exact as well.
  const amount = () => pico(BigInt(Math.floor(random() * 1e14)));
  let spent = ZERO;
  let settled = 0n;
  let asFloat = 0;
  for (let count = 0; count < SETTLEMENTS; count += 1) {
    const reserved = amount();
    const actual = amount();
    settled += actual;
    asFloat += Number(actual) / 1e12;
    spent = plus(spent, parseUsd(formatUsd(reserved)));
    spent = plus(spent, minus(parseUsd(formatUsd(actual)), reserved));
    spent = parseUsd(formatUsd(spent));
  }
  expect(spent).toBe(settled);
  expect(formatUsd(spent)).toBe(
    `${settled / 10n ** 12n}.${String(settled % 10n ** 12n).padStart(12, '0')}`.replace(/0+$/, ''),
  );
  // What floats would have made of it: the test could not tell, were they exact.
  expect(BigInt(Math.round(asFloat * 1e12))).not.toBe(settled);
});
