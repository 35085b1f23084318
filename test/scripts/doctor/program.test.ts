import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileStage } from '../../../scripts/cost/compile-stage.ts';
import { CHECKS, type Finding } from '../../../scripts/doctor/finding.ts';
import { ballast } from '../../local/cli/served.ts';
import { ROOT } from '../../made-once.ts';
import { GOOD } from '../../secrets/values.ts';
import { ACCOUNT, deployedAccount, freshAccount } from './accounts.ts';
import { imitateAws, type Imitation, KEYS } from './imitation.ts';

let imitation: Imitation;
let home: string;
beforeAll(async () => {
  imitation = await imitateAws(freshAccount());
  home = mkdtempSync(join(tmpdir(), 'ballast-home-'));
});
afterAll(async () => {
  await imitation[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

const SIGNED_IN = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };

/** `npx ballast doctor`, as a process of its own. */
const doctor = async (words: string, env: Readonly<Record<string, string>>) => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const program = [join(ROOT, 'local', 'ballast.mjs'), 'doctor', ...words.split(' ').filter((word) => word !== '')];
  const child = spawn(process.execPath, program, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH,
      NODE_COMPILE_CACHE,
      HOME: home,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: imitation.url,
      ...env,
    },
  });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await closed) as [number];
  return { code, stdout, stderr };
};

describe('npx ballast doctor', () => {
  it('says where it looks before it does, a line for each check, and ends with 1 for a fault, whose value it never shows', async () => {
    const account = deployedAccount(compileStage(ROOT, 'dev'), 'dev');
    account.secrets.set('ballast/dev/alerts', { value: '{"slackWebhookUrl":"canary"}', deletedAt: null });
    account.concurrency = 10;
    imitation.account = account;
    const { code, stdout, stderr } = await doctor('--stage dev --region eu-central-1', SIGNED_IN);
    expect(stderr).toMatch(/^On AWS: the stage dev, in eu-central-1\.\n/);
    expect(stderr).toMatch(/Not ready: 2 checks fail, /);
    expect(stdout).toMatch(/^ok {4}identity +arn:aws:iam::111122223333:user\/deployer\.$/m);
    expect(stdout).toMatch(/^fail {2}concurrency +In eu-central-1 this account runs 10 functions at once/m);
    expect(stdout).toMatch(/^ +-> aws service-quotas request-service-quota-increase /m);
    expect(stdout).toMatch(/^fail {2}secret-values +alerts has the wrong form/m);
    expect(`${stdout}${stderr}`).not.toMatch(new RegExp(`canary|${GOOD.anthropic}`));
    expect(code).toBe(1);
  });

  it('prints JSON where it is asked to, and lets a check fail that is allowed to', async () => {
    imitation.account = { ...freshAccount(), logRole: null };
    const words = '--json --region eu-central-1 --allow log-role --account 111122223333';
    const { code, stdout } = await doctor(words, SIGNED_IN);
    const report = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
    expect(report).toMatchObject({ stage: 'dev', region: 'eu-central-1', account: ACCOUNT, verdict: 'warn' });
    const found = report.findings
      .filter(({ verdict }) => verdict !== 'ok')
      .map(({ check, verdict }) => [check, verdict]);
    expect(found).toEqual([
      ['log-role', 'warn'],
      ['alarm-target', 'warn'],
    ]);
    expect(code).toBe(0);
  });

  it('without credentials says so in one line, checks what is local, and ends with 1', async () => {
    const { code, stdout } = await doctor('', { AWS_REGION: 'eu-central-1' });
    expect(stdout).toMatch(/^fail {2}identity +There are no credentials: .*$/m);
    expect(stdout).toMatch(/^ok {4}names /m);
    expect(stdout).not.toMatch(/concurrency|at Object/);
    expect(code).toBe(1);
  });

  it.each([
    [['--stage', 'a b'], '--stage is 1 to 64 letters, digits and -.\n'],
    [['--account', '12'], '--account is the 12 digits of an account.\n'],
    [['--allow', 'nothing'], '--allow takes a check, and nothing is none: node, lock'],
    [['prod'], 'It takes no prod.\n'],
  ])('is not called with %j', async (words, sentence) => {
    const { code, err } = await ballast(['doctor', ...words]);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

it('docs/deploy.md has every check, in its order, in the words of the code', () => {
  const [, section = ''] = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8').split('\n## Before each deployment\n');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([\w-]+)` *\| (.*?) *\|$/gm)];
  expect(rows.map(([, check, says]) => [check, says])).toEqual(Object.entries(CHECKS));
});
