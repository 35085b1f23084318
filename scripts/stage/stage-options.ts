import { isIP } from 'node:net';
import * as z from 'zod/mini';

/** `osls deploy --param` takes no empty value, so that it is said by a word too. */
const UNSET = z.enum(['', 'off']);

/** What a parameter may be: a text that fits, or empty or `off`, which is `null`. */
const optional = <Output>(fits: RegExp, make: (text: string) => Output) =>
  z.pipe(
    z.pipe(z.coerce.string().check(z.trim()), z.union([UNSET, z.string().check(z.regex(fits))])),
    z.transform((text) => (text === '' || text === 'off' ? null : make(text))),
  );

const text = (fits: RegExp) => optional(fits, (value) => value);
const number = () => optional(/^\d{1,9}$/, Number);
const listOf = (fits: (item: string) => boolean) =>
  z.pipe(
    z.pipe(
      z.coerce.string(),
      z.transform((value) => value.split(/[\s,]+/).filter((item) => item !== '')),
    ),
    z.array(z.string().check(z.refine(fits))),
  );

const isRange = (value: string): boolean => {
  const [address = '', prefix, ...more] = value.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
};

/** IAM takes either, and refuses a statement of a resource without one. */
const hasEither = (statement: object, name: string): boolean => name in statement || `Not${name}` in statement;

const statements = z.pipe(
  z.pipe(
    z.coerce.string(),
    z.transform((value, context): unknown => {
      try {
        return value.trim() === '' ? [] : JSON.parse(value);
      } catch {
        context.issues.push({ code: 'custom', input: value });
        return z.NEVER;
      }
    }),
  ),
  z.array(
    z
      .looseObject({ Effect: z.literal('Deny') })
      .check(z.refine((one) => hasEither(one, 'Principal') && hasEither(one, 'Action'))),
  ),
);

const tags = z.pipe(
  listOf((item) => /^(?!aws:)[\w.:/+@-]{1,128}=[\w.:/+@-]{0,256}$/i.test(item)),
  z.transform((pairs) =>
    Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
    ),
  ),
);

/** Functions with a whole number each, as `messages=1024`. */
const sizes = (least: number, most: number) =>
  z.pipe(
    listOf((item) => /^[a-z-]{1,40}=\d{1,5}$/.test(item)),
    z.pipe(
      z.transform((pairs: string[]) =>
        Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), Number(pair.split('=')[1])])),
      ),
      z.record(z.string(), z.int().check(z.minimum(least), z.maximum(most))),
    ),
  );

const ARN = /^arn:aws[\w-]*:/.source;

/** What each parameter has to be, as a refusal says it. */
const FORMS = {
  tlsPolicy: 'a policy of API Gateway for TLS 1.2 and newer, such as SecurityPolicy_TLS13_1_2_2021_06',
  adminRequestsPerSecond: 'a whole number',
  adminRequestBurst: 'a whole number',
  healthRequestsPerSecond: 'a whole number',
  healthRequestBurst: 'a whole number',
  pageRequestsPerSecond: 'a whole number',
  pageRequestBurst: 'a whole number',
  wafRequestsPerFiveMinutes: 'a whole number from 10',
  webAclArn: 'the ARN of a regional web ACL',
  allowedIps: 'addresses or ranges (203.0.113.0/24), separated by commas',
  adminIps: 'addresses or ranges (203.0.113.0/24), separated by commas',
  resourcePolicy:
    'a JSON array of statements, each with the Effect Deny, a Principal and an Action: all that they leave is allowed',
  domainName: 'a host name',
  certificateArn: 'the ARN of a certificate of ACM',
  disableDefaultEndpoint: 'true or false',
  permissionsBoundaryArn: 'the ARN of a policy of IAM',
  kmsKeyArn: 'the ARN of a key of KMS',
  vpcSubnetIds: 'ids of subnets, separated by commas',
  vpcSecurityGroupIds: 'ids of security groups, separated by commas',
  tags: 'pairs as team=ai, separated by commas',
  functionMemoryMb: 'functions with 128 to 10240 MB each, as messages=1024, separated by commas',
  functionConcurrency: 'functions with 1 to 10000 requests at a time each, as health=5, separated by commas',
  canaryPercent: 'a whole number from 1 to 99',
  canaryMinutes: 'a whole number from 5 to 2880',
  managedInstanceFunctions: 'names of functions, separated by commas',
  managedInstanceMaxVcpus: 'a whole number from 2 to 15000',
  ledgerTableName: 'the name of a table of DynamoDB',
  runsTableName: 'the name of a table of DynamoDB',
  rollbackAlarmArns: 'ARNs of one to five alarms of CloudWatch, separated by commas',
  rollbackMinutes: 'a whole number from 0 to 180',
} as const;

const SCHEMA = z.strictObject({
  tlsPolicy: text(/^(?:TLS_1_2|SecurityPolicy_TLS1[23]_(?!.*EDGE)\w+)$/),
  adminRequestsPerSecond: number(),
  adminRequestBurst: number(),
  healthRequestsPerSecond: number(),
  healthRequestBurst: number(),
  pageRequestsPerSecond: number(),
  pageRequestBurst: number(),
  wafRequestsPerFiveMinutes: optional(/^[1-9]\d{1,8}$/, Number),
  webAclArn: text(new RegExp(`${ARN}wafv2:[\\w-]+:\\d+:regional/webacl/`)),
  allowedIps: listOf(isRange),
  adminIps: listOf(isRange),
  resourcePolicy: statements,
  domainName: text(/^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/),
  certificateArn: text(new RegExp(`${ARN}acm:[\\w-]+:\\d+:certificate/`)),
  disableDefaultEndpoint: optional(/^(?:true|false)$/, (value) => value === 'true'),
  permissionsBoundaryArn: text(new RegExp(`${ARN}iam::(?:\\d+|aws):policy/`)),
  kmsKeyArn: text(new RegExp(`${ARN}kms:[\\w-]+:\\d+:key/[\\w-]+$`)),
  vpcSubnetIds: listOf((id) => /^subnet-[\da-f]+$/.test(id)),
  vpcSecurityGroupIds: listOf((id) => /^sg-[\da-f]+$/.test(id)),
  tags,
  functionMemoryMb: sizes(128, 10_240),
  functionConcurrency: sizes(1, 10_000),
  canaryPercent: optional(/^[1-9]\d?$/, Number),
  // No alarm rings earlier than after five minutes.
  canaryMinutes: optional(/^(?:[5-9]|[1-9]\d|[1-9]\d\d|1\d{3}|2[0-7]\d\d|28[0-7]\d|2880)$/, Number),
  managedInstanceFunctions: listOf((name) => /^[a-z-]{1,40}$/.test(name)),
  managedInstanceMaxVcpus: optional(/^(?:[2-9]|[1-9]\d{1,3}|1[0-4]\d{3}|15000)$/, Number),
  ledgerTableName: text(/^[\w.-]{3,255}$/),
  runsTableName: text(/^[\w.-]{3,255}$/),
  rollbackAlarmArns: z.pipe(
    listOf((arn) => new RegExp(`${ARN}cloudwatch:[\\w-]+:\\d+:alarm:[^\\s,]{1,255}$`).test(arn)),
    z.array(z.string()).check(z.maxLength(5)),
  ),
  rollbackMinutes: optional(/^(?:\d{1,2}|1[0-7]\d|180)$/, Number),
} satisfies Record<keyof typeof FORMS, z.core.$ZodType>);

/** What a stage may have beside what every stage has; an unset one is `null`, or a list without members. */
export type StageOptions = z.infer<typeof SCHEMA>;

const check = (holds: boolean, sentence: string): void => {
  if (!holds) throw new Error(sentence);
};

/** Those that make sense only with each other. */
const checkTogether = (options: StageOptions): void => {
  const { domainName, certificateArn, disableDefaultEndpoint, vpcSubnetIds, vpcSecurityGroupIds } = options;
  check((domainName === null) === (certificateArn === null), 'domainName and certificateArn go together.');
  check(
    disableDefaultEndpoint !== true || domainName !== null,
    'disableDefaultEndpoint needs a domainName: nothing would lead to the API.',
  );
  check(
    (vpcSubnetIds.length === 0) === (vpcSecurityGroupIds.length === 0),
    'vpcSubnetIds and vpcSecurityGroupIds go together.',
  );
  check(
    options.webAclArn === null || options.wafRequestsPerFiveMinutes === null,
    'A stage has one web ACL: set wafRequestsPerFiveMinutes or webAclArn.',
  );
  const isWatched = options.rollbackAlarmArns.length > 0;
  check(isWatched === (options.rollbackMinutes !== null), 'rollbackAlarmArns and rollbackMinutes go together.');
  const isCanary = options.canaryPercent !== null;
  check(isCanary === (options.canaryMinutes !== null), 'canaryPercent and canaryMinutes go together.');
  const isOnInstances = options.managedInstanceFunctions.length > 0;
  check(
    isOnInstances === (options.managedInstanceMaxVcpus !== null) && (!isOnInstances || vpcSubnetIds.length > 0),
    'managedInstanceFunctions and managedInstanceMaxVcpus go together, and need vpcSubnetIds.',
  );
  for (const group of ['admin', 'health', 'page'] as const)
    check(
      (options[`${group}RequestsPerSecond`] === null) === (options[`${group}RequestBurst`] === null),
      `${group}RequestsPerSecond and ${group}RequestBurst go together.`,
    );
};

/**
 * The options of a stage from its parameters. Throws an Error that names the first parameter that is not what it has to be,
 * or that is missing beside another.
 */
export const readStageOptions = (parameters: unknown): StageOptions => {
  const read = z.safeParse(SCHEMA, parameters);
  if (!read.success) {
    const name = String(read.error.issues[0]?.path[0]);
    throw new Error(`${name} must be ${FORMS[name as keyof typeof FORMS]}.`);
  }
  checkTogether(read.data);
  return read.data;
};
