import type { Random } from '../../lib/kernel/clock.ts';

/** Choices by one source of chance. */
export interface Draw {
  /** A whole number below that. */
  below(count: number): number;
  chance(share: number): boolean;
  one<T>(items: readonly T[]): T;
}

export const createDraw = (random: Random): Draw => {
  const below = (count: number): number => Math.floor(random() * count);
  return {
    below,
    chance: (share) => random() < share,
    one: <T>(items: readonly T[]): T => items[below(items.length)] as T,
  };
};
