import type { Callback, Operation } from './operation.ts';

const TIMED_OUT = { ErrorMessage: 'Callback timed out' };
const HEARTBEAT_MISSED = { ErrorMessage: 'Callback timed out on heartbeat' };

const callbackDueAt = ({ timeoutAt = Infinity, heartbeat }: Callback): number =>
  Math.min(timeoutAt, heartbeat?.dueAt ?? Infinity);

/** When time alone changes the operation (epoch milliseconds); `Infinity` where it never does. */
export const dueAt = (operation: Operation): number => {
  if (operation.type === 'STEP' && operation.status === 'PENDING') return operation.nextAttemptAt;
  if (operation.type === 'WAIT' && operation.status === 'STARTED') return operation.endsAt;
  if (operation.type === 'CALLBACK' && operation.status === 'STARTED') return callbackDueAt(operation);
  return Infinity;
};

/** The operation as time has made it: the same one, where nothing was due by `now`. */
export const elapse = (operation: Operation, now: number): Operation => {
  if (dueAt(operation) > now) return operation;
  if (operation.type === 'STEP') return { ...operation, status: 'READY' };
  if (operation.type === 'WAIT') return { ...operation, status: 'SUCCEEDED', endedAt: now };
  if (operation.type === 'CALLBACK') {
    const error = (operation.timeoutAt ?? Infinity) <= now ? TIMED_OUT : HEARTBEAT_MISSED;
    return { ...operation, status: 'TIMED_OUT', endedAt: now, error };
  }
  return operation;
};
