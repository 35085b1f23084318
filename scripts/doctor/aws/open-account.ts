import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetAccountSettingsCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Account } from './account.ts';
import { apiGateway, type ClientConfig, iam, logs, s3, sts } from './osls-sdk.ts';
import { readStack } from './stacks.ts';

/** What this answers; `null` where AWS says that there is no such thing. */
const orNone = async <T>(asked: Promise<T>, ...names: readonly string[]): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (names.includes((error as Error).name)) return null;
    throw error;
  }
};

const ofTables = (options: ClientConfig): Pick<Account, 'table' | 'restoredTable'> => {
  const client = new DynamoDBClient(options);
  const described = async (TableName: string) => {
    const asked = client.send(new DescribeTableCommand({ TableName }));
    return (await orNone(asked, 'ResourceNotFoundException'))?.Table ?? null;
  };
  return {
    async table(name) {
      const found = await described(name);
      if (found === null) return null;
      return { isProtected: found.DeletionProtectionEnabled === true, items: found.ItemCount ?? 0 };
    },
    async restoredTable(TableName) {
      const found = await described(TableName);
      if (found === null) return null;
      const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      const { TimeToLiveStatus: status = '', AttributeName = null } = TimeToLiveDescription ?? {};
      return {
        keys: (found.KeySchema ?? []).map(({ AttributeName: name = '' }) => name),
        isRecoverable: recovery === 'ENABLED',
        isProtected: found.DeletionProtectionEnabled === true,
        expiry: status.startsWith('ENABL') ? AttributeName : null,
      };
    },
  };
};

const ofServices = (options: ClientConfig): Pick<Account, 'key' | 'certificate' | 'confirmedSubscriptions'> => ({
  async key(KeyId) {
    const asked = new KMSClient(options).send(new DescribeKeyCommand({ KeyId }));
    const found = (await orNone(asked, 'NotFoundException'))?.KeyMetadata;
    if (found === undefined) return null;
    const { KeyState: state = '', KeyUsage: usage = '', KeySpec: spec = '' } = found;
    return { state, usage, spec };
  },
  async certificate(CertificateArn) {
    const asked = new ACMClient(options).send(new DescribeCertificateCommand({ CertificateArn }));
    const found = (await orNone(asked, 'ResourceNotFoundException'))?.Certificate;
    if (found === undefined) return null;
    const { Status: status = '', DomainName = '', SubjectAlternativeNames = [] } = found;
    return { status, names: [DomainName, ...SubjectAlternativeNames] };
  },
  async confirmedSubscriptions(TopicArn) {
    const { Attributes } = await new SNSClient(options).send(new GetTopicAttributesCommand({ TopicArn }));
    return Number(Attributes?.['SubscriptionsConfirmed'] ?? 0);
  },
});

const ofGateway = (options: ClientConfig): Pick<Account, 'logRole' | 'hasDomain' | 'webAcl'> => {
  const { APIGatewayClient, GetAccountCommand, GetDomainNameCommand, GetStageCommand } = apiGateway();
  const gateway = new APIGatewayClient(options);
  return {
    async logRole() {
      const { cloudwatchRoleArn } = await gateway.send(new GetAccountCommand({}));
      return cloudwatchRoleArn || null;
    },
    hasDomain: async (domainName) =>
      (await orNone(gateway.send(new GetDomainNameCommand({ domainName })), 'NotFoundException')) !== null,
    async webAcl(restApiId, stageName) {
      const asked = gateway.send(new GetStageCommand({ restApiId, stageName }));
      return (await orNone(asked, 'NotFoundException'))?.webAclArn || null;
    },
  };
};

const ofIam = (options: ClientConfig): Pick<Account, 'hasRole' | 'hasPolicy'> => {
  const { IAMClient, GetPolicyCommand, GetRoleCommand } = iam();
  const client = new IAMClient(options);
  const isThere = async (asked: Promise<unknown>): Promise<boolean> =>
    (await orNone(asked, 'NoSuchEntity', 'NoSuchEntityException')) !== null;
  return {
    hasRole: (RoleName) => isThere(client.send(new GetRoleCommand({ RoleName }))),
    hasPolicy: (PolicyArn) => isThere(client.send(new GetPolicyCommand({ PolicyArn }))),
  };
};

const ofFunctions = (options: ClientConfig): Pick<Account, 'lambdaLimits' | 'network'> => {
  const client = new LambdaClient(options);
  return {
    async lambdaLimits() {
      const { AccountLimit, AccountUsage } = await client.send(new GetAccountSettingsCommand({}));
      return {
        concurrency: AccountLimit?.ConcurrentExecutions ?? 0,
        unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? 0,
        codeBytes: AccountUsage?.TotalCodeSize ?? 0,
        maxCodeBytes: AccountLimit?.TotalCodeSize ?? 0,
      };
    },
    async network(FunctionName) {
      const asked = client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const found = await orNone(asked, 'ResourceNotFoundException');
      if (found === null) return null;
      return { subnets: found.VpcConfig?.SubnetIds ?? [], securityGroups: found.VpcConfig?.SecurityGroupIds ?? [] };
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
export const openAccount = (options: ClientConfig): Account => ({
  async identity() {
    const { STSClient, GetCallerIdentityCommand } = sts();
    const { Account: account = '', Arn: arn = '' } = await new STSClient(options).send(
      new GetCallerIdentityCommand({}),
    );
    return { account, arn };
  },
  ...ofTables(options),
  bucket: bucket(options),
  logGroups: logGroups(options),
  ...readStack(options),
  ...ofFunctions(options),
  ...ofGateway(options),
  ...ofIam(options),
  ...ofSecrets(options),
  ...ofServices(options),
});
