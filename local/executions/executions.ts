import { randomUUID } from 'node:crypto';
import type { ErrorObject } from '@aws-sdk/client-lambda';
import type { Clock } from '../../lib/kernel/clock.ts';
import { label, safe } from '../../lib/kernel/redacted.ts';
import { describeError } from '../../lib/telemetry/describe-error.ts';
import type { Log } from '../../lib/telemetry/log.ts';
import type { CallbackAnswer } from './answer-callback.ts';
import { createDeliver } from './deliver.ts';
import { createDriver, type Driver } from './driver.ts';
import { DEFAULT_RETENTION_MS } from './durable-functions.ts';
import { createExecution, type Execution } from './execution.ts';
import { createInvoke, type LoadedFunction } from './invocations.ts';
import { type Ended, type ExecutionKey, type Head, type Recorded } from './journal-record.ts';
import type { Journals } from './journals.ts';
import { executionArn, functionArn, parseCallbackId, parseExecutionArn } from './names.ts';
import { readUnfinished } from './read-unfinished.ts';
import { removeOldEachHour } from './remove-old.ts';
import { ServiceError } from './service-error.ts';
import type { StatusChangeEvent } from './status-change.ts';

export interface ExecutionsOptions {
  readonly functions: readonly LoadedFunction[];
  readonly journals: Journals;
  readonly clock: Clock;
  readonly log: Log;
  /** Called at least once for each execution that ends, and again after a pause when it rejects. */
  readonly onStatusChange: (event: StatusChangeEvent) => Promise<void>;
}

export interface StartRequest extends ExecutionKey {
  /** JSON. */
  readonly input: string;
}

/** The executions of this stage, running and ended. What is asked of one that is not there throws a `ServiceError`. */
export interface Executions {
  /** Starts one, or finds that of the same name and input. Returns its ARN; another input is refused. */
  start(request: StartRequest): string;
  /** A running one, by its ARN; `null` where it has ended. */
  running(arn: string): Execution | null;
  describe(arn: string): { readonly head: Head; readonly ended: Ended | null; readonly timeoutMs: number };
  /** Ends it at once, and returns when it ended, now or earlier. An invocation under way learns of it by its next checkpoint. */
  stop(arn: string, error: ErrorObject | undefined): number;
  /** `false` where the callback is closed. */
  answerCallback(callbackId: string, answer: CallbackAnswer): boolean;
  /** Goes on with what a process before this one has left unfinished, and delivers what it has not. */
  recover(): Promise<void>;
  /** How many have not ended. */
  unfinished(): number;
  /** Invokes nothing any more, and leaves what is under way alone. */
  close(): void;
}

interface Entry {
  readonly execution: Execution;
  readonly driver: Driver;
}

const keyOf = ({ functionName, name }: ExecutionKey): string => `${functionName}/${name}`;

const notFound = () => new ServiceError('ResourceNotFoundException', 'Durable execution not found.');

export const createExecutions = ({
  functions,
  journals,
  clock,
  log,
  onStatusChange,
}: ExecutionsOptions): Executions => {
  const entries = new Map<string, Entry>();
  const known = new Map(functions.map((each) => [each.definition.name, each]));
  const stopping = new AbortController();
  const stopped = stopping.signal;
  const invoke = createInvoke(clock, stopped);
  const complain = (message: 'invocation' | 'delivery' | 'journal', name: string) => (error: unknown) =>
    log.warn(safe`${label(message)} of an execution failed`, { execution: label(name), ...describeError(error) });
  const deliver = createDeliver({
    onStatusChange,
    clock,
    stopped,
    onFailure: ({ name }, error) => complain('delivery', name)(error),
  });

  const retire = async (execution: Execution): Promise<void> => {
    const { head, ended } = execution;
    if (ended === null || !(await deliver(head, ended))) return;
    try {
      journals.retire(head);
    } catch (error) {
      // It is delivered again after the next start.
      complain('journal', head.name)(error);
    }
    entries.delete(keyOf(head));
  };

  const add = (recorded: Recorded, target: LoadedFunction): Entry => {
    const { head } = recorded;
    const execution = createExecution({
      recorded,
      clock,
      append: (record) => journals.append(head, record),
      onChange: () => driver.wake(),
      onEnd: () => void retire(execution),
      onError: complain('journal', head.name),
    });
    const onFailure = complain('invocation', head.name);
    const driver = createDriver({ execution, invoke: () => invoke(target, execution), clock, stopped, onFailure });
    const entry = { execution, driver };
    entries.set(keyOf(head), entry);
    return entry;
  };

  const retentionMsOf = (functionName: string) => known.get(functionName)?.retentionMs ?? DEFAULT_RETENTION_MS;
  const entryOf = (key: ExecutionKey & Pick<Head, 'id'>): Entry | undefined => {
    const entry = entries.get(keyOf(key));
    return entry?.execution.head.id === key.id ? entry : undefined;
  };
  const find = (key: ExecutionKey & Pick<Head, 'id'>): { readonly head: Head; readonly ended: Ended | null } => {
    const found = entryOf(key)?.execution ?? journals.readEnded(key);
    if (found?.head.id !== key.id) throw notFound();
    return found;
  };

  return {
    start({ functionName, name, input }) {
      const target = known.get(functionName);
      if (target === undefined) {
        throw new ServiceError('ResourceNotFoundException', `Function not found: ${functionArn(functionName)}`);
      }
      const key = { functionName, name };
      const earlier = entries.get(keyOf(key))?.execution ?? journals.readEnded(key);
      if (earlier !== null) {
        if (earlier.head.input === input) return executionArn(earlier.head);
        throw new ServiceError(
          'DurableExecutionAlreadyStartedException',
          `Execution ${name} already started with another input.`,
        );
      }
      const startedAt = clock.now();
      const head = { ...key, id: randomUUID(), input, startedAt, timeoutAt: startedAt + target.executionTimeoutMs };
      journals.create(head);
      const { execution, driver } = add({ head, operations: new Map(), suspended: false, ended: null }, target);
      execution.watchTime();
      driver.wake();
      return executionArn(head);
    },
    running(arn) {
      const key = parseExecutionArn(arn);
      const execution = entryOf(key)?.execution;
      if (execution?.ended === null) return execution;
      find(key);
      return null;
    },
    describe(arn) {
      const { head, ended } = find(parseExecutionArn(arn));
      return { head, ended, timeoutMs: head.timeoutAt - head.startedAt };
    },
    stop(arn, error) {
      const key = parseExecutionArn(arn);
      const { ended } = find(key);
      if (ended !== null) return ended.endedAt;
      entryOf(key)?.execution.end({ status: 'STOPPED', error: error ?? { ErrorMessage: 'Execution stopped' } });
      return find(key).ended?.endedAt ?? clock.now();
    },
    answerCallback(callbackId, answer) {
      const { operationId, ...key } = parseCallbackId(callbackId);
      const { ended } = find(key);
      return ended === null && (entryOf(key)?.execution.answer(operationId, answer) ?? false);
    },
    async recover() {
      const complaint = complain('journal', 'unknown');
      const found = await readUnfinished(journals, known, complaint);
      const added = found.map(({ recorded, target }) => ({ ...add(recorded, target), ...recorded }));
      // Only when all are there: a handler may ask for another execution at once.
      for (const { execution, driver, suspended, ended } of added) {
        execution.watchTime();
        if (ended !== null) void retire(execution);
        else if (!suspended) driver.wake();
      }
      void removeOldEachHour({ journals, retentionMsOf, clock, stopped, onFailure: complaint });
    },
    unfinished: () => [...entries.values()].filter(({ execution }) => execution.ended === null).length,
    close() {
      stopping.abort(new Error('the server is being stopped'));
      for (const { execution } of entries.values()) execution.close();
    },
  };
};
