import { nameError } from '../../lib/telemetry/describe-error.ts';
import { createPaint } from '../../lib/telemetry/terminal/paint.ts';
import { jsonText } from '../../lib/telemetry/terminal/printable.ts';
import { type Deployment, deploymentsOf, type Move, movesTo } from '../../scripts/versions/deployments.ts';
import type { StageFunctions } from '../../scripts/versions/lambda.ts';
import { readWords } from './read-words.ts';
import { table } from './table.ts';
import { Misused, Refused, type Shell, type Verb } from './verb.ts';

const USAGE = `Lists what was deployed to a stage, and moves its functions to an earlier deployment at once.

  npx ballast versions --stage prod --region eu-central-1
  npx ballast versions --stage prod --to 0.1.0+35c4cad01234

  --stage <stage>    it insists on one
  --region <region>  default: AWS_REGION, or that of your profile
  --to <version>     moves each function to its newest version of that deployment
  --force            also while a canary is under way, which CodeDeploy goes on with
  --json             print what there is, or was moved, as JSON

Only the code and its settings move: routes, roles and alarms stay. CloudFormation does not know of it, so deploy the
mending next, without a canary (docs/rollback.md).
`;

/** Opens the functions of a region, with the operator's own credentials. */
export type OpenFunctions = (region: string | undefined) => Promise<StageFunctions>;

const open: OpenFunctions = async (region) => {
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  const { proxiedHandler } = await import('../../scripts/proxy.ts');
  const { createStageFunctions } = await import('../../scripts/versions/lambda.ts');
  return createStageFunctions(
    new LambdaClient({ requestHandler: proxiedHandler(), ...(region === undefined ? {} : { region }) }),
  );
};

interface Asked {
  readonly stage: string;
  readonly region: string | undefined;
  readonly to: string | undefined;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

/** What the words ask for; `null`: how it is called. Throws `Misused`. */
const read = (words: readonly string[], { env }: Shell): Asked | null => {
  const text = { type: 'string' } as const;
  const { values, positionals } = readWords(words, {
    stage: { ...text, short: 's' },
    region: { ...text, short: 'r' },
    to: text,
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  const { stage, region = env['AWS_REGION'], to, force: isForced, json: isJson } = values;
  if (positionals.length > 0) throw new Misused(`It takes no ${positionals.join(' ')}.`);
  if (stage === undefined) throw new Misused('--stage is missing.');
  return { stage, region, to, isForced, isJson };
};

const shareOf = ({ live, functions }: Deployment): string => {
  if (live === 0) return '';
  return live === functions ? 'all' : `${live} of ${functions}`;
};

const listed = (deployments: readonly Deployment[], { colours, columns }: Shell): string =>
  table(
    ['version', 'deployed', 'functions', 'live'],
    deployments.map((one) => [
      one.version,
      one.publishedAt.slice(0, 16).replace('T', ' '),
      one.functions,
      shareOf(one),
    ]),
    { columns, paint: createPaint(colours) },
  );

const moveAll = async (functions: StageFunctions, moves: readonly Move[], shell: Shell): Promise<void> => {
  for (const [at, move] of moves.entries()) {
    try {
      await functions.move(move);
    } catch (error) {
      throw new Refused(
        `${move.name} was not moved (${nameError(error)}); ${at} of ${moves.length} were. Call it again: it goes on where it ended.`,
      );
    }
    shell.err(`${move.name}: version ${move.to}\n`);
  }
};

/** `ballast versions`, over the functions that are opened so. */
export const createVersions = (openFunctions: OpenFunctions): Verb => ({
  usage: USAGE,
  async run(words, shell) {
    const asked = read(words, shell);
    if (asked === null) {
      shell.out(USAGE);
      return 0;
    }
    const { stage, region, to, isForced, isJson } = asked;
    const functions = await openFunctions(region);
    const found = await functions.read(stage).catch((error: unknown) => {
      throw new Refused(
        `AWS does not tell what there is (${nameError(error)}): are these the credentials and the region?`,
      );
    });
    if (found.length === 0) throw new Refused(`There is no function of the stage ${stage} there, with an alias.`);
    const deployments = deploymentsOf(found);
    if (to === undefined) {
      shell.out(isJson ? `${jsonText({ stage, deployments }, 2)}\n` : listed(deployments, shell));
      return 0;
    }
    if (!deployments.some(({ version }) => version === to))
      throw new Refused(`No function of ${stage} has the version ${to}. Without --to it lists those that there are.`);
    if (!isForced && found.some(({ live }) => live.length > 1))
      throw new Refused(
        'A canary is under way, and CodeDeploy would move these functions once more: stop it first (docs/rollback.md#a-canary), or say --force.',
      );
    const { moves, younger } = movesTo(found, to);
    await moveAll(functions, moves, shell);
    for (const name of younger) shell.err(`${name} is younger than ${to} and stays as it is.\n`);
    shell.out(isJson ? `${jsonText({ stage, version: to, moves, younger }, 2)}\n` : `${summaryOf(moves, to)}\n`);
    return 0;
  },
});

const summaryOf = (moves: readonly Move[], to: string): string =>
  moves.length === 0
    ? `Every function is at ${to} already.`
    : `Moved ${moves.length} functions to ${to}. Deploy the mending next, with --param canaryPercent=off --param canaryMinutes=off.`;

/** `ballast versions`. */
export const versions: Verb = createVersions(open);
