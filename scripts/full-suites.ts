import { parseArgs } from 'node:util';
import { Misused } from './read-options.ts';

/** A part of the full run: vitest with these files in this environment. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const STORES = ['test/contracts', 'test/dynamodb'];

const SUITES: readonly Suite[] = [
  { name: 'everything', title: 'Everything, at full size', files: [], env: { FULL: '1' } },
  {
    name: 'dynamodb-local',
    title: 'Store contracts on DynamoDB Local',
    files: STORES,
    env: { FULL: '1', ENGINE: 'dynamodb-local' },
  },
];

const USAGE = `Usage: node scripts/test-full.ts [--only ${SUITES.map(({ name }) => name).join('|')} [files]]. Only all parts together are a proof.`;

/**
 * The parts that a command line asks for; with files, those files of them. `isProof`: it asks for all of everything. Throws
 * `Misused` where there is no such part, and for files of no one part.
 */
export const chosenSuites = (
  args: readonly string[],
): { readonly suites: readonly Suite[]; readonly isProof: boolean } => {
  try {
    const options = { only: { type: 'string' as const } };
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const suites = SUITES.filter(({ name }) => values.only === undefined || values.only === name);
    const isProof = values.only === undefined;
    if (suites.length > 0 && (positionals.length === 0 || !isProof))
      return {
        suites: suites.map((suite) => (positionals.length === 0 ? suite : { ...suite, files: positionals })),
        isProof,
      };
  } catch {
    // Its message tells of one option; the usage tells of all.
  }
  throw new Misused(USAGE);
};
