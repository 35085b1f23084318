import type { CallContext } from './types.ts';

/** What the next attempt of a call is called in the books. Never the same for two attempts, whatever was interrupted between them. */
export const attemptIdOf = ({
  runId,
  step,
  again,
  booked,
}: Pick<CallContext, 'runId' | 'step' | 'again' | 'booked'>): string =>
  `${runId}:${again === undefined ? step : `${step}.${again}`}:${booked.length + 1}`;
