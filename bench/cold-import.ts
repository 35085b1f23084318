import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildFunctions } from '../scripts/build.ts';
import { median } from './median.ts';
import { buildNaive, runtimeDependencies } from './naive-bundle.ts';
import { atMost, type Section } from './section.ts';
import { START_BYTES_LIMIT } from './start-inputs.ts';

/** How often each file is imported, each time by a fresh process; one round of all comes after the other. */
const ROUNDS = 21;

/** What a function may take at most of the time that the naive bundle takes. */
const RATIO_LIMIT = 0.5;

const NAIVE = 'naive bundle';
const NAIVE_WITHOUT_MATHJS = 'naive bundle without mathjs';

/** What of Lambda's environment a module may look at while it is imported; no credential is ever used. */
const LAMBDA_ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  TZ: ':UTC',
};

const script = join(import.meta.dirname, 'time-import.mjs');
const run = promisify(execFile);

const importMs = async (file: string): Promise<number> => {
  const { stdout } = await run(process.execPath, [script, pathToFileURL(file).href], { env: LAMBDA_ENVIRONMENT });
  return Number(stdout);
};

/** Interleaved, so that what else the machine does meets all files alike. */
const timesOf = async (files: ReadonlyMap<string, string>): Promise<Map<string, number[]>> => {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [name, file] of files) {
      const ms = await importMs(file);
      // The first round only brings the files into the memory of the operating system.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), ms]);
    }
  return times;
};

/** Builds the functions into `folder` and measures their cold import against one naive bundle of the same libraries. */
export const coldImport = async (root: string, folder: string): Promise<Section> => {
  const startBytes = await buildFunctions(root, folder);
  const functions = Object.keys(startBytes);
  const libraries = runtimeDependencies(root);
  const naive = join(folder, 'naive.mjs');
  const withoutMathjs = join(folder, 'naive-without-mathjs.mjs');
  await buildNaive(root, libraries, naive);
  await buildNaive(
    root,
    libraries.filter((library) => library !== 'mathjs'),
    withoutMathjs,
  );
  const files = new Map([
    ...functions.map((name) => [name, join(folder, name, 'index.mjs')] as const),
    [NAIVE, naive],
    [NAIVE_WITHOUT_MATHJS, withoutMathjs],
  ]);
  const times = await timesOf(files);
  const timesFor = (name: string) => times.get(name) ?? [];
  const ratio = (name: string, to: string) =>
    median(timesFor(name).map((ms, round) => ms / (timesFor(to)[round] ?? NaN)));
  const row = (name: string) => {
    const bytes = startBytes[name];
    const size = bytes === undefined ? '' : `${(bytes / 1024).toFixed(0)} KB`;
    const figures = [median(timesFor(name)), ratio(name, NAIVE), ratio(name, NAIVE_WITHOUT_MATHJS)];
    return [name, size, ...figures.map((figure, at) => figure.toFixed(at === 0 ? 0 : 2))];
  };
  return {
    title: 'Cold import',
    columns: ['function', 'loaded at start', 'import, ms', `of ${NAIVE}`, `of ${NAIVE_WITHOUT_MATHJS}`],
    rows: [...files.keys()].map(row),
    meaning:
      `The time of \`await import('index.mjs')\` in a fresh process, median of ${ROUNDS}, all files by turns; ratios are ` +
      'the median of the ratios of each turn. *Loaded at start* counts the entry and all that it imports statically. The ' +
      'naive bundle is one minified file with all that the same libraries offer; much of its time is mathjs, so it is shown ' +
      `without that too. Limits: ${RATIO_LIMIT} of the naive bundle; ${START_BYTES_LIMIT / 1024} KB for \`run-agent\`.`,
    breaches: [
      ...functions.flatMap((name) =>
        atMost(`The ratio of ${name} to the naive bundle`, ratio(name, NAIVE), RATIO_LIMIT),
      ),
      ...atMost('What run-agent loads at start, in bytes,', startBytes['run-agent'] ?? Infinity, START_BYTES_LIMIT),
    ],
  };
};
