import type { Message, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError } from '../../../kernel/errors.ts';
import { parseUsd } from '../../../kernel/money.ts';
import type { FaultKind } from '../../../model-call/types.ts';
import { type ModelCall, workerLost } from '../journal.ts';
import type { Refusal, RunMessage } from '../steering.ts';
import type { RunStop } from '../stop-reasons.ts';
import type { Transcript } from '../transcript.ts';
import type { LoopParts, Run } from '../types.ts';
import { errorOf, type FailedStep, refusedStep } from './model-step.ts';
import { isRefusedByStore, outageAfter, type RefusedCall, unsentOf, waitingUntil } from './store-outage.ts';
import { tryModelStep } from './try-model-step.ts';
import { withMessages } from './with-messages.ts';

/** What one model call of a run has read that was sent to the run since the one before. */
interface Received {
  readonly received: readonly RunMessage[];
}

/** What came of one model call of a run. */
export type Called =
  | (Received & { readonly kind: 'answered'; readonly call: number; readonly message: Message })
  /** A limit says that the run ends here, as incomplete. `text` is what the interrupted answer had said. */
  | { readonly kind: 'limited'; readonly stop: RunStop; readonly text: string }
  /** It was broken off so that the next one reads a message; what it had said is void. */
  | (Received & { readonly kind: 'interrupted' })
  /** No answer was to be had. */
  | { readonly kind: 'unanswered'; readonly error: AppError }
  /** The run itself is over. */
  | { readonly kind: 'failed'; readonly error: AppError };

/** The model calls of one run, numbered as they are made: the number is in the name of the step, and in the ids of its attempts. */
export interface ModelCalls {
  /** How many more the run may make. */
  readonly left: number;
  /** Makes the next one, for the run or for a part of it that has another agent or stream. */
  make(run: Run, messages: readonly MessageParam[], goesOn?: boolean): Promise<Called>;
  /** Ends the taking of messages to the run; `false`: one is there that no call has read. */
  close(): Promise<boolean>;
}

const LIMITS: Partial<Record<FaultKind, RunStop>> = {
  deadline: 'deadline',
  'run-cost': 'max_cost',
  'context-too-long': 'context_window',
};

const limitOf = (step: FailedStep): RunStop | undefined =>
  step.code === 'budget-exceeded' && step.fault === 'refused' ? 'budget' : LIMITS[step.fault];

/** Why the call was refused before anything was sent, where there may be room for it later; `null`: for another reason, or never. */
const refusalOf = (step: FailedStep): Refusal | null => {
  const { retryAfterMs, figures } = step.options;
  const stop = limitOf(step);
  const limit = { detail: step.detail, figures };
  if (stop === 'budget') return { reason: 'budget', needsUsd: figures?.asked, retryAfterMs, ...limit };
  // Its own limit nobody but its caller raises.
  if (stop === 'max_cost') return { reason: 'budget', ...limit };
  return step.code === 'rate-limited' && step.fault === 'refused' ? { reason: 'slot', retryAfterMs } : null;
};

/** Whether no other call is made either: the run was cancelled, lost its workers, or is not allowed to any more. */
const isRunsEnd = ({ fault, code }: FailedStep): boolean =>
  fault === 'cancelled' || (fault === 'refused' && (code === 'worker-lost' || code === 'forbidden'));

/** A step that is not begun any more ends the run; what nobody foresaw is thrown on. */
const asRunsEnd = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  throw error;
};

const unanswered = (step: FailedStep): Called => ({
  kind: isRunsEnd(step) ? 'failed' : 'unanswered',
  error: errorOf(step),
});

/** What comes of a call that was not to be made: the store refused it for as long as the run had time, or the run is over. */
const unmade = (error: AppError, call: number): Called =>
  error.code === 'store-unavailable' && call > 1
    ? { kind: 'limited', stop: 'deadline', text: '' }
    : { kind: 'failed', error };

export const createModelCalls = (
  parts: LoopParts,
  { journal, maxModelCalls, account, steering }: Run,
  transcript: Transcript,
): ModelCalls => {
  let made = 0;
  let read = 0;
  let closings = 0;

  /** The `round`-th try of a call: those before it were refused, and waited for room, or for the store. */
  const tryCall = async (
    run: Run,
    messages: readonly MessageParam[],
    { call, round }: ModelCall,
    outage: RefusedCall | null,
  ) => {
    let replayed = true;
    const name = round === 1 ? `model-${call}` : `model-${call}.${round}`;
    const step = await journal.step(
      name,
      async (context) => {
        replayed = false;
        return tryModelStep(parts, run, { ...context, call, round, messages, read, outage });
      },
      {
        modelCall: { call, round, unsent: outage === null ? undefined : unsentOf(outage) },
        wait: outage?.wait,
        interrupted(lostUsd) {
          replayed = false;
          return refusedStep(parts, workerLost(), lostUsd);
        },
      },
    );
    for (const { messageId } of step.received) run.stream.messageReceived(messageId);
    read += step.received.length;
    // What a step cost that was made just now is on the run's account already, but for tries that were interrupted.
    if (replayed) account.spend(parseUsd(step.costUsd));
    transcript.model(run.model, call, step);
    return step;
  };

  return {
    get left() {
      return maxModelCalls - made;
    },
    async make(run, messages, goesOn = false) {
      if (made === maxModelCalls || journal.isFull) return { kind: 'limited', stop: 'max_model_calls', text: '' };
      const call = (made += 1);
      run.stream.modelStarted(run.model, goesOn);
      const received: RunMessage[] = [];
      let hasWaited = false;
      let outage: RefusedCall | null = null;
      for (let round = 1; ; round += 1) {
        const trying = tryCall(run, withMessages(messages, received), { call, round }, outage);
        const step = await trying.catch(asRunsEnd);
        if (step instanceof AppError) return unmade(step, call);
        received.push(...step.received);
        if (step.ok) return { kind: 'answered', call, message: step.message, received };
        outage = isRefusedByStore(step) ? outageAfter(outage, step) : null;
        if (outage !== null) {
          const next = steering.nextTry(outage);
          if (!next.again && next.limit !== null && call > 1) return { kind: 'limited', stop: next.limit, text: '' };
          if (!next.again) return unanswered(step);
          transcript.waited(call, { reason: 'store', since: outage.until, until: next.at, isResumed: false });
          outage = waitingUntil(outage, next);
          continue;
        }
        const refusal = refusalOf(step);
        const waited = refusal === null ? null : await steering.waitForRoom(call, round, refusal);
        if (waited !== null) {
          transcript.waited(call, waited);
          hasWaited = true;
          continue;
        }
        if (step.interrupted) return { kind: 'interrupted', received };
        // A limit that was met before anything was answered is an error: there is nothing to show for it.
        const stop = call > 1 || hasWaited ? limitOf(step) : undefined;
        if (stop !== undefined) return { kind: 'limited', stop, text: step.partial };
        return unanswered(step);
      }
    },
    close: () => journal.step(`close-${(closings += 1)}`, () => steering.close(read)),
  };
};
