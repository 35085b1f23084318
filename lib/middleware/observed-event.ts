import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import { describeError } from '../telemetry/describe-error.ts';
import type { Log } from '../telemetry/log.ts';

export interface ObservedEventOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Writes the metrics; never rejects. */
  readonly flush: () => Promise<void>;
}

/** What Lambda is given of a failure. It logs the stack and every property of an error, so this one has none. */
const withheld = (): AppError => {
  const error = new AppError('internal', safe`The event could not be handled; the line before says why.`);
  error.stack = `${error.name}: ${error.message}`;
  return error;
};

/**
 * A function for events that nobody waits for: its one line, its metrics, and an error of ours where it failed,
 * by which Lambda knows that it did. A bracket and no middleware, since there is nothing to prepare or render.
 */
export const observedEvent =
  ({ log, clock, flush }: ObservedEventOptions, functionName: string, act: (event: unknown) => Promise<void>) =>
  async (event: unknown): Promise<void> => {
    const startedMs = clock.monotonicMs();
    const fields = () => ({ function: label(functionName), durationMs: clock.monotonicMs() - startedMs });
    try {
      await act(event);
      log.debug(safe`event handled`, fields());
    } catch (error) {
      log.error(safe`event failed`, { ...fields(), ...describeError(error) });
      throw withheld();
    } finally {
      await flush();
    }
  };
