import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readStageOptions, type StageOptions } from '../../scripts/stage/stage-options.ts';
import { ROOT } from '../made-once.ts';

type Parameters = Readonly<Record<string, unknown>>;

interface Service {
  readonly params: Readonly<Record<string, Parameters>>;
  readonly custom: { readonly stageOptions: Readonly<Record<string, string>> };
}

export const service = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')) as Service;

/** The parameters that are options of a stage, with their defaults. */
export const DEFAULTS: Parameters = Object.fromEntries(
  Object.keys(service.custom.stageOptions).map((name) => [name, service.params['default']?.[name]]),
);

/** Options of a stage that sets these, and nothing else. */
export const only = (set: Parameters): StageOptions =>
  readStageOptions({ ...Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, ''])), ...set });

/** All of them. */
export const EVERYTHING: Parameters = {
  ...DEFAULTS,
  domainName: 'api.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b2c3d-1111-2222-3333-444455556666',
  disableDefaultEndpoint: true,
  allowedIps: '203.0.113.0/24, 2001:db8::/32',
  adminIps: '203.0.113.7',
  resourcePolicy:
    '[{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*/*/docs","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]',
  wafRequestsPerFiveMinutes: 2_000,
  permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary',
  kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666',
  vpcSubnetIds: 'subnet-0a1b2c3d,subnet-4e5f6a7b',
  vpcSecurityGroupIds: 'sg-0a1b2c3d',
  tags: 'team=ai, env=x',
  functionMemoryMb: 'messages=1024, run-agent=1769',
  functionConcurrency: 'health=5, admin=5, reconcile-budgets=1',
  managedInstanceFunctions: 'messages, run-agent',
  managedInstanceMaxVcpus: 12,
  canaryPercent: 10,
  canaryMinutes: 10,
  ledgerTableName: 'ballast-prod-ledger-2',
  runsTableName: 'ballast-prod-runs-2',
  rollbackAlarmArns: 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:ballast-prod-errors',
  rollbackMinutes: 10,
};
