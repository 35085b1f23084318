import { concurrently } from '../../lib/kernel/concurrently.ts';
import { FAULTS, type PlannedFault } from './mortal-process.ts';

/** Plays one schedule and answers with the number of its requests that could have been hit. */
export type Play = (plan: readonly PlannedFault[]) => Promise<number>;

export interface Enumerated {
  /** Requests where nothing goes wrong. */
  readonly requests: number;
  readonly singles: number;
  readonly doubles: number;
  /** Of the doubles. */
  readonly played: number;
}

const AT_ONCE = 16;

const playAll = (play: Play, plans: readonly (readonly PlannedFault[])[]) =>
  concurrently(plans, AT_ONCE, async (plan) => ({ plan, requests: await play(plan) }));

/** The plan with one more fault, at each request from `from` on, of each kind. */
const extended = (plan: readonly PlannedFault[], from: number, requests: number): PlannedFault[][] =>
  Array.from({ length: requests - from }, (_, offset) => from + offset).flatMap((at) =>
    FAULTS.map((kind) => [...plan, { at, kind }]),
  );

/**
 * Every schedule with no fault, with one and with two: a first at each of the requests, a second at each that follows it.
 * Of those with two, only each `oneIn`th is played.
 */
export const enumerateFaults = async (play: Play, oneIn = 1): Promise<Enumerated> => {
  const requests = await play([]);
  const singles = await playAll(play, extended([], 0, requests));
  const doubles = singles.flatMap((first) => extended(first.plan, (first.plan[0]?.at ?? 0) + 1, first.requests));
  const chosen = doubles.filter((_, at) => at % oneIn === 0);
  await playAll(play, chosen);
  return {
    requests,
    singles: singles.length,
    doubles: doubles.length,
    played: chosen.length,
  };
};
