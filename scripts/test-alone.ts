import path from 'node:path';

/** More than this many files that fail at once is a change that broke something, and no busy machine. */
const MOST_FILES = 3;

/**
 * What starts programs, pages and templates, and waits for them. Elsewhere money is counted or something may happen once at
 * most: a failure that comes seldom there is a race of the product, and no second run takes it back. Folders of `test`.
 */
const MAY_RUN_AGAIN: ReadonlySet<string> = new Set([
  'aws-sdk',
  'bench',
  'dynamodb',
  'egress',
  'full',
  'functions',
  'local',
  'pages',
  'privilege',
  'readme',
  'secrets',
  'telemetry',
  'template',
  'testing',
]);

const folderOf = (file: string): string => path.relative('test', file).split(path.sep)[0] ?? '';

/** Those of the files that failed, relative to the root, that are to run alone; none where the first verdict stands. */
export const aloneAgain = (failed: readonly string[]): readonly string[] =>
  failed.length <= MOST_FILES && failed.every((file) => MAY_RUN_AGAIN.has(folderOf(file))) ? failed : [];
