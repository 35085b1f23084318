import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Shutdown } from '../kernel/shutdown.ts';
import type { WorkContexts } from '../telemetry/context/work-context.ts';
import { describeError } from '../telemetry/describe-error.ts';
import type { Log } from '../telemetry/log.ts';
import { letGo } from './let-go.ts';

export interface ObservedEventOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Writes the metrics; never rejects. */
  readonly flush: () => Promise<void>;
  /** What every line of the event is told to belong to. Default: nothing is. */
  readonly contexts?: Pick<WorkContexts, 'within'>;
  /** What the end of the process waits for. Default: nobody ends it. */
  readonly shutdown?: Pick<Shutdown, 'enter'> | undefined;
}

/** What Lambda is given of a failure. It logs the stack and every property of an error, so this one has none. */
const withheld = (): AppError => {
  const error = new AppError('internal', safe`The event could not be handled; the line before says why.`);
  error.stack = `${error.name}: ${error.message}`;
  return error;
};

/** As `observedEvent`, for what the platform waits for: an event and its context in, an answer out. */
export const observedInvocation = <Context, Answer>(
  { log, clock, flush, contexts, shutdown }: ObservedEventOptions,
  functionName: string,
  act: (event: unknown, context: Context) => Promise<Answer>,
) => {
  const handle = async (event: unknown, context: Context): Promise<Answer> => {
    const startedMs = clock.monotonicMs();
    const leave = shutdown?.enter();
    letGo(context);
    const fields = () => ({ function: label(functionName), durationMs: clock.monotonicMs() - startedMs });
    try {
      const answer = await act(event, context);
      log.debug(safe`event handled`, fields());
      return answer;
    } catch (error) {
      log.error(safe`event failed`, { ...fields(), ...describeError(error) });
      throw withheld();
    } finally {
      await flush();
      leave?.();
    }
  };
  return (event: unknown, context: Context): Promise<Answer> =>
    contexts === undefined
      ? handle(event, context)
      : contexts.within(functionName, context, () => handle(event, context));
};

/**
 * A function for events that nobody waits for: its one line, its metrics, and an error of ours where it failed,
 * by which Lambda knows that it did. A bracket and no middleware, since there is nothing to prepare or render.
 */
export const observedEvent = (
  parts: ObservedEventOptions,
  functionName: string,
  act: (event: unknown) => Promise<void>,
): ((event: unknown, context?: unknown) => Promise<void>) => {
  const handle = observedInvocation(parts, functionName, (event) => act(event));
  return (event, context) => handle(event, context);
};
