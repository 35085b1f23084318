import { describe, expect, it } from 'vitest';
import type { Template } from '../../../scripts/compiled-template.ts';
import { CHECKS } from '../../../scripts/doctor/finding.ts';
import { deployedAccount, freshAccount } from './accounts.ts';
import { doctorOfTests, wrong } from './examined.ts';
import type { ImitatedAccount } from './imitation.ts';

const { examined, template, imitation } = doctorOfTests();

/** A stage that mails its alarms, so that nothing at all is wrong with it. */
const mailed = (options?: Readonly<Record<string, unknown>>): Template => {
  const stage = template(options);
  const [, topic] = ['', { Ref: 'NoticeTopic' }];
  stage.Resources['NoticeSubscription'] = {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: topic, Protocol: 'email', Endpoint: 'ops@example.com' },
  };
  return stage;
};

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b2c3d-1111-2222-3333-444455556666';
const BOUNDARY = 'arn:aws:iam::111122223333:policy/ballast-boundary-dev';
const NETWORK = { vpcSubnetIds: 'subnet-0a1,subnet-0b2', vpcSecurityGroupIds: 'sg-0c3' };
const FOUND_NETWORK = { SubnetIds: ['subnet-0b2', 'subnet-0a1'], SecurityGroupIds: ['sg-0c3'] };
const WEB_ACL = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/mine/0a1b2c3d';
const DOMAIN = { domainName: 'api.example.com', certificateArn: CERTIFICATE };
const GOOD_KEY = { state: 'Enabled', usage: 'ENCRYPT_DECRYPT', spec: 'SYMMETRIC_DEFAULT' };

describe('an account in which all is well', () => {
  it('is ok in every check before the first deployment, in the order in which they are documented', async () => {
    const findings = await examined(freshAccount(), { compile: () => mailed() });
    expect(wrong(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(Object.keys(CHECKS));
  });

  it('is ok in every check where the stage runs, with a domain and a key', async () => {
    const stage = template({ ...DOMAIN, kmsKeyArn: KEY });
    const account = deployedAccount(stage, 'dev');
    account.keys.set(KEY, GOOD_KEY);
    account.certificates.set(CERTIFICATE, { status: 'ISSUED', names: ['*.example.com'] });
    account.domains.add('api.example.com');
    expect(wrong(await examined(account, { compile: () => stage }))).toEqual([]);
  });

  it('is ok in every check where the stage runs, with a boundary, a network and a web ACL', async () => {
    const stage = template({ permissionsBoundaryArn: BOUNDARY, ...NETWORK, webAclArn: WEB_ACL });
    const account = deployedAccount(stage, 'dev');
    account.policies.add(BOUNDARY);
    Object.assign(account, { network: FOUND_NETWORK, webAcl: WEB_ACL });
    expect(wrong(await examined(account, { compile: () => stage }))).toEqual([]);
  });

  it('is only read: nothing that is asked changes anything', async () => {
    const stage = template();
    await examined(deployedAccount(stage, 'dev'), { compile: () => stage });
    expect(imitation().asked.length).toBeGreaterThan(10);
    expect(imitation().asked.filter((one) => !/(?:^|\.|=)(?:Get|Describe|List)|^\/[^?]*$/.test(one))).toEqual([]);
  });
});

interface Fault {
  readonly title: string;
  /** Whether the stage is there already. */
  readonly isDeployed?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly plant: (account: ImitatedAccount) => void;
  readonly check: string;
  readonly verdict?: 'warn';
  readonly says: RegExp;
  /** The commands that mend it, one after the other. */
  readonly todo: readonly RegExp[];
}

const statusOf = (status: string) => (account: ImitatedAccount) => {
  if (account.stack !== null) Object.assign(account.stack, { status });
};

const FAULTS: readonly Fault[] = [
  {
    title: 'an account in which ten functions run at once',
    plant: (account) => Object.assign(account, { concurrency: 10, unreserved: 10 }),
    check: 'concurrency',
    says: /runs 10 functions at once/,
    todo: [
      /^aws service-quotas request-service-quota-increase .*L-B99A9384 --desired-value 1000 --region eu-central-1$/,
    ],
  },
  {
    title: 'an account whose few functions never ring the alarm about them',
    plant: (account) => Object.assign(account, { concurrency: 100, unreserved: 100 }),
    check: 'concurrency',
    verdict: 'warn',
    says: /100 functions at once/,
    todo: [/request-service-quota-increase/],
  },
  {
    title: 'an account whose functions have filled most of what their code may take',
    plant: (account) => Object.assign(account, { codeBytes: 61_000_000_000 }),
    check: 'code-storage',
    verdict: 'warn',
    says: /fill 61\.0 of 80\.5 GB/,
    todo: [/^docs\/rollback\.md/],
  },
  {
    title: 'an account whose API Gateway may not write logs',
    plant: (account) => Object.assign(account, { logRole: null }),
    check: 'log-role',
    says: /no role/,
    todo: [/^aws cloudformation deploy --stack-name ballast-account --template-file infra\/account\.yml/],
  },
  {
    title: 'a role for logs that is not there any more',
    plant: (account) => account.roles.clear(),
    check: 'log-role',
    says: /not there any more/,
    todo: [/--stack-name ballast-account/],
  },
  {
    title: 'the books of an earlier stage',
    plant: (account) => account.tables.set('ballast-dev-ledger', { isProtected: true, items: 7 }),
    check: 'tables',
    says: /ballast-dev-ledger \(about 7 items\)/,
    todo: [
      /create-backup/,
      /--no-deletion-protection-enabled/,
      /^aws dynamodb delete-table --table-name ballast-dev-ledger /,
    ],
  },
  {
    title: 'a ledger that was never restored',
    options: { ledgerTableName: 'ballast-dev-ledger-2' },
    plant: () => undefined,
    check: 'tables',
    says: /There is no table ballast-dev-ledger-2, which ledgerTableName names/,
    todo: [/^aws dynamodb list-tables /],
  },
  {
    title: 'a table of something else in the place of the ledger',
    options: { ledgerTableName: 'ballast-dev-ledger-2' },
    plant: (account) => account.tables.set('ballast-dev-ledger-2', { isProtected: true, items: 7, keys: ['id'] }),
    check: 'tables',
    says: /ballast-dev-ledger-2, which ledgerTableName names, is no table of a stage/,
    todo: [],
  },
  {
    title: 'a restored runs table without lifetimes and recovery',
    options: { runsTableName: 'ballast-dev-runs-2' },
    plant: (account) => account.tables.set('ballast-dev-runs-2', { isProtected: false, items: 7, keys: ['pk', 'sk'] }),
    check: 'tables',
    verdict: 'warn',
    says: /A restore has made ballast-dev-runs-2, and it lacks/,
    todo: [
      /update-continuous-backups --table-name ballast-dev-runs-2/,
      /update-time-to-live .*AttributeName=expiresAt'?/,
    ],
  },
  {
    title: 'a secret that waits for its deletion',
    plant: (account) => account.secrets.set('ballast/dev/anthropic', { value: '', deletedAt: 1_796_000_000 }),
    check: 'secrets',
    says: /ballast\/dev\/anthropic, which waits for its deletion/,
    todo: [/^aws secretsmanager delete-secret --secret-id ballast\/dev\/anthropic --force-delete-without-recovery/],
  },
  {
    title: 'a secret that a protected stage has left, with its value',
    plant: (account) => account.secrets.set('ballast/dev/anthropic', { value: 'canary-key', deletedAt: null }),
    check: 'secrets',
    says: /ballast\/dev\/anthropic outside the stack.*keep its value/,
    todo: [
      /^\(umask 077; aws secretsmanager get-secret-value --secret-id ballast\/dev\/anthropic .* > anthropic\.secret\)$/,
      /^aws secretsmanager delete-secret --secret-id ballast\/dev\/anthropic --force-delete-without-recovery/,
      /^After the deployment: npm run secret -- put anthropic --stage dev --region eu-central-1 < anthropic\.secret && rm/,
    ],
  },
  {
    title: 'a secret with a value that waits for its deletion',
    plant: (account) => account.secrets.set('ballast/dev/anthropic', { value: 'canary-key', deletedAt: 1_796_000_000 }),
    check: 'secrets',
    says: /ballast\/dev\/anthropic, which waits for its deletion/,
    todo: [/^aws secretsmanager restore-secret /, /get-secret-value/, /delete-secret/, /^After the deployment: /],
  },
  {
    title: 'a secret of the stack that somebody deleted',
    isDeployed: true,
    plant: (account) => Object.assign(account.secrets.get('ballast/dev/anthropic') ?? {}, { deletedAt: 1_796_000_000 }),
    check: 'secrets',
    says: /deleted by hand/,
    todo: [/^aws secretsmanager restore-secret --secret-id ballast\/dev\/anthropic /],
  },
  {
    title: 'a log group that a function left',
    plant: (account) => account.logGroups.add('/aws/lambda/ballast-dev-messages'),
    check: 'log-groups',
    says: /ballast-dev-messages/,
    todo: [/^aws logs delete-log-group --log-group-name \/aws\/lambda\/ballast-dev-messages /],
  },
  {
    title: 'a bucket for deployments that somebody deleted',
    isDeployed: true,
    plant: (account) => account.buckets.clear(),
    check: 'buckets',
    says: /deleted by hand/,
    todo: [/^aws s3 mb s3:\/\/serverlessdeploymentbucket /],
  },
  {
    title: 'a domain that another API has',
    options: DOMAIN,
    plant(account) {
      account.certificates.set(CERTIFICATE, { status: 'ISSUED', names: ['api.example.com'] });
      account.domains.add('api.example.com');
    },
    check: 'domain',
    says: /api\.example\.com outside the stack/,
    todo: [/delete-domain-name --domain-name api\.example\.com/],
  },
  {
    title: 'a certificate that nobody has proved',
    options: DOMAIN,
    plant: (account) =>
      account.certificates.set(CERTIFICATE, { status: 'PENDING_VALIDATION', names: ['api.example.com'] }),
    check: 'domain',
    says: /PENDING_VALIDATION/,
    todo: [/describe-certificate/],
  },
  {
    title: 'a certificate of another name',
    options: DOMAIN,
    plant: (account) => account.certificates.set(CERTIFICATE, { status: 'ISSUED', names: ['*.api.example.com'] }),
    check: 'domain',
    says: /not for api\.example\.com/,
    todo: [/describe-certificate/],
  },
  {
    title: 'a certificate that is not there',
    options: DOMAIN,
    plant: () => undefined,
    check: 'domain',
    says: /is not there/,
    todo: [/describe-certificate/],
  },
  {
    title: 'a certificate in another region',
    options: { ...DOMAIN, certificateArn: CERTIFICATE.replace('eu-central-1', 'us-east-1') },
    plant: () => undefined,
    check: 'domain',
    says: /in us-east-1, and the stage in eu-central-1/,
    todo: [/request-certificate --domain-name api\.example\.com .*--region eu-central-1$/],
  },
  ...[
    { state: 'Disabled', says: /Disabled/, todo: [/^aws kms enable-key --key-id arn:aws:kms:/] },
    { state: 'PendingDeletion', says: /waits for its deletion/, todo: [/cancel-key-deletion/, /enable-key/] },
  ].map(({ state, says, todo }): Fault => ({
    title: `a key that is ${state}`,
    options: { kmsKeyArn: KEY },
    plant: (account) => account.keys.set(KEY, { ...GOOD_KEY, state }),
    check: 'kms-key',
    says,
    todo,
  })),
  {
    title: 'a key that signs',
    options: { kmsKeyArn: KEY },
    plant: (account) => account.keys.set(KEY, { ...GOOD_KEY, usage: 'SIGN_VERIFY', spec: 'ECC_NIST_P256' }),
    check: 'kms-key',
    says: /symmetric/,
    todo: [],
  },
  {
    title: 'a key in another region',
    options: { kmsKeyArn: KEY.replace('eu-central-1', 'us-east-1') },
    plant: () => undefined,
    check: 'kms-key',
    says: /in us-east-1/,
    todo: [],
  },
  {
    title: 'a secret without a value',
    isDeployed: true,
    plant: (account) => account.secrets.set('ballast/dev/anthropic', { value: '', deletedAt: null }),
    check: 'secret-values',
    says: /anthropic has no value/,
    todo: [/^npm run secret -- put anthropic --stage dev --region eu-central-1$/],
  },
  {
    title: 'a secret of the wrong form',
    isDeployed: true,
    plant: (account) =>
      account.secrets.set('ballast/dev/alerts', { value: '{"slackWebhookUrl":"canary"}', deletedAt: null }),
    check: 'secret-values',
    says: /alerts has the wrong form/,
    todo: [/put alerts/],
  },
  {
    title: 'a key of another provider',
    isDeployed: true,
    plant: (account) => account.secrets.set('ballast/dev/anthropic', { value: 'canary-key', deletedAt: null }),
    check: 'secret-values',
    verdict: 'warn',
    says: /anthropic is unusual/,
    todo: [/put anthropic/],
  },
  {
    title: 'a stage that another project has deployed',
    plant: (account) => account.stack !== null && Object.assign(account.stack, { project: 'shop-agents' }),
    isDeployed: true,
    check: 'stack',
    says: /deployed from the project shop-agents, and this is ballast/,
    todo: [],
  },
  {
    title: 'a boundary that is not there',
    options: { permissionsBoundaryArn: BOUNDARY },
    plant: (account) => account.policies.add(`${BOUNDARY}-2`),
    check: 'boundary',
    says: /There is no policy .*ballast-boundary-dev, which permissionsBoundaryArn names/,
    todo: [/^aws iam list-policies --scope Local /],
  },
  {
    title: 'a boundary that these credentials may not look at',
    options: { permissionsBoundaryArn: BOUNDARY },
    plant: (account) => account.refuses.set('GetPolicy', 'AccessDenied'),
    check: 'boundary',
    verdict: 'warn',
    says: /it takes iam:GetPolicy/,
    todo: [],
  },
  {
    title: 'a network that no deployment has used yet',
    options: NETWORK,
    plant: () => undefined,
    check: 'network',
    verdict: 'warn',
    says: /would move to subnet-0a1, subnet-0b2, sg-0c3\. The doctor cannot ask/,
    todo: [
      /^aws ec2 describe-subnets --subnet-ids subnet-0a1 subnet-0b2 --region eu-central-1$/,
      /^aws ec2 describe-security-groups --group-ids sg-0c3 /,
    ],
  },
  {
    title: 'another network than the one that the functions run in',
    isDeployed: true,
    options: NETWORK,
    plant: (account) => Object.assign(account, { network: { ...FOUND_NETWORK, SecurityGroupIds: ['sg-0d4'] } }),
    check: 'network',
    verdict: 'warn',
    says: /would move to/,
    todo: [/describe-subnets/, /describe-security-groups/],
  },
  {
    title: 'a web ACL that is not before the stage yet',
    isDeployed: true,
    options: { webAclArn: WEB_ACL },
    plant: (account) => Object.assign(account, { webAcl: `${WEB_ACL}-2` }),
    check: 'web-acl',
    verdict: 'warn',
    says: /would put .*\/webacl\/mine\/0a1b2c3d before the stage/,
    todo: [/^aws wafv2 get-web-acl --scope REGIONAL --name mine --id 0a1b2c3d --region eu-central-1$/],
  },
  {
    title: 'a first deployment that failed',
    isDeployed: true,
    plant(account) {
      statusOf('ROLLBACK_COMPLETE')(account);
      for (const one of account.stack?.resources ?? []) one.status = 'DELETE_COMPLETE';
      account.tables.clear();
      account.secrets.clear();
      account.logGroups.clear();
      account.events.push(
        { id: 'ballast-dev', type: 'AWS::CloudFormation::Stack', status: 'ROLLBACK_COMPLETE', reason: '' },
        { id: 'ApiStage', type: 'AWS::ApiGateway::Stage', status: 'CREATE_FAILED', reason: 'CloudWatch Logs role ARN' },
        {
          id: 'RunsTable',
          type: 'AWS::DynamoDB::Table',
          status: 'CREATE_FAILED',
          reason: 'Resource creation cancelled',
        },
        { id: 'ballast-dev', type: 'AWS::CloudFormation::Stack', status: 'CREATE_IN_PROGRESS', reason: '' },
        { id: 'Old', type: 'AWS::X::Y', status: 'CREATE_FAILED', reason: 'of the change before' },
      );
    },
    check: 'stack',
    says: /is ROLLBACK_COMPLETE.*It failed at ApiStage: CloudWatch Logs role ARN\.$/,
    todo: [/^aws cloudformation delete-stack --stack-name ballast-dev /, /wait stack-delete-complete/],
  },
  {
    title: 'a change set that nobody executed, on a stack that is protected',
    isDeployed: true,
    plant(account) {
      account.stack = { name: 'ballast-dev', status: 'REVIEW_IN_PROGRESS', isProtected: true, resources: [] };
      for (const map of [account.tables, account.secrets, account.logGroups]) map.clear();
    },
    check: 'stack',
    says: /REVIEW_IN_PROGRESS/,
    todo: [/--no-enable-termination-protection/, /delete-stack/, /wait/],
  },
  {
    title: 'a deletion that failed at its bucket',
    isDeployed: true,
    plant: statusOf('DELETE_FAILED'),
    check: 'stack',
    says: /DELETE_FAILED/,
    todo: [/^aws s3 rm s3:\/\/serverlessdeploymentbucket --recursive/, /delete-stack/, /wait/],
  },
  {
    title: 'an update that could not be taken back',
    isDeployed: true,
    plant: statusOf('UPDATE_ROLLBACK_FAILED'),
    check: 'stack',
    says: /UPDATE_ROLLBACK_FAILED/,
    todo: [/^aws cloudformation continue-update-rollback --stack-name ballast-dev /, /wait stack-rollback-complete/],
  },
  {
    title: 'a deployment that is under way',
    isDeployed: true,
    plant: statusOf('UPDATE_IN_PROGRESS'),
    check: 'stack',
    says: /somebody deploys just now/,
    todo: [/wait stack-update-complete --stack-name ballast-dev/],
  },
  {
    title: 'an update that was taken back',
    isDeployed: true,
    plant: statusOf('UPDATE_ROLLBACK_COMPLETE'),
    check: 'stack',
    verdict: 'warn',
    says: /can be deployed to/,
    todo: [],
  },
];

describe('a planted fault', () => {
  it.each(FAULTS)('$title is found by its name, alone, with what mends it', async (fault) => {
    const stage = fault.isDeployed === true ? template(fault.options) : mailed(fault.options);
    const account = fault.isDeployed === true ? deployedAccount(stage, 'dev') : freshAccount();
    fault.plant(account);
    const findings = await examined(account, { compile: () => stage });
    const found = wrong(findings).filter(({ check }) => check !== 'alarm-target');
    expect(found.map(({ check, verdict }) => [check, verdict])).toEqual([[fault.check, fault.verdict ?? 'fail']]);
    const [{ says = '', todo = [] } = {}] = found;
    expect(says).toMatch(fault.says);
    expect(todo).toHaveLength(fault.todo.length);
    fault.todo.forEach((each, at) => expect(todo[at]).toMatch(each));
    expect(JSON.stringify(findings)).not.toContain('canary');
  });
});
