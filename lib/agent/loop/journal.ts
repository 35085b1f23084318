import type { Deadline } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';

/** What a step is begun with. */
export interface StepContext {
  /** Bounds this step alone; in a synchronous run it is the run's own. */
  readonly deadline: Deadline;
  /** How often this step was begun, this time included: above 1, an earlier try was interrupted and left nothing but its costs. */
  readonly begun: number;
  /** Decimal US dollars that earlier tries of this step have cost, as far as that was not in the journal. */
  readonly lostUsd: string;
}

/** One model call of a run, by its number; `round`: those before it were refused, and waited for room. */
export interface ModelCall {
  readonly call: number;
  readonly round: number;
  /** Its attempts since an instant (epoch milliseconds) that the store refused: they may hold money, and were never sent. Default: none. */
  readonly unsent?: { readonly attemptIds: readonly string[]; readonly since: number } | undefined;
}

export interface StepOptions<T> {
  /** The model call that the step makes. It is begun three times at most. */
  readonly modelCall?: ModelCall;
  /** Not begun before `at`, epoch milliseconds, unless the run is cancelled meanwhile; `forMs` of its time go by until then. */
  readonly wait?: { readonly at: number; readonly forMs: number } | undefined;
  /** Tried until the store takes it, however little time the run has left. */
  readonly insist?: boolean;
  /** Never begun twice: for what must not happen again. */
  readonly once?: boolean;
  /**
   * What the step comes to where it was interrupted, and must not or need not be begun again; `lostUsd` as in its context.
   * Default: the error is thrown.
   */
  readonly interrupted?: (lostUsd: string) => T;
}

/**
 * What makes a run survive: each step's result is kept before anything depends on it, and given back, not made again,
 * when the run is replayed. Results are plain JSON. A run's steps are named in a fixed order.
 */
export interface Journal {
  /** Whether there is room for little more than the run's end. The same when it is replayed. */
  readonly isFull: boolean;
  step<T>(name: string, act: (context: StepContext) => Promise<T>, options?: StepOptions<T>): Promise<T>;
}

/** A step was begun as often as it may be, and interrupted each time. */
export const workerLost = (): AppError =>
  new AppError('worker-lost', safe`The worker was lost three times at the same step, so the run was ended.`);

/** Keeps nothing: a synchronous run that dies starts anew when it is asked for again. */
export const directJournal = (deadline: Deadline): Journal => ({
  isFull: false,
  step: (_name, act) => act({ deadline, begun: 1, lostUsd: '0' }),
});
