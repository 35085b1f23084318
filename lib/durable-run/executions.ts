import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { RunKey } from '../runs/run-key.ts';

/** What is asked of the service that executes runs. Every method rejects with `store-unavailable` where it does not answer. */
export interface Executions {
  /** Starts the execution of a run, once: started already, it goes on. */
  start(run: RunKey): Promise<void>;
  /** Wakes a run that waits under this id; `false`: nobody waits there any more. */
  wake(callbackId: string): Promise<boolean>;
}

/**
 * Starts nothing, so that runs stay queued; those that wait are woken as ever. While calls are refused, an execution would begin on
 * a version of the worker that refuses them, and stay on it.
 */
export const startingNone = (executions: Executions): Executions => ({
  ...executions,
  start: () =>
    Promise.reject(new AppError('store-unavailable', safe`The books are being restored, so no run is started.`)),
});
