import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildFunctions, deployedFunctions } from '../../scripts/build.ts';
import { packageStage } from '../../scripts/package.ts';
import { writeService } from '../../scripts/project/write-service.ts';
import { ROOT } from '../made-once.ts';
import type { Template } from './template.ts';

/** A project with the agents of a new one, and a parameter of its own. */
const directory = mkdtempSync(join(tmpdir(), 'ballast-own-'));
const project = { directory, agents: join(directory, 'agents', 'index.ts') };
let template: Template;
let service: string;

beforeAll(async () => {
  cpSync(join(ROOT, 'scripts/create/template/agents'), join(directory, 'agents'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"type": "module", "name": "shop-agents"}');
  writeFileSync(
    join(directory, 'stages.yml'),
    'prod:\n  maxHops: 3\n  logLevel: ERROR\n  alarmEmail: ops@example.com\n  adminIps: 203.0.113.7\n' +
      '  permissionsBoundaryArn: arn:aws:iam::111122223333:policy/boundary\n  pageRequestsPerSecond: 3\n',
  );
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(ROOT, join(directory, 'node_modules', 'ballast'));
  service = writeService(ROOT, project);
  // What is built into a function is tested below; here it is what is declared about all of them.
  for (const name of await deployedFunctions(ROOT)) {
    mkdirSync(join(service, 'dist', name), { recursive: true });
    writeFileSync(join(service, 'dist', name, 'index.mjs'), 'export const handler = () => {};');
  }
  packageStage(service, 'prod', join(directory, 'package'));
  const file = join(directory, 'package', 'cloudformation-template-update-stack.json');
  template = JSON.parse(readFileSync(file, 'utf8')) as Template;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What one setting of each function is. */
const settingsOf = ({ Resources }: Template, name: string): unknown[] =>
  Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => (Properties as { Environment: { Variables: Record<string, unknown> } }).Environment)
    .map(({ Variables }) => Variables[name]);

describe('the stage of a project', () => {
  it('has the secrets that its own tools declare, and lets the functions that run agents read them', () => {
    expect(template.Resources['ToolSecretShopApi']).toMatchObject({
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'ballast/prod/tools/shop-api', Description: expect.stringContaining('shop') as string },
    });
    expect(JSON.stringify(template.Resources['RunAgentRole'])).toContain('{"Ref":"ToolSecretShopApi"}');
    expect(JSON.stringify(template.Resources['MessagesRole'])).not.toContain('ToolSecretShopApi');
  });

  it('has the parameters of its stage file, and the version of Ballast', () => {
    expect(new Set(settingsOf(template, 'MAX_HOPS'))).toEqual(new Set(['3']));
    expect(new Set(settingsOf(template, 'LOG_LEVEL'))).toEqual(new Set(['ERROR']));
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(new Set(settingsOf(template, 'BALLAST_VERSION'))).toEqual(new Set([version]));
  });

  it('says whose it is, so that no other project replaces it unseen', () => {
    expect(template.Outputs?.['Project']).toMatchObject({ Value: 'shop-agents' });
  });

  it('mails its alarms to the address of its stage file', () => {
    expect(template.Resources['NoticeSubscription']?.Properties).toEqual({
      TopicArn: { Ref: 'NoticeTopic' },
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    expect(settingsOf(template, 'NOTICE_TOPIC')[0]).toEqual({ Ref: 'NoticeTopic' });
  });

  it('has the options of its stage file', () => {
    const { Policy } = template.Resources['ApiGatewayRestApi']?.Properties ?? {};
    expect(JSON.stringify(Policy)).toContain('"aws:SourceIp":["203.0.113.7"]');
    expect(template.Resources['RunAgentRole']?.Properties['PermissionsBoundary']).toMatch(/policy\/boundary$/);
    expect(JSON.stringify(template.Resources['ApiStage'])).toContain('"ThrottlingRateLimit":3');
  });

  it('has all that Ballast declares of its infrastructure', () => {
    const files = globSync('infra/*.yml', { cwd: ROOT }).filter((file) => !file.endsWith('account.yml'));
    const declared = files.flatMap((file) => {
      const parts = Object.entries(parse(readFileSync(join(ROOT, file), 'utf8')) as Record<string, unknown>);
      return parts.flatMap(([id, part]) => (typeof part === 'object' && part !== null && 'Type' in part ? [id] : []));
    });
    expect(declared.length).toBeGreaterThan(50);
    // These are made where a parameter asks for them.
    const optional = new Set(['DailyForecastAlarm', 'JwtSecret', 'WebhookSecret']);
    expect(declared.filter((id) => !optional.has(id) && !Object.hasOwn(template.Resources, id))).toEqual([]);
  });
});

describe('a function of a project', () => {
  it('is built with its own agents, and loads no more at start than one of the repository', async () => {
    const outdir = join(directory, 'functions');
    const bytes = await buildFunctions(ROOT, outdir, [], ['list-agents'], project.agents);
    const files = globSync('list-agents/*.mjs', { cwd: outdir });
    const code = files.map((file) => readFileSync(join(outdir, file), 'utf8')).join('');
    expect([code.includes('order_status'), code.includes('issue_refund')]).toEqual([true, false]);
    expect(bytes['list-agents']).toBeLessThan(415 * 1024);
  });
});
