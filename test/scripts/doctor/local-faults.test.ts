import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { ofType } from '../../../scripts/compiled-template.ts';
import { checkLock, checkNode } from '../../../scripts/doctor/checks/machine.ts';
import { checkAccount, checkRegion, type Place } from '../../../scripts/doctor/checks/place.ts';
import { insisting } from '../../../scripts/doctor/examine.ts';
import type { Check } from '../../../scripts/doctor/finding.ts';
import { stageTemplate } from '../../../scripts/doctor/stage-template.ts';
import { ROOT } from '../../made-once.ts';
import { ACCOUNT, deployedAccount, freshAccount, REGION } from './accounts.ts';
import { doctorOfTests, wrong } from './examined.ts';

const { examined, template, imitation } = doctorOfTests();

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project with these files, as JSON. */
const projectOf = (files: Readonly<Record<string, object>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-lock-'));
  folders.push(folder);
  mkdirSync(join(folder, 'node_modules'));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), JSON.stringify(content));
  return folder;
};

const manifest = { dependencies: { zod: '4.6.7' } };
const lock = {
  packages: {
    '': manifest,
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/only-elsewhere': { version: '1.0.0', optional: true },
  },
};
const INSTALLED = 'node_modules/.package-lock.json';

describe('the machine', () => {
  it('is ok with the Node.js of the functions, and warns of another', () => {
    expect(checkNode('v24.1.0').verdict).toBe('ok');
    expect(checkNode('v26.0.0')).toMatchObject({ verdict: 'warn', says: expect.stringContaining('24') as string });
  });

  it.each<[string, Readonly<Record<string, object>>, string, RegExp]>([
    [
      'what is locked',
      { 'package-lock.json': lock, [INSTALLED]: { packages: { 'node_modules/zod': { version: '4.6.7' } } } },
      'ok',
      /2 packages/,
    ],
    [
      'another version',
      { 'package-lock.json': lock, [INSTALLED]: { packages: { 'node_modules/zod': { version: '4.6.8' } } } },
      'fail',
      /1 packages .*: zod/,
    ],
    ['nothing of it', { 'package-lock.json': lock, [INSTALLED]: { packages: {} } }, 'fail', /zod/],
    [
      'a lock of another package.json',
      { 'package-lock.json': { packages: { '': {} } }, [INSTALLED]: { packages: {} } },
      'fail',
      /older than package\.json/,
    ],
    ['no lock', {}, 'warn', /no lock/],
    ['a lock of Yarn', { 'yarn.lock': {} }, 'ok', /yarn\.lock/],
    ['another installer', { 'package-lock.json': lock }, 'warn', /not installed by npm/],
  ])('with %s installed is seen for what it is', (_title, files, verdict, says) => {
    const found = checkLock(projectOf({ 'package.json': manifest, ...files }));
    expect(found).toMatchObject({ check: 'lock', verdict });
    expect(found.says).toMatch(says);
  });

  it('has installed here what is locked', () => {
    expect(checkLock(ROOT)).toMatchObject({ verdict: 'ok' });
  });
});

describe('the region', () => {
  it.each<[string, Place, string, RegExp]>([
    ['an option', { region: REGION, namedBy: '--region', usual: null }, 'ok', /--region/],
    ['AWS_REGION', { region: REGION, namedBy: 'AWS_REGION', usual: null }, 'ok', /AWS_REGION/],
    ['nobody', { region: 'us-east-1', namedBy: null, usual: null }, 'warn', /Nobody/],
    [
      'nobody, while the profile means it',
      { region: 'us-east-1', namedBy: null, usual: 'us-east-1' },
      'warn',
      /Nobody/,
    ],
    [
      'nobody, while the profile means another',
      { region: 'us-east-1', namedBy: null, usual: REGION },
      'fail',
      /would go to us-east-1/,
    ],
    ['a slip', { region: 'eu-central', namedBy: '--region', usual: null }, 'fail', /no name of a region/],
  ])('named by %s', (_title, place, verdict, says) => {
    const found = checkRegion(place);
    expect(found).toMatchObject({ check: 'region', verdict });
    expect(found.says).toMatch(says);
  });

  it('that is not meant is set right by one command', () => {
    expect(checkRegion({ region: 'us-east-1', namedBy: null, usual: REGION }).todo).toEqual([
      `export AWS_REGION=${REGION}`,
    ]);
  });
});

describe('whoever asks', () => {
  const refused = (name: string) => {
    const account = freshAccount();
    account.refuses.set('GetCallerIdentity', name);
    return account;
  };

  it.each([['ExpiredToken'], ['InvalidClientTokenId'], ['SignatureDoesNotMatch'], ['AccessDenied']])(
    'with credentials that are refused as %s is told so, and what is local is still looked at',
    async (name) => {
      const findings = await examined(refused(name));
      expect(wrong(findings).map(({ check }) => check)).toEqual(['identity']);
      expect(findings.map(({ check }) => check)).toEqual([
        ...['node', 'lock', 'region', 'identity', 'configuration', 'names', 'domain', 'kms-key'],
      ]);
      expect(imitation().asked).toHaveLength(1);
    },
  );

  it('with --local asks nobody', async () => {
    const findings = await examined(freshAccount(), { account: null });
    expect(wrong(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).not.toContain('concurrency');
    expect(imitation().asked).toEqual([]);
  });

  it('of another account than the one that is meant, or of the ARNs of the stage, is found', async () => {
    const meant = await examined(freshAccount(), { meant: '999988887777' });
    expect(wrong(meant)).toContainEqual(
      expect.objectContaining({
        check: 'account',
        verdict: 'fail',
        says: expect.stringContaining('999988887777') as string,
      }),
    );
    const permissionsBoundaryArn = 'arn:aws:iam::999988887777:policy/boundary';
    const stage = template({ permissionsBoundaryArn });
    expect(checkAccount({ template: stage, stage: 'dev' }, ACCOUNT, undefined)).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('permissionsBoundaryArn of dev is of 999988887777') as string,
    });
    expect(
      checkAccount(
        { template: template({ permissionsBoundaryArn: 'arn:aws:iam::aws:policy/x' }), stage: 'dev' },
        ACCOUNT,
        ACCOUNT,
      ).verdict,
    ).toBe('ok');
  });

  it.each([
    ['GetAccount', 'log-role', 'apigateway:GET'],
    ['DescribeTable', 'tables', 'dynamodb:DescribeTable'],
    ['GetSecretValue', 'secret-values', 'secretsmanager:GetSecretValue'],
    ['DescribeLogGroups', 'log-groups', 'logs:DescribeLogGroups'],
  ])('may not ask %s: that check warns with what it takes, and the others go on', async (operation, check, needs) => {
    const stage = template();
    const account = deployedAccount(stage, 'dev');
    account.refuses.set(operation, 'AccessDeniedException');
    // Names are looked up where they are not the stack's own.
    if (operation === 'DescribeTable') account.stack = null;
    const found = (await examined(account, { compile: () => stage })).find((one) => one.check === check);
    expect(found).toMatchObject({ verdict: 'warn', says: expect.stringContaining(needs) as string });
  });

  it('may not see the stack: nothing is said of names that may be its own', async () => {
    const stage = template();
    const account = deployedAccount(stage, 'dev');
    account.refuses.set('DescribeStacks', 'AccessDenied');
    const findings = await examined(account, { compile: () => stage });
    expect(findings.find(({ check }) => check === 'tables')).toMatchObject({ verdict: 'warn' });
    expect(findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  });
});

it('a check that is required fails where these credentials may not look, or nobody did', async () => {
  const stage = template();
  const account = deployedAccount(stage, 'dev');
  account.refuses.set('DescribeLogGroups', 'AccessDeniedException');
  const findings = examined(account, { compile: () => stage });
  const verdicts = async (required: readonly Check[]) => {
    const all = await Array.fromAsync(insisting(Readable.from(await findings), new Set(required)));
    return all.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
  };
  expect(await verdicts([])).toEqual([]);
  expect(await verdicts(['stack', 'log-groups'])).toEqual(['log-groups']);
  const nobody = Readable.from((await findings).filter(({ check }) => check === 'node'));
  expect(await Array.fromAsync(insisting(nobody, new Set<Check>(['node', 'stack'])))).toMatchObject([
    { check: 'node', verdict: 'ok' },
    { check: 'stack', verdict: 'fail' },
  ]);
});

describe('the stage', () => {
  const long = 'a'.repeat(38);

  it('whose name is too long for one resource is found, and is not packaged', async () => {
    const compile = (stage: string) => {
      if (stage === long) throw new Error('osls could not package:\nError:\nError: it is too long.\n    at x');
      return template();
    };
    const findings = await examined(freshAccount(), { stage: long, compile });
    expect(wrong(findings).map(({ check }) => check)).toEqual(['configuration', 'names']);
    expect(wrong(findings)[1]?.says).toMatch(
      /probe-dependencies has 65 characters and may have 64, so a stage has at most 37\.$/,
    );
    const folder = mkdtempSync(join(tmpdir(), 'ballast-long-'));
    folders.push(folder);
    const { compileStage } = await import('../../../scripts/cost/compile-stage.ts');
    expect(() => compileStage(ROOT, long, ['sample-agents'])).toThrow(/The name of the stage is too long/);
  });

  it('that does not compile is told why in the words of what refused it, without where in its code', async () => {
    const compile = () => {
      throw new Error(
        'osls could not package dev:\nError:\nError: kmsKeyArn must be the ARN of a key of KMS.\n    at readStageOptions (file:///x.ts:1:1)\n\nEnvironment: linux\nDocs:        x\n',
      );
    };
    const findings = await examined(freshAccount(), { compile });
    expect(wrong(findings)).toEqual([
      { check: 'configuration', verdict: 'fail', says: 'kmsKeyArn must be the ARN of a key of KMS.', todo: [] },
    ]);
  });

  it('of a project is made of its own parameters, and what was built of it before stays', () => {
    const directory = projectOf({ 'package.json': { type: 'module' } });
    cpSync(join(ROOT, 'scripts/create/template/agents'), join(directory, 'agents'), { recursive: true });
    writeFileSync(join(directory, 'stages.yml'), 'prod:\n  alarmEmail: ops@example.com\n');
    symlinkSync(ROOT, join(directory, 'node_modules', 'ballast'));
    mkdirSync(join(directory, 'build'));
    writeFileSync(join(directory, 'build', 'maps'), 'of the version that runs');
    const stage = stageTemplate(ROOT, { directory, agents: join(directory, 'agents', 'index.ts') }, 'prod');
    expect(stage.Resources['NoticeSubscription']?.Properties['Endpoint']).toBe('ops@example.com');
    expect(stage.Resources['ToolSecretShopApi']?.Properties['Name']).toBe('ballast/prod/tools/shop-api');
    expect(readFileSync(join(directory, 'build', 'maps'), 'utf8')).toBe('of the version that runs');
  });

  it('with more resources than CloudFormation takes is found', async () => {
    const stage = template();
    for (let at = 0; at < 300; at += 1) stage.Resources[`More${at}`] = { Type: 'AWS::SNS::Topic', Properties: {} };
    const findings = await examined(freshAccount(), { compile: () => stage });
    expect(wrong(findings)[0]).toMatchObject({
      check: 'configuration',
      says: expect.stringContaining('takes 500') as string,
    });
  });

  it('that sets more aside than the account has left is found', async () => {
    const stage = template();
    const [worker] = ['ExecuteDashrunLambdaFunction'];
    Object.assign(stage.Resources[worker]?.Properties ?? {}, { ReservedConcurrentExecutions: 950 });
    const findings = await examined(freshAccount(), { compile: () => stage });
    expect(findings.find(({ check }) => check === 'concurrency')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('sets 950 aside, which leaves 50') as string,
    });
  });

  it('whose bucket has a name that somebody has is found', async () => {
    const stage = template();
    stage.Resources['Own'] = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'taken' } };
    const account = freshAccount();
    account.buckets.set('taken', 403);
    const findings = await examined(account, { compile: () => stage });
    expect(findings.find(({ check }) => check === 'buckets')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('of another account or region') as string,
    });
  });

  it('of which a first try has left the books behind is told to delete the stack and them', async () => {
    const stage = template();
    const account = deployedAccount(stage, 'dev');
    if (account.stack !== null) account.stack.status = 'ROLLBACK_COMPLETE';
    for (const one of account.stack?.resources ?? [])
      one.status = one.physicalId === 'ballast-dev-ledger' ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE';
    account.tables.delete('ballast-dev-control');
    account.tables.delete('ballast-dev-runs');
    account.secrets.clear();
    account.logGroups.clear();
    const findings = await examined(account, { compile: () => stage });
    expect(findings.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check)).toEqual(['stack', 'tables']);
  });

  it.each([
    ['deletes', 'Delete', 'deletes ballast/dev/jwt with its value'],
    ['leaves behind', 'RetainExceptOnCreate', 'leaves ballast/dev/jwt with its value outside the stack'],
  ])('that %s a secret, whose stage is protected or not, is told how to keep it', async (_title, policy, says) => {
    const stage = template();
    for (const [, secret] of ofType(stage, 'AWS::SecretsManager::Secret')) secret.DeletionPolicy = policy;
    const account = deployedAccount(stage, 'dev');
    account.stack?.resources.push({
      logicalId: 'JwtSecret',
      type: 'AWS::SecretsManager::Secret',
      physicalId: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:ballast/dev/jwt-a1B2c3`,
      status: 'CREATE_COMPLETE',
    });
    const findings = await examined(account, { compile: () => stage });
    expect(findings.find(({ check }) => check === 'secret-values')).toMatchObject({
      verdict: 'warn',
      says: expect.stringContaining(says) as string,
      todo: [expect.stringContaining('secretsInAdvance')],
    });
  });
});

describe('who is notified of alarms', () => {
  const found = async (given: { readonly lasting?: boolean; readonly mail?: string; readonly confirmed?: number }) => {
    const stage = template();
    const account = deployedAccount(stage, 'dev');
    account.secrets.set('ballast/dev/alerts', { value: '', deletedAt: null });
    account.confirmed = given.confirmed ?? 0;
    if (given.lasting === true)
      Object.assign(stage.Resources['LedgerTable']?.Properties ?? {}, { DeletionProtectionEnabled: true });
    if (given.mail !== undefined)
      stage.Resources['NoticeSubscription'] = { Type: 'AWS::SNS::Subscription', Properties: { Endpoint: given.mail } };
    const findings = await examined(account, { compile: () => stage });
    return findings.find(({ check }) => check === 'alarm-target');
  };

  it('nobody: a warning, and a failure where the stage is meant to last', async () => {
    expect(await found({})).toMatchObject({ verdict: 'warn', says: 'Nobody is notified of alarms.' });
    const lasting = await found({ lasting: true });
    expect(lasting).toMatchObject({ verdict: 'fail' });
    expect(lasting?.todo[1]).toBe('npm run secret -- put alerts --stage dev --region eu-central-1');
  });

  it('an address that has not said yes yet is nobody', async () => {
    expect(await found({ mail: 'ops@example.com' })).toMatchObject({
      verdict: 'warn',
      says: expect.stringContaining('has not followed the link') as string,
    });
    expect(await found({ mail: 'ops@example.com', confirmed: 1 })).toMatchObject({ verdict: 'ok' });
  });
});
