import { describe, expect, it } from 'vitest';
import { EVERYTHING } from '../template/stage-options.ts';
import { readDeclaredStage } from './declared-stage.ts';
import { EVERYTHING_SET, LITTLE_SET } from './environment.ts';
import { unbounded } from './judge.ts';
import { onBehalf } from './on-behalf.ts';
import { allows, type AwsRequest, grantsOf, isGranted, matches } from './policy.ts';
import type { RecordedRequest } from './recorded-aws.ts';

const LEDGER = { 'Fn::GetAtt': ['LedgerTable', 'Arn'] };
const KEYS = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['budget#*', 'tenants'] } };
const KEYED = { ...KEYS, Null: { 'dynamodb:LeadingKeys': 'false' } };
const READ = { Sid: 'Read', Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: LEDGER };

const asked = (over: Partial<AwsRequest> = {}): AwsRequest => ({
  action: 'dynamodb:GetItem',
  resource: 'LedgerTable',
  leadingKeys: ['budget#acme'],
  ...over,
});

describe('a statement', () => {
  it.each<[string, object, AwsRequest, boolean]>([
    ['one of its actions', READ, asked(), true],
    ['another action', READ, asked({ action: 'dynamodb:PutItem' }), false],
    ['an action by a wildcard', { ...READ, Action: 'dynamodb:*Item' }, asked(), true],
    ['another table', READ, asked({ resource: 'RunsTable' }), false],
    ['an index of its table', READ, asked({ resource: 'LedgerTable/index/byTenant' }), false],
    [
      'the index that it names',
      { ...READ, Resource: { 'Fn::Sub': '${RunsTable.Arn}/index/byTenant' } },
      asked({ resource: 'RunsTable/index/byTenant' }),
      true,
    ],
    ['a key that a pattern matches', { ...READ, Condition: KEYED }, asked(), true],
    ['a key that is listed', { ...READ, Condition: KEYED }, asked({ leadingKeys: ['tenants'] }), true],
    ['another key', { ...READ, Condition: KEYED }, asked({ leadingKeys: ['usage#acme'] }), false],
    [
      'several keys, one of them another',
      { ...READ, Condition: KEYED },
      asked({ leadingKeys: ['tenants', 'x'] }),
      false,
    ],
    ['no key, where each has to match', { ...READ, Condition: KEYS }, asked({ leadingKeys: null }), true],
    ['no key, where there has to be one', { ...READ, Condition: KEYED }, asked({ leadingKeys: null }), false],
  ])('decides on %s as IAM does', (_what, statement, request, isAllowed) => {
    expect(allows(statement, request)).toBe(isAllowed);
  });

  it.each<[string, object]>([
    ['that neither allows nor denies', { ...READ, Effect: 'Maybe' }],
    ['with an element of another kind', { ...READ, NotAction: 'x' }],
    ['with an operator that is not known', { ...READ, Condition: { StringLike: KEYS['ForAllValues:StringLike'] } }],
    ['with a key that is not known', { ...READ, Condition: { Null: { 'aws:SourceIp': 'true' } } }],
    ['with a key by another operator', { ...READ, Condition: { StringLike: { 'kms:ViaService': '*' } } }],
  ])('%s is not guessed at', (_what, statement) => {
    expect(() => allows(statement, asked())).toThrow('No known');
  });

  it('holds of the service through which a key is used, and of no direct use', () => {
    const through = {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: 'key',
      Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'dynamodb.${AWS::Region}.${AWS::URLSuffix}' } } },
    };
    const direct: AwsRequest = { action: 'kms:Decrypt', resource: 'key', leadingKeys: null };
    const using = (service: string): AwsRequest => ({
      ...direct,
      context: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` },
    });
    expect([using('dynamodb'), using('s3'), direct].map((each) => allows(through, each))).toEqual([true, false, false]);
    expect(grantsOf(through)).toEqual([
      { action: 'kms:Decrypt', resource: 'key', key: 'dynamodb.us-east-1.amazonaws.com' },
    ]);
  });

  it('that denies wins over those that allow, and grants nothing', () => {
    const denial = { ...READ, Effect: 'Deny', Condition: { ArnEquals: { 'lambda:SourceFunctionArn': 'arn' } } };
    const by = (arn: string) => asked({ context: { 'lambda:SourceFunctionArn': arn } });
    expect([asked(), by('arn'), by('other')].map((each) => isGranted([READ, denial], each))).toEqual([
      true,
      false,
      true,
    ]);
    expect([isGranted([denial], by('other')), isGranted([], asked()), grantsOf(denial)]).toEqual([false, false, []]);
  });

  it('grants each of its actions on each of its keys', () => {
    expect(grantsOf({ ...READ, Condition: KEYED }).map(({ action, key }) => `${action} ${String(key)}`)).toEqual([
      'dynamodb:GetItem budget#*',
      'dynamodb:GetItem tenants',
      'dynamodb:Query budget#*',
      'dynamodb:Query tenants',
    ]);
  });

  it('matches by the wildcards of IAM, and by nothing else', () => {
    expect(matches('*/run_*', 'acme/run_1')).toBe(true);
    expect([matches('a.c', 'abc'), matches('a?c', 'abc'), matches('key#*', 'tenant-key#x')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('the roles of infra/', () => {
  const { statements } = readDeclaredStage();

  it('bound what they grant of each table by kinds of items', () => {
    expect(statements.size).toBeGreaterThan(20);
    expect(unbounded(statements)).toEqual([]);
  });

  it('grant nothing of a table to a request that names no key', () => {
    const keyless = [...statements].flatMap(([name, own]) =>
      own.flatMap((statement) =>
        grantsOf(statement)
          .filter(({ key }) => key !== null)
          .filter((grant) => allows(statement, { ...grant, leadingKeys: null }))
          .map(({ action, resource }) => `${name}: ${action} ${resource}`),
      ),
    );
    expect(keyless).toEqual([]);
  });

  it('would show a table without bounds, and a pattern of more than one kind', () => {
    const wide = (Condition?: object) =>
      unbounded(new Map([['health', [{ ...READ, ...(Condition && { Condition }) }]]]));
    const of = (key: string) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [key] } });
    expect(wide()).toEqual(['health: dynamodb:GetItem LedgerTable', 'health: dynamodb:Query LedgerTable']);
    expect(wide(of('*'))).toContain('health: dynamodb:GetItem LedgerTable *');
    expect(wide(of('usage*'))).toContain('health: dynamodb:GetItem LedgerTable usage*');
    expect(wide(of('*#*'))).toContain('health: dynamodb:GetItem LedgerTable *#*');
    expect(wide(of('usage#*'))).toEqual([]);
    expect(wide(of('alert#flaps'))).toEqual([]);
  });
});

describe('the grants of a stage with every option', () => {
  const { statements, template } = readDeclaredStage('dev', EVERYTHING_SET);
  const functions = [...statements.keys()];
  const ask = (by: string, action: string): RecordedRequest => ({ by, action, resource: 'x', leadingKeys: null });
  /** As if each function had asked for items and secrets. */
  const all = functions.flatMap((name) => [ask(name, 'dynamodb:GetItem'), ask(name, 'secretsmanager:GetSecretValue')]);
  const inTheirNames = onBehalf(template, functions, all);
  const granted = (requests: readonly RecordedRequest[]): string[] =>
    requests
      .filter((request) => isGranted(statements.get(request.by) ?? [], request))
      .map(({ by, action, resource }) => `${by}: ${action} ${resource}`);

  it('let services use the key for who may ask these services, and nobody use it otherwise', () => {
    const ofKey = inTheirNames.filter(({ action }) => action.startsWith('kms:'));
    const may = (name: string, service: string) =>
      (statements.get(name) ?? []).flatMap(grantsOf).some(({ action }) => action.startsWith(`${service}:`));
    const users = (service: string) =>
      ofKey
        .filter(({ context }) => context?.['kms:ViaService']?.startsWith(service))
        .filter((request) => isGranted(statements.get(request.by) ?? [], request))
        .map(({ by }) => by);
    for (const service of ['dynamodb', 'secretsmanager'])
      expect([...new Set(users(service))]).toEqual(functions.filter((name) => may(name, service)));
    expect(users('dynamodb')).not.toContain('console');
    const through = (service: string) => ({ 'kms:ViaService': `${service}.us-east-1.amazonaws.com` });
    const others = ofKey.flatMap(({ context: _, ...request }) => [
      request,
      ...['s3', 'sqs', 'logs', 'ssm'].map((service) => ({ ...request, context: through(service) })),
      { ...request, context: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' } },
    ]);
    expect(others.length).toBeGreaterThan(100);
    expect(granted(others)).toEqual([]);
    const [, key = ''] = /(key\/.*)$/.exec(String(EVERYTHING['kmsKeyArn'])) ?? [];
    const onAnother = ofKey.map((each) => ({ ...each, resource: each.resource.replace(key, 'key/other') }));
    expect(granted(onAnother)).toEqual([]);
    // A secret is only read.
    const written = ofKey
      .filter(({ action }) => action !== 'kms:Decrypt')
      .map((each) => ({ ...each, context: through('secretsmanager') }));
    expect(granted(written)).toEqual([]);
  });

  it('let Lambda attach each function that is not on instances to the network, in its region, and their own code do nothing of it', () => {
    const ofNetwork = inTheirNames.filter(({ action }) => action.startsWith('ec2:'));
    expect(granted(ofNetwork)).toHaveLength(ofNetwork.length);
    const onInstances = String(EVERYTHING['managedInstanceFunctions']).split(', ');
    expect(new Set(ofNetwork.map(({ by }) => by))).toEqual(new Set(functions).difference(new Set(onInstances)));
    expect(functions.filter((name) => JSON.stringify(statements.get(name)).includes('ec2:'))).not.toEqual(
      expect.arrayContaining(onInstances),
    );
    const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:ballast-dev-${name}`;
    const byThemselves = ofNetwork.map((each) => ({ ...each, context: { 'lambda:SourceFunctionArn': arn(each.by) } }));
    expect(granted(byThemselves)).toEqual([]);
    const elsewhere = ofNetwork.filter(({ resource }) => resource !== '*');
    expect(
      granted(elsewhere.map((each) => ({ ...each, resource: each.resource.replace('us-east-1', 'eu-west-1') }))),
    ).toEqual([]);
  });

  it('end in a wildcard only where AWS takes nothing less', () => {
    const wild = functions
      .flatMap((name) => (statements.get(name) ?? []).flatMap(grantsOf))
      .filter(({ action, resource }) => action.includes('*') || resource.includes('*'))
      .map(({ action, resource }) => `${action} ${resource}`);
    const executions = 'arn:aws:lambda:us-east-1:000000000000:function:ballast-dev-execute-run:*';
    expect([...new Set(wild)].toSorted()).toEqual(
      [
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html: what looks has no resource.
        'ec2:DescribeNetworkInterfaces *',
        'ec2:DescribeSubnets *',
        // Interfaces that Lambda makes have no ids before; a subnet may be another account's.
        'ec2:AssignPrivateIpAddresses arn:aws:ec2:us-east-1:*:*/*',
        'ec2:CreateNetworkInterface arn:aws:ec2:us-east-1:*:*/*',
        'ec2:DeleteNetworkInterface arn:aws:ec2:us-east-1:*:*/*',
        'ec2:UnassignPrivateIpAddresses arn:aws:ec2:us-east-1:*:*/*',
        // The version of the function, which its ARN has, is known after the deployment only.
        `lambda:CheckpointDurableExecution ${executions}`,
        `lambda:GetDurableExecutionState ${executions}`,
        `lambda:SendDurableExecutionCallbackSuccess ${executions}`,
      ].toSorted(),
    );
  });

  it('are more than those of a stage without options by what the options need, and by nothing else', () => {
    const grants = (of: ReadonlyMap<string, readonly unknown[]>) =>
      [...of].flatMap(([name, own]) =>
        own.flatMap(grantsOf).map(({ action, resource, key }) => `${name}: ${action} ${resource} ${String(key)}`),
      );
    const [few, many] = [grants(readDeclaredStage('dev', LITTLE_SET).statements), grants(statements)];
    expect(few.filter((grant) => !many.includes(grant))).toEqual([]);
    const more = many.filter((grant) => !few.includes(grant));
    const needed = /: (?:kms:|ec2:|sns:Publish NoticeTopic |\S+ (?:Jwt|Webhook|Otlp)Secret )/;
    expect(more.filter((grant) => !needed.test(grant))).toEqual([]);
    for (const secret of ['JwtSecret', 'WebhookSecret', 'OtlpSecret', 'NoticeTopic'])
      expect(more.filter((grant) => grant.includes(secret))).not.toEqual([]);
  });
});
