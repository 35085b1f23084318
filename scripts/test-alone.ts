import path from 'node:path';

/** More than this many files that fail at once is a change that broke something, and no busy machine. */
const MOST_FILES = 3;

/**
 * What holds money, counts or what may happen once at most: a failure that comes seldom there is a race of the product, and
 * no second run takes it back. Folders of `test`.
 */
const NEVER_AGAIN: ReadonlySet<string> = new Set([
  'accounts',
  'budget',
  'circuit-breaker',
  'contracts',
  'durable-run',
  'faults',
  'group-commit',
  'idempotency',
  'model-call',
  'rate-limit',
  'rests',
  'true-up',
]);

const folderOf = (file: string): string => path.relative('test', file).split(path.sep)[0] ?? '';

/** Those of the files that failed, relative to the root, that are to run alone; none where the first verdict stands. */
export const aloneAgain = (failed: readonly string[]): readonly string[] =>
  failed.length > MOST_FILES || failed.some((file) => NEVER_AGAIN.has(folderOf(file))) ? [] : failed;
