import type { Shell, Verb } from './verb.ts';

/** What is said of a command that acts on AWS. `stage`: the one where none is named; `null`: it insists on one. */
export interface OnAws {
  readonly stage: string | null;
  /** The program says it itself, as it is called by npm too. */
  readonly isSaidByItself?: boolean;
  /** Where neither an option nor `AWS_REGION` names one. Default: that of the profile. */
  readonly region?: string;
}

/** One command of `ballast`. */
export interface Command {
  /** What it does, for the list of all. */
  readonly summary: string;
  /** Loads it, when it is called. */
  readonly load: () => Promise<Verb>;
  /** That it acts on AWS: on which stage is said before. */
  readonly onAws?: OnAws;
}

/** A program that reads its own words, and ends by itself. */
const program = (usage: string, load: () => Promise<unknown>): Verb => ({
  usage,
  async run(words, shell) {
    if (words.includes('--help') || words.includes('-h')) {
      shell.out(usage);
      return 0;
    }
    process.argv.splice(2, process.argv.length, ...words);
    await load();
    return null;
  },
});

const osls =
  (name: 'package' | 'deploy' | 'rollback', usage: string): (() => Promise<Verb>) =>
  async () => ({
    usage,
    async run(words: readonly string[], shell: Shell) {
      if (words.includes('--help') || words.includes('-h')) {
        shell.out(usage);
        return 0;
      }
      return (await import('./osls.ts')).osls(name, words, shell);
    },
  });

/** Those that change data. */
export const INSISTS: OnAws = { stage: null };
/** Programs of the same kind, which say it where they open the stage. */
const SAID: OnAws = { ...INSISTS, isSaidByItself: true };
/** As `serverless.yml` and `osls` have it. */
export const DEV: OnAws = { stage: 'dev', region: 'us-east-1' };

const start = `Starts the server on this machine, with a simulated Claude unless ANTHROPIC_API_KEY is set.

  npx ballast start

PORT, HOST, BALLAST_DATA_DIR and the other settings are variables of the environment or of .env (docs/configuration.md).
`;

const dynamodb = `Starts AWS's DynamoDB Local (Java 17), where there is no embedded engine.

  npx ballast dynamodb
`;

const packageUsage = `Builds what would be deployed, offline.

  npx ballast package --stage dev
`;

const deploy = `Builds and deploys a stage, with your credentials (docs/deploy.md).

  npx ballast deploy --stage dev --region eu-central-1

  --stage <stage>    default: dev
  --region <region>  default: AWS_REGION, or us-east-1

Other options go to osls.
`;

const rollback = `Goes back to an earlier deployment of a stage.

  npx ballast rollback --stage dev --region eu-central-1 --timestamp 1796053099016

Without --timestamp it lists them. --stage: default dev.
`;

const bootstrap = `Makes the first key of an administrator of a stage, once.

  npx ballast bootstrap --stage dev [--region eu-central-1]

The key alone goes to the standard output; with --json, what is known of it too.
`;

const secret = `Puts secrets where the functions read them. A value is piped in or typed unseen, never an argument.

  npx ballast secret list --stage dev
  npx ballast secret put anthropic --stage dev < key.txt
  npx ballast secret rotate jwt --stage dev           and, when all signers have the new one, with --finish

  --stage <stage>    or --local, for .env
  --region <region>  default: AWS_REGION, or that of your profile
  --json             of list: as JSON
  --generate, --kid, --finish, --replace, --force      docs/operations.md#secrets
`;

const reconcile = `Looks over the books of a stage at once, as the scheduled function does, and says what it did.

  npx ballast reconcile --stage prod [--region eu-central-1]

  --unrecorded <file>       log lines of attempts that could not be booked
  --records-from <table>    first bring over the records that this table has and the books lack
  --rebuild                 make the counters anew from the records (docs/backups.md)
  --longest-call-ms <ms>    what is younger is left alone (default: 900000)
  --json                    print what was done as JSON
`;

const exportUsage = `Writes the usage records of a stage, one a line.

  npx ballast export --stage prod [--region eu-central-1] > usage.jsonl

  --from <2026-11-01>       the first day (UTC)
  --to <2026-12-01>         the day after the last
  --format <jsonl|csv>      default: jsonl; docs/backups.md has the columns
`;

const trueUp = `Compares what the provider billed with the books of a stage.

  npx ballast true-up --report usage.csv --stage prod [--region eu-central-1]

  --month <2026-11>, --tolerance <percent>, --api-key <name>, --workspace <name>
  --json                    print each line as JSON
`;

const forgetTenant = `Erases what a tenant has written and was told (docs/data.md#tenants).

  npx ballast forget-tenant --stage prod --tenant acme [--region eu-central-1] [--yes]
`;

const alarm = `Sends an alarm to the targets of .env, as alarms send does.

  npx ballast alarm circuit-open ALARM
`;

const loading = (usage: string, load: () => Promise<unknown>) => async () => program(usage, load);

/** Commands that are programs of their own; each is loaded when it is called. */
export const PROGRAMS = {
  start: { summary: 'starts the server', load: loading(start, () => import('../main.ts')) },
  dynamodb: {
    summary: 'starts DynamoDB Local, where there is no embedded engine',
    load: loading(dynamodb, () => import('../dynamodb-local.ts')),
  },
  package: { summary: 'builds what would be deployed, offline', load: osls('package', packageUsage) },
  deploy: { summary: 'builds and deploys', load: osls('deploy', deploy), onAws: DEV },
  rollback: { summary: 'goes back to an earlier deployment', load: osls('rollback', rollback), onAws: DEV },
  bootstrap: {
    summary: 'makes the first key of an administrator',
    load: loading(bootstrap, () => import('../../scripts/bootstrap.ts')),
    onAws: SAID,
  },
  secret: {
    summary: 'puts, lists and rotates secrets',
    load: loading(secret, () => import('../../scripts/secret.ts')),
    onAws: SAID,
  },
  reconcile: {
    summary: 'looks over the books at once',
    load: loading(reconcile, () => import('../../scripts/reconcile.ts')),
    onAws: SAID,
  },
  export: {
    summary: 'writes the usage records, one a line',
    load: loading(exportUsage, () => import('../../scripts/export.ts')),
    onAws: SAID,
  },
  'true-up': {
    summary: "compares the provider's bill with the books",
    load: loading(trueUp, () => import('../../scripts/true-up.ts')),
    onAws: SAID,
  },
  'forget-tenant': {
    summary: 'erases what a tenant has written and was told',
    load: loading(forgetTenant, () => import('../../scripts/forget-tenant.ts')),
    onAws: SAID,
  },
  alarm: {
    summary: 'sends an alarm to the targets of .env',
    load: loading(alarm, () => import('../alarm.ts')),
  },
} satisfies Record<string, Command>;
