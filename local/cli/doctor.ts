import { join, relative } from 'node:path';
import { createPaint } from '../../lib/telemetry/terminal/paint.ts';
import { jsonText } from '../../lib/telemetry/terminal/printable.ts';
import { createProgress } from '../../lib/telemetry/terminal/progress.ts';
import { openAccount } from '../../scripts/doctor/aws/open-account.ts';
import { deployersConfig, usualRegion } from '../../scripts/doctor/aws/osls-sdk.ts';
import type { Place } from '../../scripts/doctor/checks/place.ts';
import { examine, insisting } from '../../scripts/doctor/examine.ts';
import { type Check, CHECKS, type Finding } from '../../scripts/doctor/finding.ts';
import { lineOf, summaryOf, verdictOf } from '../../scripts/doctor/report.ts';
import { stageTemplate } from '../../scripts/doctor/stage-template.ts';
import { STAGE } from '../../scripts/read-options.ts';
import { secretKinds } from '../../scripts/secret/kinds.ts';
import { secretsOfTools } from '../../scripts/secret/tool-secrets.ts';
import { ownProject } from '../own-project.ts';
import { readWords } from './read-words.ts';
import { Misused, type Shell, type Verb } from './verb.ts';

const ROOT = join(import.meta.dirname, '../..');

const USAGE = `Looks before a deployment whether it can go well: at this machine, the stage and the account. It changes nothing.

  npx ballast doctor --stage dev --region eu-central-1
  npx ballast doctor --stage prod --account 111122223333 --json

  --stage <stage>        default: dev
  --region <region>      default: AWS_REGION, or us-east-1, as of deploy
  --account <id>         the account that is meant: another one fails
  --aws-profile <name>   as whom AWS is asked, as of deploy
  --allow <check>        a check that may fail, as alarm-target; can be given again
  --require <check>      a check that fails where AWS may not be asked for it; can be given again
  --local                only what can be seen without AWS
  --json                 print the findings as JSON

Each line is ok, warn or fail, with what to do. It ends with 1 where a check fails. docs/deploy.md has the checks.
`;

/** As osls has it. */
const DEFAULT_REGION = 'us-east-1';

interface Asked {
  readonly stage: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly profile: string | undefined;
  readonly allowed: ReadonlySet<Check>;
  readonly required: ReadonlySet<Check>;
  readonly isLocal: boolean;
  readonly isJson: boolean;
}

const isCheck = (name: string): name is Check => Object.hasOwn(CHECKS, name);

/** The checks that an option names. Throws `Misused`. */
const checksIn = (option: string, names: readonly string[]): ReadonlySet<Check> => {
  const unknown = names.find((name) => !isCheck(name));
  if (unknown !== undefined)
    throw new Misused(`--${option} takes a check, and ${unknown} is none: ${Object.keys(CHECKS).join(', ')}.`);
  return new Set(names.filter(isCheck));
};

/** What the words ask for; `null`: how it is called. Throws `Misused`. */
const read = (words: readonly string[]): Asked | null => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = readWords(words, {
    stage: { ...text, short: 's' },
    region: { ...text, short: 'r' },
    account: text,
    'aws-profile': text,
    allow: { ...text, multiple: true },
    require: { ...text, multiple: true },
    local: flag,
    json: flag,
  });
  if (values.help) return null;
  const { stage = 'dev', region, account, allow = [], require: required = [] } = values;
  if (positionals.length > 0) throw new Misused(`It takes no ${positionals.join(' ')}.`);
  if (!STAGE.test(stage)) throw new Misused('--stage is 1 to 64 letters, digits and -.');
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw new Misused('--account is the 12 digits of an account.');
  return {
    stage,
    region,
    account,
    profile: values['aws-profile'],
    allowed: checksIn('allow', allow),
    required: checksIn('require', required),
    isLocal: values.local,
    isJson: values.json,
  };
};

const placeOf = async ({ region, profile }: Asked, { env }: Shell): Promise<Place> => {
  if (region !== undefined) return { region, namedBy: '--region', usual: null };
  if (env['AWS_REGION']) return { region: env['AWS_REGION'], namedBy: 'AWS_REGION', usual: null };
  return { region: DEFAULT_REGION, namedBy: null, usual: await usualRegion(env, profile) };
};

/** Agents that cannot be loaded do not compile either, and that is said. */
const kindsOf = async (directory: string) =>
  secretKinds(await secretsOfTools(directory).catch(() => new Map<string, never>()));

const examined = async (asked: Asked, shell: Shell, onAccount: (account: string) => void) => {
  const { directory } = shell;
  const { stage, profile, account: meant } = asked;
  const own = ownProject(ROOT, directory);
  const place = await placeOf(asked, shell);
  const project = own?.directory ?? ROOT;
  return {
    place,
    findings: examine({
      stage,
      place,
      meant,
      onAccount,
      directory: project,
      nodeVersion: process.version,
      compile: (name) => stageTemplate(ROOT, own, name),
      account: asked.isLocal ? null : openAccount(deployersConfig(stage, place.region, profile)),
      kinds: await kindsOf(directory),
      accountTemplate: relative(project, join(ROOT, 'infra', 'account.yml')),
    }),
  };
};

/** `ballast doctor`. */
export const doctor: Verb = {
  usage: USAGE,
  async run(words, shell) {
    const asked = read(words);
    if (asked === null) {
      shell.out(USAGE);
      return 0;
    }
    const paint = createPaint(shell.colours);
    let account: string | null = null;
    const { place, findings } = await examined(asked, shell, (known) => void (account = known));
    const all: Finding[] = [];
    // To a file each check is a line already.
    const progress = createProgress(shell, asked.isJson || !shell.showsProgress);
    const looked = () => new Set(all.map(({ check }) => check)).size;
    const tell = () => progress.at({ done: looked(), of: Object.keys(CHECKS).length, what: 'checks' });
    tell();
    for await (const found of insisting(findings, asked.required)) {
      const isAllowed = found.verdict === 'fail' && asked.allowed.has(found.check);
      const finding: Finding = isAllowed ? { ...found, verdict: 'warn' } : found;
      all.push(finding);
      progress.end();
      if (!asked.isJson) shell.out(lineOf(finding, paint));
      tell();
    }
    progress.end();
    const verdict = verdictOf(all);
    if (asked.isJson) {
      const { stage } = asked;
      shell.out(`${jsonText({ stage, region: place.region, account, verdict, findings: all }, 2)}\n`);
    } else shell.err(summaryOf(all));
    return verdict === 'fail' ? 1 : 0;
  },
};
