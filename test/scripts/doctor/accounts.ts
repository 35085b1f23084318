import type { Template } from '../../../scripts/compiled-template.ts';
import { GOOD } from '../../secrets/values.ts';
import type { ImitatedAccount, ImitatedResource } from './imitation.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** What an account has in which nobody has tried a stage yet, and a stage can be deployed. */
export const freshAccount = (): ImitatedAccount => ({
  id: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/deployer`,
  concurrency: 1_000,
  unreserved: 1_000,
  codeBytes: 10_000_000,
  logRole: `arn:aws:iam::${ACCOUNT}:role/ballast-account-ApiGatewayLogRole-1`,
  roles: new Set(['ballast-account-ApiGatewayLogRole-1']),
  stack: null,
  events: [],
  tables: new Map(),
  secrets: new Map(),
  logGroups: new Set(),
  buckets: new Map(),
  domains: new Set(),
  keys: new Map(),
  certificates: new Map(),
  confirmed: 0,
  policies: new Set(),
  network: null,
  webAcl: null,
  refuses: new Map(),
});

const NAMES = ['TableName', 'LogGroupName', 'FunctionName', 'QueueName', 'DomainName'];

const physicalIdOf = (logicalId: string, type: string, properties: Readonly<Record<string, unknown>>): string => {
  const name = NAMES.map((each) => properties[each]).find((each) => typeof each === 'string');
  if (type === 'AWS::SecretsManager::Secret')
    return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${String(properties['Name'])}-a1B2c3`;
  if (type === 'AWS::SNS::Topic') return `arn:aws:sns:${REGION}:${ACCOUNT}:${String(properties['TopicName'])}`;
  return typeof name === 'string' ? name : logicalId.toLowerCase();
};

const resourcesOf = ({ Resources }: Template): ImitatedResource[] =>
  Object.entries(Resources).map(([logicalId, { Type: type, Properties: properties = {} }]) => ({
    logicalId,
    type,
    physicalId: physicalIdOf(logicalId, type, properties),
    status: 'CREATE_COMPLETE',
  }));

/** What a secret of this name holds where all is well. */
const valueOf = (name: string): string => {
  const values: Readonly<Record<string, string>> = { ...GOOD, alerts: '{"slackWebhookUrl":"https://hooks.example/a"}' };
  return values[name.slice(name.lastIndexOf('/') + 1)] ?? 'a value';
};

/** An account in which the stage runs, and all is well. */
export const deployedAccount = (template: Template, stage: string): ImitatedAccount => {
  const account = freshAccount();
  const resources = resourcesOf(template);
  account.stack = { name: `ballast-${stage}`, status: 'UPDATE_COMPLETE', isProtected: false, resources };
  for (const { type, physicalId } of resources) {
    if (type === 'AWS::DynamoDB::Table') account.tables.set(physicalId, { isProtected: false, items: 5 });
    if (type === 'AWS::Logs::LogGroup') account.logGroups.add(physicalId);
    if (type === 'AWS::S3::Bucket') account.buckets.set(physicalId, 200);
    const [, name] = /:secret:(.*)-\w{6}$/.exec(physicalId) ?? [];
    if (name !== undefined) account.secrets.set(name, { value: valueOf(name), deletedAt: null });
  }
  return account;
};
