import { workerLost } from '../../../agent/loop/journal.ts';
import { AppError, asAppError } from '../../../kernel/errors.ts';
import { safe } from '../../../kernel/redacted.ts';

export const runEnded = (): AppError => new AppError('run-conflict', safe`The run has ended.`);

/** The store refused a step for as long as its run had time. */
export const storeAway = (): AppError =>
  new AppError('store-unavailable', safe`The store did not answer for as long as the run had time.`);

/** Errors that a step leaves in the journal, by their codes; any other is one that nobody foresaw. */
const JOURNALLED: Partial<Record<string, () => AppError>> = {
  'worker-lost': workerLost,
  'run-conflict': runEnded,
  forbidden: () => new AppError('forbidden', safe`The tenant may not do this any more.`),
  'invalid-request': () => new AppError('invalid-request', safe`The request is not valid any more.`),
};

export const coded = ({ code }: AppError): Error => new Error(code);
export const decoded = (error: unknown): AppError =>
  JOURNALLED[error instanceof Error ? error.message : '']?.() ?? asAppError(error);
