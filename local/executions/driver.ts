import type { DurableExecutionInvocationOutput } from '@aws/durable-execution-sdk-js';
import { type Clock, sleep } from '../../lib/kernel/clock.ts';
import type { Ending } from './apply-checkpoint.ts';
import type { Execution } from './execution.ts';

/** The pause after an invocation that failed, which doubles with each one after the other. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface DriverOptions {
  readonly execution: Execution;
  /** Calls the handler once, as soon as there is room; not any more, where the execution has ended. */
  readonly invoke: () => Promise<DurableExecutionInvocationOutput | undefined>;
  readonly clock: Clock;
  /** Aborts when nothing is to be invoked any more. */
  readonly stopped: AbortSignal;
  readonly onFailure: (error: unknown) => void;
}

/** Sees to it that an execution gets on, with one invocation at a time. */
export interface Driver {
  /** Invokes the handler, if it is not being invoked; then whatever woke it is looked at when that has ended. */
  wake(): void;
}

const NOTHING_PENDING = {
  ErrorType: 'InvalidParameterValueException',
  ErrorMessage: 'Cannot return PENDING status with no pending operations.',
};
const NO_OUTPUT = {
  ErrorType: 'InvalidParameterValueException',
  ErrorMessage: 'Invalid Status in invocation output.',
};

/** How the execution ends by what its handler returned; `null` where it goes on. */
const endingOf = (
  output: DurableExecutionInvocationOutput | undefined,
  { hasNews, isWaiting }: Execution,
): Ending | null => {
  switch (output?.Status as string | undefined) {
    case 'SUCCEEDED':
      return { status: 'SUCCEEDED', result: (output as { Result?: string }).Result };
    case 'FAILED':
      return { status: 'FAILED', error: (output as { Error?: object }).Error };
    case 'PENDING':
      return hasNews || isWaiting ? null : { status: 'FAILED', error: NOTHING_PENDING };
    default:
      return { status: 'FAILED', error: NO_OUTPUT };
  }
};

export const createDriver = ({ execution, invoke, clock, stopped, onFailure }: DriverOptions): Driver => {
  let driving = false;

  const once = async (): Promise<void> => {
    const output = await invoke();
    if (execution.ended !== null) return;
    const ending = endingOf(output, execution);
    if (ending !== null) execution.end(ending);
    else if (!execution.hasNews) execution.suspend();
  };
  const isOver = () => execution.ended !== null || stopped.aborted;

  const drive = async (): Promise<void> => {
    let failures = 0;
    do {
      try {
        await once();
        failures = 0;
      } catch (error) {
        // A stop or a timeout lets the handler fail at its next checkpoint, which is no news.
        if (isOver()) break;
        onFailure(error);
        failures += 1;
        await sleep(clock, Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS), stopped).catch(() => {});
      }
    } while (!isOver() && (failures > 0 || execution.hasNews));
    // At once after that look: nothing that changes may fall between the two.
    driving = false;
  };

  return {
    wake() {
      if (driving || stopped.aborted) return;
      driving = true;
      void drive();
    },
  };
};
