import { ageMs, markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';

/** Far above the wrong keys of honest clients, far below what would cost anything. */
const MAX_GUESSES = 50;
const WINDOW_MS = 10_000;

export interface GuessLimit {
  /**
   * Looks up what may be a guess, or rejects with `refusal` where the window has had its 50 guesses. Under way, a look-up
   * counts as a guess; what was found was none, and one that failed says nothing.
   */
  lookUp<T>(read: () => Promise<T | null>, refusal: () => Error): Promise<T | null>;
}

/** Bounds what a flood of made-up keys costs an environment: 50 look-ups in a window of 10 s, so 100 in any 10 s. */
export const createGuessLimit = (clock: Clock): GuessLimit => {
  let window = { startedAt: markOf(clock), guesses: 0 };
  return {
    async lookUp(read, refusal) {
      if (ageMs(clock, window.startedAt) >= WINDOW_MS) window = { startedAt: markOf(clock), guesses: 0 };
      if (window.guesses >= MAX_GUESSES) throw refusal();
      const counted = window;
      counted.guesses += 1;
      let guessed = false;
      try {
        const found = await read();
        guessed = found === null;
        return found;
      } finally {
        if (!guessed) counted.guesses -= 1;
      }
    },
  };
};
