import { beforeAll, describe, expect, it } from 'vitest';
import DeclareOptions, { declareOptions } from '../../scripts/declare-options.ts';
import { readStageOptions } from '../../scripts/stage/stage-options.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { DEFAULTS, EVERYTHING, only, service } from './stage-options.ts';
import { at, ofType, plant, resource, type Template } from './template.ts';

type Set = Readonly<Record<string, unknown>>;

/** The template of prod with these options, and nothing else of what its own are. */
const withOptions = async (set: Set): Promise<Template> => {
  const template = await packagedTemplate('prod');
  declareOptions(template as never, only(set));
  return template;
};

const propertiesOf = (template: Template, type: string) =>
  ofType(template, type).map(([, { Properties }]) => Properties);
const settingsOf = (template: Template) =>
  at(resource(template, 'ApiStage'), 'Properties', 'MethodSettings') as Readonly<Record<string, unknown>>[];

/** `GET /admin/tenants` of each setting that has a path, with its two limits. */
const limitsOf = (template: Template): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    settingsOf(template).map((each) => [
      `${String(each['HttpMethod'])} ${String(each['ResourcePath']).replace(/^\/~1/, '/').replaceAll('~1', '/')}`,
      [each['ThrottlingRateLimit'], each['ThrottlingBurstLimit']].map(Number),
    ]),
  );

/** What only an option brings into a template. */
const ONLY_BY_OPTION =
  /WAFv2|ApiGateway::DomainName|BasePathMapping|PermissionsBoundary|VpcConfig|CapacityProvider|KmsKeyId|KMSMasterKeyId|kms:|ec2:|DisableExecuteApiEndpoint|execute-api:\/|DomainTarget/;

beforeAll(packaged);

describe('options of a stage that are not set', () => {
  it.each(STAGES)('leave out of the template of %s what they would bring', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(ONLY_BY_OPTION.exec(JSON.stringify(template))).toBeNull();
    expect(template.Resources['ApiGatewayRestApi']?.Properties['Policy']).toBe('');
  });

  it('change nothing in a template at all', async () => {
    const template = await packagedTemplate('prod');
    declareOptions(template as never, only({}));
    expect(template).toEqual(await packagedTemplate('prod'));
  });

  it('would show one that is made all the same', async () => {
    const shown = ONLY_BY_OPTION.exec(JSON.stringify(await withOptions(EVERYTHING)));
    expect(shown).not.toBeNull();
  });

  it('are each a parameter of the stage by its own name', () => {
    const names = Object.keys(DEFAULTS);
    expect(service.custom.stageOptions).toEqual(Object.fromEntries(names.map((name) => [name, `\${param:${name}}`])));
    expect(names.filter((name) => DEFAULTS[name] === undefined)).toEqual([]);
    expect(readStageOptions(DEFAULTS)).toMatchObject({ permissionsBoundaryArn: null, tags: {} });
  });
});

describe('the limits of requests', () => {
  it('are apart for administration, health and pages, on each path and method that they answer', async () => {
    const limits = limitsOf(await packagedTemplate('prod'));
    const { '* /*': others, ...apart } = limits;
    expect(others).toEqual([500, 1_000]);
    const groups = Object.groupBy(Object.keys(apart), (each) => {
      if (each.includes(' /admin/')) return 'admin';
      return each.includes(' /health') ? 'health' : 'page';
    });
    expect(groups.health).toEqual(['GET /health', 'HEAD /health', 'GET /health/live', 'HEAD /health/live']);
    expect(groups.page?.toSorted()).toEqual(
      ['/', '/console', '/docs', '/openapi.json'].flatMap((path) => [`GET ${path}`, `HEAD ${path}`]).toSorted(),
    );
    expect(groups.admin).toEqual(
      expect.arrayContaining([
        'PUT /admin/tenants/{tenantId}',
        'POST /admin/tenants/{tenantId}/runs/cancel',
        'PUT /admin/circuits/{name+}',
        'DELETE /admin/tenants/{tenantId}/users/{userId+}',
        'GET /admin/usage',
      ]),
    );
    for (const name of groups.admin ?? []) expect([name, apart[name]]).toEqual([name, [10, 20]]);
    for (const name of groups.health ?? []) expect([name, apart[name]]).toEqual([name, [20, 40]]);
    for (const name of groups.page ?? []) expect([name, apart[name]]).toEqual([name, [10, 20]]);
  });

  it('are known of every path of administration', async () => {
    const template = await packagedTemplate('dev');
    const paths = new Set(Object.keys(limitsOf(template)).map((each) => each.slice(each.indexOf(' ') + 1)));
    const { functions } = service as unknown as {
      functions: Record<string, { events?: { http?: { path: string } }[] }>;
    };
    const administration = Object.values(functions)
      .flatMap(({ events = [] }) => events.flatMap(({ http }) => (http === undefined ? [] : [http.path])))
      .filter((path) => path.startsWith('/admin/'));
    expect(administration.length).toBeGreaterThan(10);
    expect(administration.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('log no more than others do, and paths that cost have none of their own', async () => {
    const settings = settingsOf(await packagedTemplate('dev'));
    expect(settings.filter((each) => each['LoggingLevel'] !== 'OFF' || each['DataTraceEnabled'] !== false)).toEqual([]);
    expect(settings.filter((each) => /~1(?:agent|v1|sessions)/.test(String(each['ResourcePath'])))).toEqual([]);
  });

  it('of a group that is not set are those of all others', async () => {
    const template = plant(await packagedTemplate('prod'), ['ApiStage', 'Properties', 'MethodSettings'], []);
    declareOptions(template as never, only({ healthRequestsPerSecond: 5, healthRequestBurst: 6 }));
    expect(Object.keys(limitsOf(template)).every((each) => each.includes('/health'))).toBe(true);
    expect(limitsOf(template)['GET /health']).toEqual([5, 6]);
  });
});

describe('TLS', () => {
  it.each(STAGES)('is 1.2 or newer in %s', async (stage) => {
    const { Properties } = resource(await packagedTemplate(stage), 'ApiGatewayRestApi');
    expect(Properties).toMatchObject({
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_2021_06',
      EndpointAccessMode: 'BASIC',
    });
  });

  it('of the kind before has no mode, and a domain has it whatever the API has', async () => {
    const { domainName, certificateArn } = EVERYTHING;
    const template = await withOptions({ domainName, certificateArn });
    expect(resource(template, 'ApiDomain').Properties['SecurityPolicy']).toBe('TLS_1_2');
    const legacy = await withOptions({ domainName, certificateArn, tlsPolicy: 'TLS_1_2' });
    expect(resource(legacy, 'ApiDomain').Properties).not.toHaveProperty('EndpointAccessMode');
  });
});

describe('a domain of the operator', () => {
  it('leads to the stage, and its target is an output', async () => {
    const template = await withOptions({ ...EVERYTHING, disableDefaultEndpoint: false });
    expect(resource(template, 'ApiDomain').Properties).toEqual({
      DomainName: 'api.example.com',
      RegionalCertificateArn: EVERYTHING['certificateArn'],
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_2021_06',
      EndpointAccessMode: 'BASIC',
    });
    expect(resource(template, 'ApiDomainMapping').Properties['Stage']).toEqual({ Ref: 'ApiStage' });
    expect(Object.keys(template.Outputs ?? {})).toEqual(expect.arrayContaining(['ServiceEndpoint', 'DomainTarget']));
    expect(resource(template, 'ApiGatewayRestApi').Properties).not.toHaveProperty('DisableExecuteApiEndpoint');
  });

  it('can be the only name of the API', async () => {
    const { Properties } = resource(await withOptions(EVERYTHING), 'ApiGatewayRestApi');
    expect(Properties['DisableExecuteApiEndpoint']).toBe(true);
  });
});

describe('the policy of the API', () => {
  const policyOf = async (set: Set) =>
    at(resource(await withOptions(set), 'ApiGatewayRestApi'), 'Properties', 'Policy', 'Statement') as Set[];

  it('refuses administration to all other addresses, and lets everybody do the rest', async () => {
    const [open, admin, ...more] = await policyOf({ adminIps: '203.0.113.7, 10.0.0.0/8' });
    expect(open).toMatchObject({ Effect: 'Allow', Principal: '*', Resource: 'execute-api:/*' });
    expect(admin).toEqual({
      Effect: 'Deny',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*/*/admin/*',
      Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.7', '10.0.0.0/8'] } },
    });
    expect(more).toEqual([]);
  });

  it('refuses everything to all other addresses, and takes statements of the operator', async () => {
    const { allowedIps, resourcePolicy } = EVERYTHING;
    const [, everything, own] = await policyOf({ allowedIps, resourcePolicy });
    expect(everything).toMatchObject({ Effect: 'Deny', Resource: 'execute-api:/*/*/*' });
    expect([own]).toEqual(JSON.parse(String(resourcePolicy)));
  });
});

describe('a web ACL', () => {
  it('refuses an address that sends too much, stands before the stage, and keeps no request', async () => {
    const template = await withOptions({ wafRequestsPerFiveMinutes: '2000' });
    const { Properties } = resource(template, 'WebAcl');
    expect(at(Properties, 'Rules', 0)).toMatchObject({
      Statement: { RateBasedStatement: { Limit: 2_000, AggregateKeyType: 'IP', EvaluationWindowSec: 300 } },
      Action: { Block: {} },
    });
    expect(JSON.stringify(Properties)).not.toContain('"SampledRequestsEnabled":true');
    expect(resource(template, 'WebAclAssociation')).toMatchObject({
      DependsOn: ['ApiStage'],
      Properties: {
        WebACLArn: { 'Fn::GetAtt': ['WebAcl', 'Arn'] },
        ResourceArn: {
          'Fn::Sub': 'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${ApiGatewayRestApi}/stages/prod',
        },
      },
    });
  });

  it('of the operator is put before the stage as it is', async () => {
    const webAclArn = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/mine/0a1b';
    const template = await withOptions({ webAclArn });
    expect(template.Resources['WebAcl']).toBeUndefined();
    expect(resource(template, 'WebAclAssociation').Properties['WebACLArn']).toBe(webAclArn);
  });
});

describe('what surrounds the functions', () => {
  it('is a boundary of every role', async () => {
    const { permissionsBoundaryArn } = EVERYTHING;
    const template = await withOptions({ permissionsBoundaryArn });
    const boundaries = propertiesOf(template, 'AWS::IAM::Role').map((role) => role['PermissionsBoundary']);
    expect(boundaries.length).toBeGreaterThan(20);
    expect(new Set(boundaries)).toEqual(new Set([permissionsBoundaryArn]));
  });

  it('is a network of the operator, into which Lambda may put them', async () => {
    const { vpcSubnetIds, vpcSecurityGroupIds } = EVERYTHING;
    const template = await withOptions({ vpcSubnetIds, vpcSecurityGroupIds });
    const functions = propertiesOf(template, 'AWS::Lambda::Function');
    expect(functions.length).toBe(propertiesOf(await packagedTemplate('prod'), 'AWS::Lambda::Function').length);
    for (const { VpcConfig } of functions)
      expect(VpcConfig).toEqual({
        SubnetIds: ['subnet-0a1b2c3d', 'subnet-4e5f6a7b'],
        SecurityGroupIds: ['sg-0a1b2c3d'],
      });
    const attaching = ofType(template, 'AWS::IAM::Role').filter(([, role]) =>
      JSON.stringify(role).includes('ec2:CreateNetworkInterface'),
    );
    expect(attaching).toHaveLength(functions.length);
  });

  it('is a key of the operator for tables, secrets and logs, which the functions may use through these alone', async () => {
    const { kmsKeyArn } = EVERYTHING;
    const template = await withOptions({ kmsKeyArn });
    const keyOf = { 'AWS::SecretsManager::Secret': 'KmsKeyId', 'AWS::Logs::LogGroup': 'KmsKeyId' };
    for (const [type, name] of Object.entries(keyOf))
      for (const each of propertiesOf(template, type)) expect(each[name]).toBe(kmsKeyArn);
    for (const table of propertiesOf(template, 'AWS::DynamoDB::Table'))
      expect(table['SSESpecification']).toEqual({ SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKeyArn });
    const using = ofType(template, 'AWS::IAM::Role').filter(([, role]) => JSON.stringify(role).includes('kms:Decrypt'));
    // The functions that show pages and the description of the API have neither items nor secrets.
    expect(using).toHaveLength(propertiesOf(template, 'AWS::Lambda::Function').length - 2);
    for (const [, role] of using) expect(JSON.stringify(role)).toContain('kms:ViaService');
  });

  it('is within what IAM takes of the policies of a role', async () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10,240 characters, white space not counted.
    for (const { Policies = [] } of propertiesOf(await withOptions(EVERYTHING), 'AWS::IAM::Role'))
      expect(JSON.stringify(Policies).length).toBeLessThan(10_240);
  });

  it('is tags of the stack and so of all its resources, from the deployment on and in a rollback', () => {
    const provider = { compiledCloudFormationTemplate: { Resources: {} } };
    const plugin = (stageOptions: Set) => new DeclareOptions({ service: { provider, custom: { stageOptions } } }).hooks;
    plugin(DEFAULTS)['before:deploy:deploy']?.();
    expect(provider).not.toHaveProperty('stackTags');
    for (const hook of ['before:deploy:deploy', 'before:rollback:rollback']) {
      plugin(EVERYTHING)[hook]?.();
      expect(provider).toMatchObject({ stackTags: { team: 'ai', env: 'x' } });
    }
  });
});

describe('functions of their own size', () => {
  const sizeOf = (template: Template, name: string) => {
    const [found] = propertiesOf(template, 'AWS::Lambda::Function').filter(
      ({ FunctionName }) => FunctionName === `ballast-prod-${name}`,
    );
    return [found?.['MemorySize'], found?.['ReservedConcurrentExecutions']];
  };

  it('have memory and concurrency that are kept for them, and the others what they had', async () => {
    const template = await withOptions({ functionMemoryMb: 'messages=1024', functionConcurrency: 'health=5,admin=2' });
    expect(sizeOf(template, 'messages')).toEqual([1024, undefined]);
    expect(sizeOf(template, 'health')).toEqual([512, 5]);
    expect(sizeOf(template, 'admin')).toEqual([512, 2]);
    const touched = ofType(template, 'AWS::Lambda::Function').filter(
      ([id, { Properties }]) => id !== 'ExecuteDashrunLambdaFunction' && 'ReservedConcurrentExecutions' in Properties,
    );
    expect(touched).toHaveLength(2);
  });

  it('are found by their names whatever the stage is called', async () => {
    const text = JSON.stringify(await packagedTemplate('prod')).replaceAll('ballast-prod', 'ballast-prod-eu-2');
    const template = JSON.parse(text) as Template;
    const { vpcSubnetIds, vpcSecurityGroupIds } = EVERYTHING;
    const instances = { managedInstanceFunctions: 'messages', managedInstanceMaxVcpus: 12 };
    const sizes = { functionMemoryMb: 'health=1024', functionConcurrency: 'health=5' };
    declareOptions(template as never, only({ ...sizes, ...instances, vpcSubnetIds, vpcSecurityGroupIds }));
    expect(sizeOf(template, 'eu-2-health')).toEqual([1024, 5]);
    expect(sizeOf(template, 'eu-2-messages')).toEqual([2048, undefined]);
    expect(resource(template, 'CapacityProvider').Properties['CapacityProviderName']).toBe('ballast-prod-eu-2');
  });

  it('are functions of the stage: another name stops the packaging, and so does what has a parameter of its own', async () => {
    await expect(withOptions({ functionMemoryMb: 'message=1024' })).rejects.toThrow(
      /^functionMemoryMb names message, but the functions are admin, .*messages/,
    );
    await expect(withOptions({ functionConcurrency: 'execute-run=5' })).rejects.toThrow('parameter runConcurrency');
  });
});

describe('alarms that take a deployment back', () => {
  const watched = (set: Set) => {
    const provider = { compiledCloudFormationTemplate: {} as never };
    const options = new DeclareOptions({ service: { custom: { stageOptions: { ...DEFAULTS, ...set } }, provider } });
    options.hooks['before:deploy:deploy']?.();
    return (provider as { rollbackConfiguration?: unknown }).rollbackConfiguration;
  };

  it('go with the change of the stack, and without them nothing does', () => {
    const { rollbackAlarmArns } = EVERYTHING;
    expect(watched({ rollbackAlarmArns, rollbackMinutes: 10 })).toEqual({
      RollbackTriggers: [{ Arn: rollbackAlarmArns, Type: 'AWS::CloudWatch::Alarm' }],
      MonitoringTimeInMinutes: 10,
    });
    expect(watched({})).toBeUndefined();
  });
});

describe('a parameter that is not as it should be', () => {
  it.each<[name: string, value: unknown, says: string]>([
    ['tlsPolicy', 'TLS_1_0', 'for TLS 1.2 and newer'],
    ['tlsPolicy', 'SecurityPolicy_TLS13_2025_EDGE', 'for TLS 1.2 and newer'],
    ['adminRequestsPerSecond', 'many', 'a whole number'],
    ['wafRequestsPerFiveMinutes', 9, 'from 10'],
    ['webAclArn', 'arn:aws:wafv2:us-east-1:1:global/webacl/a/b', 'regional web ACL'],
    ['allowedIps', '203.0.113.0/33', 'addresses or ranges'],
    ['adminIps', 'office', 'addresses or ranges'],
    ['resourcePolicy', '{', 'a JSON array'],
    ['resourcePolicy', '[{"Effect":"Maybe","Principal":"*","Action":"execute-api:Invoke"}]', 'a JSON array'],
    ['resourcePolicy', '[{"Effect":"Deny","Action":"execute-api:Invoke"}]', 'a Principal'],
    ['resourcePolicy', '[{"Effect":"Deny","Principal":"*"}]', 'an Action'],
    ['domainName', 'https://api.example.com', 'a host name'],
    ['certificateArn', 'cert', 'certificate of ACM'],
    ['disableDefaultEndpoint', 'yes', 'true or false'],
    ['permissionsBoundaryArn', 'boundary', 'a policy of IAM'],
    ['kmsKeyArn', 'alias/mine', 'a key of KMS'],
    ['vpcSubnetIds', 'vpc-1', 'ids of subnets'],
    ['vpcSecurityGroupIds', 'default', 'ids of security groups'],
    ['tags', 'team', 'pairs as team=ai'],
    ['tags', 'aws:team=ai', 'pairs as team=ai'],
    ['functionMemoryMb', 'messages=127', '128 to 10240 MB'],
    ['functionMemoryMb', 'messages=10241', '128 to 10240 MB'],
    ['functionConcurrency', 'health=0', '1 to 10000 requests'],
    ['functionConcurrency', 'health', '1 to 10000 requests'],
    ['rollbackAlarmArns', 'ballast-prod-errors', 'ARNs of one to five alarms'],
    ['rollbackAlarmArns', Array(6).fill(EVERYTHING['rollbackAlarmArns']).join(','), 'ARNs of one to five alarms'],
    ['rollbackMinutes', 181, 'from 0 to 180'],
  ])('stops the packaging by the name of %s', (name, value, says) => {
    expect(() => readStageOptions({ ...DEFAULTS, [name]: value })).toThrow(new RegExp(`^${name} must be .*${says}`));
  });

  it.each<[missing: string, set: Set, says: string]>([
    ['a certificate', { domainName: 'api.example.com' }, 'domainName and certificateArn'],
    ['another name', { disableDefaultEndpoint: true }, 'nothing would lead to the API'],
    ['a security group', { vpcSubnetIds: 'subnet-0a' }, 'vpcSubnetIds and vpcSecurityGroupIds'],
    [
      'a time to watch',
      { rollbackAlarmArns: EVERYTHING['rollbackAlarmArns'] },
      'rollbackAlarmArns and rollbackMinutes',
    ],
    ['a burst', { healthRequestBurst: '' }, 'healthRequestsPerSecond and healthRequestBurst'],
    [
      'a decision between two web ACLs',
      { wafRequestsPerFiveMinutes: 100, webAclArn: 'arn:aws:wafv2:eu-central-1:1:regional/webacl/a/b' },
      'one web ACL',
    ],
  ])('stops it where %s is missing', (_missing, set, says) => {
    expect(() => readStageOptions({ ...DEFAULTS, ...set })).toThrow(says);
  });
});
