import { randomUUID } from 'node:crypto';
import type { OperationUpdate } from '@aws-sdk/client-lambda';
import type { Clock } from '../../lib/kernel/clock.ts';
import { answerCallback, type CallbackAnswer } from './answer-callback.ts';
import { applyCheckpoint, type Ending } from './apply-checkpoint.ts';
import { createDueTimer } from './due-timer.ts';
import { dueAt, elapse } from './elapse.ts';
import type { Ended, Head, JournalRecord, Recorded } from './journal-record.ts';
import { callbackIdOf } from './names.ts';
import { isClosed, type Operation } from './operation.ts';
import { invalid, ServiceError } from './service-error.ts';

export interface CheckpointRequest {
  readonly token: string;
  /** The same in each attempt of one request. */
  readonly clientToken: string | undefined;
  readonly updates: readonly OperationUpdate[];
}

export interface CheckpointAnswer {
  /** For the next one. */
  readonly token: string;
  /** What the request changed, and what has changed without the handler since it was last answered. */
  readonly changed: readonly Operation[];
}

export interface ExecutionOptions {
  readonly recorded: Recorded;
  readonly clock: Clock;
  /** Throws where it cannot be written; nothing has changed then. */
  readonly append: (record: JournalRecord) => void;
  /** Something changed that the handler does not know. */
  readonly onChange: () => void;
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
}

/** An execution that has not ended, or whose end is not yet delivered. */
export interface Execution {
  readonly head: Head;
  readonly ended: Ended | null;
  /** Whether something changed that no handler was shown. */
  readonly hasNews: boolean;
  /** Whether anything can change without the handler: a time that comes, an answer that is given. */
  readonly isWaiting: boolean;
  operations(): readonly Operation[];
  /** Gives the one token that is good from now on, and the ids of what has changed since the last invocation. */
  beginInvocation(): { readonly token: string; readonly changed: readonly string[] };
  /** No checkpoint is taken any more until the next invocation. */
  endInvocation(): void;
  suspend(): void;
  /** Throws where the token is not that of the invocation under way. */
  check(token: string): void;
  checkpoint(request: CheckpointRequest): CheckpointAnswer;
  /** `false` where the callback is closed. */
  answer(operationId: string, answer: CallbackAnswer): boolean;
  end(ending: Ending): void;
  /** Looks at the time, and has itself called again when something is due. */
  watchTime(): void;
  close(): void;
}

const TIMED_OUT = { ErrorMessage: 'Execution timed out' };

/** How soon what time has changed is tried again, if it could not be written. */
const WRITE_AGAIN_MS = 1_000;

export const createExecution = (options: ExecutionOptions): Execution => {
  const { clock, append } = options;
  const { head, operations } = options.recorded;
  let { ended } = options.recorded;
  const news = new Set<string>();
  let token: string | null = null;
  let last: { readonly clientToken: string; readonly answer: CheckpointAnswer } | null = null;

  const timer = createDueTimer(clock, () => watchTime());
  const schedule = () =>
    timer.set([...operations.values()].reduce((at, each) => Math.min(at, dueAt(each)), head.timeoutAt));

  const store = (changed: readonly Operation[]) => {
    if (changed.length === 0) return;
    append({ kind: 'changed', operations: changed });
    for (const operation of changed) operations.set(operation.id, operation);
    schedule();
  };
  const storeNews = (changed: readonly Operation[]) => {
    store(changed);
    for (const { id } of changed) news.add(id);
    if (changed.length > 0) options.onChange();
  };
  const end = (ending: Ending) => {
    if (ended !== null) return;
    const now = { ending, endedAt: clock.now() };
    append({ kind: 'ended', ...now });
    ended = now;
    token = null;
    timer.clear();
    operations.clear();
    options.onEnd();
  };
  const watchTime = () => {
    const now = clock.now();
    try {
      if (ended !== null) return;
      if (now >= head.timeoutAt) return end({ status: 'TIMED_OUT', error: TIMED_OUT });
      storeNews(
        [...operations.values()].map((each) => elapse(each, now)).filter((each) => each !== operations.get(each.id)),
      );
      schedule();
    } catch (error) {
      options.onError(error);
      timer.set(now + WRITE_AGAIN_MS);
    }
  };
  const check = (given: string) => {
    if (token === null || given !== token) throw invalid('Invalid Checkpoint Token');
  };

  return {
    head,
    get ended() {
      return ended;
    },
    get hasNews() {
      return news.size > 0;
    },
    get isWaiting() {
      return [...operations.values()].some(
        (each) => dueAt(each) < Infinity || (each.type === 'CALLBACK' && !isClosed(each)),
      );
    },
    operations: () => [...operations.values()],
    beginInvocation() {
      token = randomUUID();
      last = null;
      const changed = [...news];
      news.clear();
      return { token, changed };
    },
    endInvocation() {
      token = null;
    },
    suspend: () => append({ kind: 'suspended' }),
    check,
    checkpoint({ token: given, clientToken, updates }) {
      // Its answer was lost on the way: it is given again.
      if (last !== null && last.clientToken === clientToken && last.answer.token === token) return last.answer;
      check(given);
      const callbackId = (operationId: string) => callbackIdOf(head, operationId);
      const result = applyCheckpoint(updates, { operations, now: clock.now(), callbackIdOf: callbackId });
      if ('refused' in result) throw invalid(result.refused);
      store(result.changed);
      const ids = new Set([...news, ...result.changed.map(({ id }) => id)]);
      const changed = [...ids].map((id) => operations.get(id)).filter((each) => each !== undefined);
      news.clear();
      const answer = { token: randomUUID(), changed };
      if (result.ending !== null) end(result.ending);
      else token = answer.token;
      last = clientToken === undefined ? null : { clientToken, answer };
      return answer;
    },
    answer(operationId, answer) {
      const operation = operations.get(operationId);
      if (operation === undefined && ended === null)
        throw new ServiceError('ResourceNotFoundException', 'Callback not found.');
      const changed = answerCallback(operation, answer, clock.now());
      if (changed === null) return false;
      if (answer.kind !== 'heartbeat') storeNews([changed]);
      else if (changed !== operation) store([changed]);
      return true;
    },
    end,
    watchTime,
    close() {
      token = null;
      timer.clear();
    },
  };
};
