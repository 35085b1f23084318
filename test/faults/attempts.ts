import type { Fault } from './fault.ts';

/** A model call as the upstream saw it. */
export interface Attempt {
  readonly model: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether it came before the call that meets the fault. */
  readonly opening: boolean;
}

const counted = (models: readonly string[]): string =>
  [...new Set(models)]
    .sort()
    .map((each) => `${models.filter((model) => model === each).length} of ${each}`)
    .join(', ');

/** What is wrong with a row's attempts, asked that way: their number by model, or a second one that came too early; `null`: nothing. */
export const wrongAttempts = (
  fault: Fault,
  way: string,
  attempts: readonly Attempt[],
  openings: number,
): string | null => {
  const met = attempts.filter(({ opening }) => !opening);
  const due = Object.entries(fault.attemptsBy[way] ?? fault.attempts).flatMap(([model, times]) =>
    Array<string>(times).fill(model),
  );
  const seen = counted(met.map(({ model }) => model));
  if (seen !== counted(due)) return `attempts: ${seen || 'none'}, not ${counted(due)}`;
  const opened = attempts.length - met.length;
  if (opened !== openings) return `${opened} model calls before the fault, not ${openings}`;
  const [first, second] = met.filter(({ model }) => model === fault.model);
  const pauseMs = first && second ? second.at - first.at : Infinity;
  return pauseMs < fault.pauseMs ? `tried again after ${pauseMs} ms, asked for ${fault.pauseMs}` : null;
};
