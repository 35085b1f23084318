import type { DurableContext, StepConfig } from '@aws/durable-execution-sdk-js';
import { StepSemantics } from '@aws/durable-execution-sdk-js';
import type { Journal, ModelCall, StepContext, StepOptions } from '../../agent/loop/journal.ts';
import { workerLost } from '../../agent/loop/model-step.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { NotNow } from './not-now.ts';
import { type ResultOverflow, resultSerdes } from './result-serdes.ts';

/** The longest that one step may take: longer than a model's longest answer, and well within an invocation. */
export const STEP_LIMIT_MS = 600_000;
/** By so much a step ends before its invocation would be killed. */
export const STEP_MARGIN_MS = 20_000;
/** An invocation that has gone on for less is not ended for a fresh one, however little time its function has. */
const FRESH_MS = 30_000;

/** A step is begun so often at most; what kills the process each time would be paid for each time. */
export const MAX_BEGUN = 3;

/** So many steps are told to be over at once: an update names 300 attributes at most, and has 4 KB. */
const MOST_OVER = 100;

/** An execution has 3,000 operations; what is left is for the tools of the last answer, and the end. */
const MOST_OPERATIONS = 2_800;

/** Seconds between two tries of what the store refused, or for which there is no slot. */
const RETRY_SECONDS = { first: 1, most: 15 };

/** A model call that a step makes, and since when (epoch milliseconds) it may have been tried. */
export interface StepCall extends ModelCall {
  readonly since: number;
}

export interface DurableJournalOptions {
  /** The SDK's context of this execution. */
  readonly context: DurableContext;
  /** Until the invocation has to end. */
  readonly remainingMs: () => number;
  /** How long the invocation has gone on. */
  readonly elapsedMs: () => number;
  /**
   * Called before a step is begun: how often it was, this time included, and what earlier tries have cost that nobody
   * put into the journal. `over`: earlier steps that were begun so, and stand in the journal now. Throws `NotNow` where
   * the step has to wait.
   */
  readonly begin: (
    name: string,
    modelCall: StepCall | undefined,
    over: readonly string[],
  ) => Promise<Pick<StepContext, 'begun' | 'lostUsd'>>;
  /** A deadline of a step, which also ends it where the run is steered so. */
  readonly deadlineFor: (ms: number, modelCall: ModelCall | undefined) => Deadline;
  /** Whether another worker has taken the run over, or may have: nothing that this one does is put down any more. */
  readonly isStale: () => boolean;
  /** No model call is under way for longer: the reconciler gives up as lost what was reserved for one that is. */
  readonly longestCallMs: number;
  /** The longest that the run may work in all, its waits left out. */
  readonly timeoutMs: number;
  readonly overflow: ResultOverflow;
}

export interface DurableJournal extends Journal {
  /**
   * Suspends the run until it is woken, or for `timeoutMs`: without compute. `ask` is journalled; it makes known where
   * the run can be woken. Being woken says nothing: whoever waits looks whether it may go on.
   */
  wait(name: string, timeoutMs: number, ask: (callbackId: string) => Promise<void>): Promise<void>;
}

const delayFor = (attempt: number): number =>
  Math.min(RETRY_SECONDS.most, RETRY_SECONDS.first * 2 ** Math.min(10, attempt - 1));

export const runEnded = (): AppError => new AppError('run-conflict', safe`The run has ended.`);

/** Errors that a step leaves in the journal, by their codes; any other is one that nobody foresaw. */
const JOURNALLED: Partial<Record<string, () => AppError>> = {
  'worker-lost': workerLost,
  'run-conflict': runEnded,
  forbidden: () => new AppError('forbidden', safe`The tenant may not do this any more.`),
  'invalid-request': () => new AppError('invalid-request', safe`The request is not valid any more.`),
};

const coded = ({ code }: AppError): Error => new Error(code);
const decoded = (error: unknown): AppError =>
  JOURNALLED[error instanceof Error ? error.message : '']?.() ?? asAppError(error);

/** Steps as operations of an AWS Lambda durable execution: at least once and three times at most, or at most once. */
export const createDurableJournal = (options: DurableJournalOptions): DurableJournal => {
  const { context, remainingMs, elapsedMs, begin, deadlineFor, isStale, longestCallMs, timeoutMs, overflow } = options;
  let workedMs = 0;
  let operations = 0;
  let knownAt = 0;
  let over: readonly string[] = [];

  // What neither pays nor changes the world may be begun as often as it takes.
  const isCounted = ({ modelCall, interrupted }: StepOptions<unknown>): boolean =>
    modelCall !== undefined || interrupted !== undefined;
  const counted = async (name: string, modelCall: ModelCall | undefined) => {
    const told = over;
    const found = await begin(name, modelCall && { ...modelCall, since: knownAt }, told);
    over = over.filter((each) => !told.includes(each));
    return found;
  };

  const begunStep = async <T>(
    name: string,
    act: (context: StepContext) => Promise<T>,
    stepOptions: StepOptions<T>,
  ): Promise<T> => {
    const { modelCall, interrupted } = stepOptions;
    if (isStale()) throw new NotNow(RETRY_SECONDS.first);
    const leftMs = remainingMs();
    if (leftMs < STEP_LIMIT_MS && elapsedMs() > FRESH_MS) throw new NotNow(RETRY_SECONDS.first);
    const { begun, lostUsd } = isCounted(stepOptions) ? await counted(name, modelCall) : { begun: 1, lostUsd: '0' };
    if (begun > MAX_BEGUN && interrupted !== undefined) return interrupted(lostUsd);
    using deadline = deadlineFor(
      Math.max(0, Math.min(modelCall ? longestCallMs : STEP_LIMIT_MS, STEP_LIMIT_MS, leftMs, timeoutMs - workedMs)),
      modelCall,
    );
    const result = await act({ deadline, begun, lostUsd });
    if (isStale()) throw new NotNow(RETRY_SECONDS.first);
    return result;
  };

  const step = async <T>(
    name: string,
    act: (context: StepContext) => Promise<T>,
    stepOptions: StepOptions<T> = {},
  ): Promise<T> => {
    operations += 1;
    const { once = false, interrupted } = stepOptions;
    const config: StepConfig<T> = {
      semantics: once ? StepSemantics.AtMostOncePerRetry : StepSemantics.AtLeastOncePerRetry,
      retryStrategy: (error, attempt) => {
        if (error instanceof NotNow)
          return { shouldRetry: true, delay: { seconds: error.isGrowing ? delayFor(attempt) : error.delaySeconds } };
        // What the store refused was not begun, or can be done again.
        const again = error instanceof AppError && error.code === 'store-unavailable';
        return again ? { shouldRetry: true, delay: { seconds: delayFor(attempt) } } : { shouldRetry: false };
      },
      serdes: resultSerdes(overflow),
    };
    try {
      const result = await context.step(
        name,
        async () => {
          try {
            return await begunStep(name, act, stepOptions);
          } catch (error) {
            throw error instanceof AppError && error.code !== 'store-unavailable' ? coded(error) : error;
          }
        },
        config,
      );
      // The same when it is replayed: it stands in the result.
      const { durationMs = 0, startedAt = 0, since = 0 } = (result ?? {}) as Partial<Record<string, number>>;
      workedMs += durationMs;
      knownAt = Math.max(knownAt, startedAt, since);
      return result;
    } catch (error) {
      if (once && interrupted !== undefined) return interrupted('0');
      throw decoded(error);
    } finally {
      if (isCounted(stepOptions)) over = [...over, name].slice(-MOST_OVER);
    }
  };

  return {
    get isFull() {
      return operations >= MOST_OPERATIONS;
    },
    step,

    async wait(name, timeoutMs, ask) {
      const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
      operations += 1;
      const [woken, callbackId] = await context.createCallback(name, { timeout: { seconds } });
      await step(`${name}-ask`, async () => {
        await ask(callbackId);
        return null;
      });
      // A callback that timed out or failed wakes the run all the same.
      await woken.catch(() => undefined);
    },
  };
};
