import type { Journal, ModelCall, StepContext, StepOptions } from '../../../agent/loop/journal.ts';
import type { Outage } from '../../../agent/loop/steering.ts';
import type { Deadline } from '../../../kernel/deadline.ts';
import { NotNow } from '../store-away/not-now.ts';
import { pauseAfter } from '../store-away/store-pauses.ts';
import { decoded, storeAway } from './journalled-errors.ts';
import { createOperation, type OperationParts, RETRY_SECONDS } from './operation.ts';
import { StoreRefused } from './result-serdes.ts';

/** The longest that one step may take: longer than a model's longest answer, and well within an invocation. */
export const STEP_LIMIT_MS = 600_000;
/** By so much a step ends before its invocation would be killed. */
export const STEP_MARGIN_MS = 20_000;
/** An invocation that has gone on for less is not ended for a fresh one, however little time its function has. */
const FRESH_MS = 30_000;

/** A step is begun so often at most; what kills the process each time would be paid for each time. */
export const MAX_BEGUN = 3;

/** So many steps are told to be over at once: an update names 300 attributes at most, two of a step, and has 4 KB. */
const MOST_OVER = 100;

/** An execution has 3,000 operations; what is left is for the tools of the last answer, and the end. */
const MOST_OPERATIONS = 2_800;

/** A model call that a step makes, and since when (epoch milliseconds) it may have been tried. */
export interface StepCall extends ModelCall {
  readonly since: number;
}

export interface DurableJournalOptions extends OperationParts {
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
  /** Whether the run was cancelled, so that no step waits any more. */
  readonly isCancelled: () => boolean;
  /** No model call is under way for longer: the reconciler gives up as lost what was reserved for one that is. */
  readonly longestCallMs: number;
  /** The longest that the run may work in all, its waits left out but for those for the store. */
  readonly timeoutMs: number;
}

export interface DurableJournal extends Journal {
  /** How long the run may still work, in milliseconds. The same when it is replayed. */
  readonly leftMs: number;
  /**
   * Suspends the run until it is woken, or for `timeoutMs`: without compute. `ask` is journalled; it makes known where
   * the run can be woken. Being woken says nothing: whoever waits looks whether it may go on.
   */
  wait(name: string, timeoutMs: number, ask: (callbackId: string) => Promise<void>): Promise<void>;
}

/** Steps as operations of an AWS Lambda durable execution: at least once and three times at most, or at most once. */
export const createDurableJournal = (options: DurableJournalOptions): DurableJournal => {
  const { context, now, remainingMs, elapsedMs, begin, deadlineFor, isStale, isCancelled } = options;
  const { longestCallMs, timeoutMs } = options;
  let workedMs = 0;
  let operations = 0;
  let knownAt = 0;
  let over: readonly string[] = [];
  const operation = createOperation(options);
  const isFull = () => operations >= MOST_OPERATIONS;

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
    const { modelCall, interrupted, once = false, wait } = stepOptions;
    if (isStale()) throw new NotNow(RETRY_SECONDS.first);
    const waitMs = wait === undefined || isCancelled() ? 0 : wait.at - now();
    if (waitMs > 0) throw new NotNow(Math.min(RETRY_SECONDS.most, Math.ceil(waitMs / 1_000)));
    const leftMs = remainingMs();
    if (leftMs < STEP_LIMIT_MS && elapsedMs() > FRESH_MS) throw new NotNow(RETRY_SECONDS.first);
    const { begun, lostUsd } = isCounted(stepOptions) ? await counted(name, modelCall) : { begun: 1, lostUsd: '0' };
    // One that is never begun twice was not: it was counted, and the answer to that was lost.
    if (begun > MAX_BEGUN && interrupted !== undefined && !once) return interrupted(lostUsd);
    // To be begun may have taken half a minute, of which the margin has room for a part.
    const stillMs = Math.min(leftMs, remainingMs() + STEP_MARGIN_MS / 2);
    const mostMs = Math.min(modelCall ? longestCallMs : STEP_LIMIT_MS, STEP_LIMIT_MS);
    using deadline = deadlineFor(Math.max(0, Math.min(mostMs, stillMs, timeoutMs - workedMs)), modelCall);
    const result = await act({ deadline, begun, lostUsd });
    if (isStale()) throw new NotNow(RETRY_SECONDS.first);
    return result;
  };

  /** Within the run's own time each try that the store refuses is an operation of its own: so a replay knows how long it took. */
  const triedSteps = async <T>(
    name: string,
    act: (context: StepContext) => Promise<T>,
    stepOptions: StepOptions<T>,
  ): Promise<T> => {
    const { once = false, insist = false } = stepOptions;
    const how = { once, endsRefused: !insist && timeoutMs !== Infinity };
    let { wait } = stepOptions;
    let outage = null as Outage | null;
    for (let tries = 1; ; tries += 1) {
      const trying = { ...stepOptions, wait };
      operations += 1;
      workedMs += wait?.forMs ?? 0;
      const tryName = tries === 1 ? name : `${name}~${tries}`;
      const result = await operation(tryName, () => begunStep(name, act, trying), how);
      if (!(result instanceof StoreRefused)) return result;
      workedMs += result.until - result.since;
      outage = { since: outage?.since ?? result.since, until: result.until, refusals: tries };
      const forMs = isFull() ? null : pauseAfter(outage, timeoutMs - workedMs);
      if (forMs === null) throw storeAway();
      wait = { at: outage.until + forMs, forMs };
    }
  };

  const step = async <T>(
    name: string,
    act: (context: StepContext) => Promise<T>,
    stepOptions: StepOptions<T> = {},
  ): Promise<T> => {
    const { once = false, interrupted } = stepOptions;
    try {
      const result = await triedSteps(name, act, stepOptions);
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
      return isFull();
    },
    get leftMs() {
      return timeoutMs - workedMs;
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
