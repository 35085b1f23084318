import type { ModelCall } from '../journal.ts';

/** Tells the attempts of a try that is not a call's first from those of the others. */
export const tryOf = (round: number, begun: number): string | undefined =>
  round === 1 && begun === 1 ? undefined : `${round}.${begun}`;

/** How the ids of all attempts begin that a call was tried with, whoever was killed while it tried. */
export const attemptsOf = (runId: string, { call, round }: ModelCall): readonly string[] =>
  round === 1 ? [`${runId}:${call}:`, `${runId}:${call}.1.`] : [`${runId}:${call}.${round}.`];
