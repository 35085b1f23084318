import { at, ofType, resource, type Template } from '../template/template.ts';
import type { AwsRequest, ContextKey } from './policy.ts';
import type { RecordedRequest } from './recorded-aws.ts';

/*
 * What services of AWS ask in the name of a function, by its role. No test can see it, so it is here as AWS documents it, and
 * follows from what the test does see.
 */

/**
 * DynamoDB and Secrets Manager use the key of what they hold for whoever asks them. The least that DynamoDB wants, but for
 * grants and re-encryption, which are for who makes a table:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html. What a secret is read with:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html.
 */
const BY_KEY: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
  secretsmanager: ['kms:Decrypt'],
};

const keyOf = (template: Template, service: string): string | null => {
  const key =
    service === 'dynamodb'
      ? at(resource(template, 'LedgerTable').Properties, 'SSESpecification', 'KMSMasterKeyId')
      : at(resource(template, 'AnthropicSecret').Properties, 'KmsKeyId');
  return typeof key === 'string' ? key : null;
};

const asked = (by: string, action: string, on: string, context: AwsRequest['context'] = {}): RecordedRequest => ({
  by,
  action,
  resource: on,
  leadingKeys: null,
  context,
});

const through = (service: string): Partial<Record<ContextKey, string>> => ({
  'kms:ViaService': `${service}.us-east-1.amazonaws.com`,
});

const usesOfKeys = (template: Template, requests: readonly RecordedRequest[]): RecordedRequest[] => {
  const users = new Set(requests.map(({ by, action }) => `${action.split(':')[0]} ${by}`));
  return Object.entries(BY_KEY).flatMap(([service, actions]) => {
    const key = keyOf(template, service);
    const own = [...users].filter((user) => user.startsWith(`${service} `)).map((user) => user.split(' ')[1] ?? '');
    return key === null ? [] : own.flatMap((by) => actions.map((action) => asked(by, action, key, through(service))));
  });
};

const EC2 = 'arn:aws:ec2:us-east-1:000000000000:';
/** A subnet may be shared by another account. */
const SHARED = 'arn:aws:ec2:us-east-1:111122223333:';

/** Lambda attaches a function: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const attaching = (by: string, subnets: readonly unknown[], groups: readonly unknown[]): RecordedRequest[] => {
  const one = `${EC2}network-interface/eni-0a1b2c3d`;
  const made = [
    ...subnets.flatMap((id) => [`${EC2}subnet/${String(id)}`, `${SHARED}subnet/${String(id)}`]),
    ...groups.map((id) => `${EC2}security-group/${String(id)}`),
    `${EC2}network-interface/*`,
  ];
  return [
    ...['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'].map((action) => asked(by, action, '*')),
    ...made.map((on) => asked(by, 'ec2:CreateNetworkInterface', on)),
    ...['ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'].map((action) =>
      asked(by, action, one),
    ),
  ];
};

/** All that is asked in the names of the functions of a stage that ask this themselves. */
export const onBehalf = (
  template: Template,
  functionNames: Iterable<string>,
  requests: readonly RecordedRequest[],
): RecordedRequest[] => {
  const networks = new Map(
    ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => [
      String(Properties['FunctionName']),
      Properties['VpcConfig'],
    ]),
  );
  const attached = [...functionNames].flatMap((name) => {
    const network = networks.get(`ballast-dev-${name}`);
    return network === undefined
      ? []
      : attaching(name, at(network, 'SubnetIds') as unknown[], at(network, 'SecurityGroupIds') as unknown[]);
  });
  return [...usesOfKeys(template, requests), ...attached];
};
