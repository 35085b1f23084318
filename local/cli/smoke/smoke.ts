import { randomUUID } from 'node:crypto';
import { formatUsd, sum } from '../../../lib/kernel/money.ts';
import { createPaint, type Paint } from '../../../lib/telemetry/terminal/paint.ts';
import { jsonText, printable } from '../../../lib/telemetry/terminal/printable.ts';
import { createProgress } from '../../../lib/telemetry/terminal/progress.ts';
import { readWords } from '../read-words.ts';
import { type Server, serverOf } from '../server.ts';
import { Misused, Refused, type Shell, type Verb } from '../verb.ts';
import type { Smoke, SmokeCheck } from './check.ts';
import { SMOKE_CHECKS } from './checks.ts';
import { readBooks } from './read-books.ts';
import { runChecks, type SmokeFinding } from './run-checks.ts';
import { createStage, type Stage } from './stage.ts';

const USAGE = `Looks after a deployment whether the stage does what it should, as a client sees it, and tidies up.

  npx ballast smoke --url https://abc.execute-api.eu-central-1.amazonaws.com/dev --key bk_...
  npx ballast smoke --only routes,watch --silence 300

  --admin-key <key>      looks at alarms, at budgets and rates of a tenant smoke, and at the circuit of a model that nobody uses
                         too (default: BALLAST_ADMIN_KEY)
  --test-alarms          sends a test message to each target of alarms
  --silence <seconds>    how long a quiet stream has to stay open (default: 35)
  --patience <seconds>   how long is waited for what should come at once (default: 30)
  --only <check,check>   these checks alone
  --require <check,...>  these fail where they are skipped, as with a key that may do too little
  --json                 print the findings as JSON
  --url <url>            another server (default: BALLAST_URL, or http://localhost:3000)
  --key <key>            another key (default: BALLAST_API_KEY, or the development key of the local server)

Each line is ok, fail or skip. It ends with 1 where a check fails. It makes five short calls of the cheapest model, which cost
less than a cent, and bounds each by $0.05. docs/deploy.md has the checks.
`;

interface Asked {
  readonly server: Server;
  readonly adminKey: string | null;
  readonly quietMs: number;
  readonly patienceMs: number;
  readonly checks: Readonly<Record<string, SmokeCheck>>;
  /** Checks that may not be skipped. */
  readonly required: ReadonlySet<string>;
  readonly isJson: boolean;
  readonly testsAlarms: boolean;
}

/** A Lambda function, and so every stream, ends after 15 minutes. */
const MOST_S = 900;

const secondsIn = (name: string, text: string): number => {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > MOST_S)
    throw new Misused(`--${name} is a whole number of seconds from 1 to ${MOST_S}.`);
  return Number(text) * 1_000;
};

const chosen = (only: string | undefined): Asked['checks'] => {
  if (only === undefined) return SMOKE_CHECKS;
  const names = only.split(',');
  const unknown = names.find((name) => !Object.hasOwn(SMOKE_CHECKS, name));
  if (unknown !== undefined)
    throw new Misused(`--only takes checks, and ${unknown} is none: ${Object.keys(SMOKE_CHECKS).join(', ')}.`);
  return Object.fromEntries(Object.entries(SMOKE_CHECKS).filter(([name]) => names.includes(name)));
};

/** Throws `Misused` where one is no check, or none of those that are looked at. */
const requiredOf = (required: string | undefined, checks: Asked['checks']): ReadonlySet<string> => {
  const names = required === undefined ? [] : required.split(',');
  const unknown = names.find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined)
    throw new Misused(`--require takes checks, and ${unknown} is none of them: ${Object.keys(checks).join(', ')}.`);
  return new Set(names);
};

/** The development key of an administrator is for the local server alone, as `serverOf` has it. */
const adminKeyOf = (server: Server, given: string | undefined, shell: Shell): string | null => {
  if (given !== undefined) return given;
  if (shell.env['BALLAST_ADMIN_KEY']) return shell.env['BALLAST_ADMIN_KEY'];
  try {
    return serverOf({ url: server.url }, { ...shell, env: { ...shell.env, BALLAST_API_KEY: undefined } }, true).key;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
};

/** What the words ask for; `null`: how it is called. Throws `Misused` or `Refused`. */
const read = (words: readonly string[], shell: Shell): Asked | null => {
  const text = { type: 'string' } as const;
  const { values, positionals } = readWords(words, {
    url: text,
    key: text,
    'admin-key': text,
    'test-alarms': { type: 'boolean', default: false },
    silence: { ...text, default: '35' },
    patience: { ...text, default: '30' },
    only: text,
    require: text,
    json: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  if (positionals.length > 0) throw new Misused(`It takes no ${positionals.join(' ')}.`);
  const checks = chosen(values.only);
  const [quietMs, patienceMs] = [secondsIn('silence', values.silence), secondsIn('patience', values.patience)];
  const server = serverOf(values, shell);
  return {
    server,
    adminKey: adminKeyOf(server, values['admin-key'], shell),
    quietMs,
    patienceMs,
    checks,
    required: requiredOf(values.require, checks),
    isJson: values.json,
    testsAlarms: values['test-alarms'],
  };
};

const memo = (): Smoke['once'] => {
  const made = new Map<string, Promise<unknown>>();
  return <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const known = made.get(name) ?? make();
    made.set(name, known);
    return known as Promise<T>;
  };
};

const prepare = async (asked: Asked, shell: Shell): Promise<Smoke> => {
  const { server, adminKey, quietMs, patienceMs, testsAlarms, checks } = asked;
  const { fetch, clock } = shell;
  const withKey = (key: string): Stage => createStage({ url: server.url, key, fetch, clock });
  const stage = withKey(server.key);
  const admin = adminKey === null ? null : withKey(adminKey);
  const nonce = randomUUID();
  const before = 'books' in checks ? await readBooks(stage, nonce).catch(() => null) : null;
  return { stage, admin, withKey, clock, quietMs, patienceMs, nonce, once: memo(), paid: [], before, testsAlarms };
};

const WIDTH = Math.max(...Object.keys(SMOKE_CHECKS).map((name) => name.length));
const COLOURS = { ok: 'green', fail: 'red', skip: 'yellow' } as const satisfies Record<
  SmokeFinding['verdict'],
  keyof Paint
>;

const lineOf = ({ check, verdict, says, durationMs }: SmokeFinding, paint: Paint): string =>
  `${paint[COLOURS[verdict]](verdict.padEnd(4))}  ${check.padEnd(WIDTH)}  ${printable(says)} ${paint.dim(`(${durationMs} ms)`)}\n`;

const summaryOf = (all: readonly SmokeFinding[], costUsd: string): string => {
  const of = (verdict: SmokeFinding['verdict']) => all.filter((one) => one.verdict === verdict).length;
  return `${of('ok')} ok, ${of('fail')} failed, ${of('skip')} skipped. Its calls cost $${costUsd}.\n`;
};

/** `ballast smoke`. */
export const smoke: Verb = {
  usage: USAGE,
  async run(words, shell) {
    const asked = read(words, shell);
    if (asked === null) {
      shell.out(USAGE);
      return 0;
    }
    const { url } = asked.server;
    shell.err(`Calls ${url}, for less than a cent where a real model answers.\n`);
    const prepared = await prepare(asked, shell);
    const paint = createPaint(shell.colours);
    const all: SmokeFinding[] = [];
    // To a file each check is a line already.
    const progress = createProgress(shell, asked.isJson || !shell.showsProgress);
    const count = Object.keys(asked.checks).length;
    progress.at({ done: 0, of: count, what: 'checks' });
    for await (const found of runChecks(prepared, asked.checks)) {
      const isMissed = found.verdict === 'skip' && asked.required.has(found.check);
      const finding: SmokeFinding = isMissed ? { ...found, verdict: 'fail' } : found;
      all.push(finding);
      progress.end();
      if (!asked.isJson) shell.out(lineOf(finding, paint));
      progress.at({ done: all.length, of: count, what: 'checks' });
    }
    progress.end();
    const costUsd = formatUsd(sum(prepared.paid.flatMap(({ cost }) => cost ?? [])));
    const verdict = all.some((one) => one.verdict === 'fail') ? 'fail' : 'ok';
    if (asked.isJson) shell.out(`${jsonText({ url, verdict, costUsd, checks: all }, 2)}\n`);
    else shell.err(summaryOf(all, costUsd));
    return verdict === 'fail' ? 1 : 0;
  },
};
