import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Account } from './account.ts';
import { apiGateway, type ClientConfig, iam, logs, s3, sts } from './osls-sdk.ts';
import { type Poster, postJson, postQuery } from './signed-post.ts';
import { readStack } from './stacks.ts';

export type AccountOptions = ClientConfig & Poster;

/** What this answers; `null` where AWS says that there is no such thing. */
const orNone = async <T>(asked: Promise<T>, ...names: readonly string[]): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (names.includes((error as Error).name)) return null;
    throw error;
  }
};

const KMS = { name: 'kms', variable: 'AWS_ENDPOINT_URL_KMS' } as const;
const ACM = { name: 'acm', variable: 'AWS_ENDPOINT_URL_ACM' } as const;
const SNS = { name: 'sns', variable: 'AWS_ENDPOINT_URL_SNS' } as const;

/** What the operations of KMS and ACM answer with, as far as it is read. */
interface DescribedKey {
  readonly KeyMetadata: { readonly KeyState: string; readonly KeyUsage: string; readonly KeySpec: string };
}
interface DescribedCertificate {
  readonly Certificate: {
    readonly Status: string;
    readonly DomainName: string;
    readonly SubjectAlternativeNames?: string[];
  };
}

const ofServices = (options: AccountOptions): Pick<Account, 'key' | 'certificate' | 'confirmedSubscriptions'> => ({
  async key(arn) {
    const asked = postJson(KMS, options, 'TrentService.DescribeKey', { KeyId: arn });
    const found = (await orNone(asked, 'NotFoundException')) as DescribedKey | null;
    if (found === null) return null;
    const { KeyState: state, KeyUsage: usage, KeySpec: spec } = found.KeyMetadata;
    return { state, usage, spec };
  },
  async certificate(arn) {
    const asked = postJson(ACM, options, 'CertificateManager.DescribeCertificate', { CertificateArn: arn });
    const found = (await orNone(asked, 'ResourceNotFoundException')) as DescribedCertificate | null;
    if (found === null) return null;
    const { Status: status, DomainName, SubjectAlternativeNames = [] } = found.Certificate;
    return { status, names: [DomainName, ...SubjectAlternativeNames] };
  },
  async confirmedSubscriptions(topicArn) {
    const form = { Action: 'GetTopicAttributes', Version: '2010-03-31', TopicArn: topicArn };
    const [, count = '0'] =
      /<key>SubscriptionsConfirmed<\/key>\s*<value>(\d+)<\/value>/.exec(await postQuery(SNS, options, form)) ?? [];
    return Number(count);
  },
});

const ofGateway = (options: ClientConfig): Pick<Account, 'logRole' | 'hasDomain' | 'hasRole'> => {
  const { APIGatewayClient, GetAccountCommand, GetDomainNameCommand } = apiGateway();
  const gateway = new APIGatewayClient(options);
  const { IAMClient, GetRoleCommand } = iam();
  return {
    async logRole() {
      const { cloudwatchRoleArn } = await gateway.send(new GetAccountCommand({}));
      return cloudwatchRoleArn || null;
    },
    hasDomain: async (domainName) =>
      (await orNone(gateway.send(new GetDomainNameCommand({ domainName })), 'NotFoundException')) !== null,
    async hasRole(RoleName) {
      const asked = new IAMClient(options).send(new GetRoleCommand({ RoleName }));
      return (await orNone(asked, 'NoSuchEntity', 'NoSuchEntityException')) !== null;
    },
  };
};

const ofSecrets = (options: ClientConfig): Pick<Account, 'secret' | 'secretValue'> => {
  const client = new SecretsManagerClient(options);
  return {
    async secret(SecretId) {
      const found = await orNone(client.send(new DescribeSecretCommand({ SecretId })), 'ResourceNotFoundException');
      return found === null ? null : { deletedAt: found.DeletedDate ?? null };
    },
    async secretValue(SecretId) {
      // Said of a secret that nobody has given a value, too.
      const found = await orNone(client.send(new GetSecretValueCommand({ SecretId })), 'ResourceNotFoundException');
      return found?.SecretString || null;
    },
  };
};

const bucket =
  (options: ClientConfig): Account['bucket'] =>
  async (Bucket) => {
    const { S3Client, HeadBucketCommand } = s3();
    try {
      await new S3Client({ ...options, forcePathStyle: true }).send(new HeadBucketCommand({ Bucket }));
      return 'here';
    } catch (error) {
      const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === 404) return null;
      // 301: another region; 403: another account, or these credentials may not look.
      if ($metadata?.httpStatusCode === 301 || $metadata?.httpStatusCode === 403) return 'elsewhere';
      throw error;
    }
  };

const logGroups =
  (options: ClientConfig): Account['logGroups'] =>
  async (logGroupNamePrefix) => {
    const { CloudWatchLogsClient, paginateDescribeLogGroups } = logs();
    const names: string[] = [];
    const client = new CloudWatchLogsClient(options);
    for await (const { logGroups: page = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix }))
      names.push(...page.flatMap(({ logGroupName }) => logGroupName ?? []));
    return names;
  };

/** Asks AWS, as whoever deploys. */
export const openAccount = (options: AccountOptions): Account => ({
  async identity() {
    const { STSClient, GetCallerIdentityCommand } = sts();
    const { Account: account = '', Arn: arn = '' } = await new STSClient(options).send(
      new GetCallerIdentityCommand({}),
    );
    return { account, arn };
  },
  async lambdaLimits() {
    const { AccountLimit, AccountUsage } = await new LambdaClient(options).send(new GetAccountSettingsCommand({}));
    return {
      concurrency: AccountLimit?.ConcurrentExecutions ?? 0,
      unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? 0,
      codeBytes: AccountUsage?.TotalCodeSize ?? 0,
      maxCodeBytes: AccountLimit?.TotalCodeSize ?? 0,
    };
  },
  async table(TableName) {
    const asked = new DynamoDBClient(options).send(new DescribeTableCommand({ TableName }));
    const found = await orNone(asked, 'ResourceNotFoundException');
    if (found === null) return null;
    return { isProtected: found.Table?.DeletionProtectionEnabled === true, items: found.Table?.ItemCount ?? 0 };
  },
  bucket: bucket(options),
  logGroups: logGroups(options),
  ...readStack(options),
  ...ofGateway(options),
  ...ofSecrets(options),
  ...ofServices(options),
});
