import type { Random } from '../kernel/clock.ts';

/** Marks what one call writes, so that it knows its own work after a lost answer: 20 hexadecimal digits, 80 bits. */
export const createWriteId = (random: Random): string =>
  Array.from({ length: 5 }, () =>
    Math.floor(random() * 0x10000)
      .toString(16)
      .padStart(4, '0'),
  ).join('');
