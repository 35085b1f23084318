import type { DurableContext, StepConfig } from '@aws/durable-execution-sdk-js';
import { StepSemantics } from '@aws/durable-execution-sdk-js';
import { AppError } from '../../../kernel/errors.ts';
import { NotNow } from '../store-away/not-now.ts';
import { isStoreAway } from '../store-away/store-patience.ts';
import { coded } from './journalled-errors.ts';
import { type ResultOverflow, resultSerdes, StoreRefused } from './result-serdes.ts';

/** Seconds between two tries of what the store refused, or for which there is no slot. */
export const RETRY_SECONDS = { first: 1, most: 15 };

const delayFor = (attempt: number): number =>
  Math.min(RETRY_SECONDS.most, RETRY_SECONDS.first * 2 ** Math.min(10, attempt - 1));

const retryStrategy: NonNullable<StepConfig<unknown>['retryStrategy']> = (error, attempt) => {
  if (error instanceof NotNow)
    return { shouldRetry: true, delay: { seconds: error.isGrowing ? delayFor(attempt) : error.delaySeconds } };
  // What the store refused was not begun, or can be done again.
  return isStoreAway(error) ? { shouldRetry: true, delay: { seconds: delayFor(attempt) } } : { shouldRetry: false };
};

export interface OperationParts {
  /** The SDK's context of this execution. */
  readonly context: DurableContext;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly overflow: ResultOverflow;
}

export interface OperationOptions {
  /** Never begun twice. */
  readonly once: boolean;
  /** Whether it ends where the store refuses it, so that another operation tries it again. Default: it is tried again itself. */
  readonly endsRefused: boolean;
}

/** Runs a step as one operation of the execution. */
export const createOperation =
  ({ context, now, overflow }: OperationParts) =>
  async <T>(name: string, act: () => Promise<T>, { once, endsRefused }: OperationOptions): Promise<T | StoreRefused> =>
    context.step<T | StoreRefused>(
      name,
      async () => {
        const since = now();
        try {
          return await act();
        } catch (error) {
          if (endsRefused && isStoreAway(error)) return new StoreRefused({ since, until: now() });
          throw error instanceof AppError && !isStoreAway(error) ? coded(error) : error;
        }
      },
      {
        semantics: once ? StepSemantics.AtMostOncePerRetry : StepSemantics.AtLeastOncePerRetry,
        retryStrategy,
        serdes: resultSerdes(overflow),
      },
    );
