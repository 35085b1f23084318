import type { Bracket } from './types.ts';

/** Holds the place of a bracket that an environment does not have. */
export const passThrough: Bracket = (next) => next;
