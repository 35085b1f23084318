import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';

export interface StepOptions {
  /** Never begun twice: for what must not happen again. */
  readonly once?: boolean;
}

/**
 * What makes a run survive: each step's result is kept before anything depends on it, and given back, not made again,
 * when the run is replayed. Results are plain JSON. A run's steps are named in a fixed order.
 */
export interface Journal {
  step<T>(name: string, act: () => Promise<T>, options?: StepOptions): Promise<T>;
  /** Waits for a person's decision; `submit` tells where it is to be sent. */
  ask<T>(name: string, submit: (answerId: string) => Promise<void>, timeoutMs: number): Promise<T>;
}

/** Keeps nothing: a synchronous run that dies starts anew when it is asked for again. Nobody can be asked in it. */
export const directJournal: Journal = {
  step: (_name, act) => act(),
  ask: () =>
    Promise.reject(new AppError('run-conflict', safe`This needs a decision; start the run with POST /agent/runs.`)),
};
