import { createRequire } from 'node:module';
import type * as ApiGateway from '@aws-sdk/client-api-gateway';
import type * as CloudFormation from '@aws-sdk/client-cloudformation';
import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type * as Iam from '@aws-sdk/client-iam';
import type * as S3 from '@aws-sdk/client-s3';
import type * as Sts from '@aws-sdk/client-sts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** With what the clients of the SDK are made. */
export interface ClientConfig {
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
  readonly maxAttempts?: number;
  /** In place of all endpoints. */
  readonly endpoint?: string;
}

interface OslsConfig {
  readonly buildClientConfig: (options: Omit<ClientConfig, 'endpoint'>) => ClientConfig;
}

interface OslsCredentials {
  readonly getAwsSdkV3CredentialsProvider: (options: { readonly provider: object }) => ClientConfig['credentials'];
}

/** What osls can load: its own files, and the clients that it depends on, wherever they are installed. */
const load = createRequire(createRequire(import.meta.url).resolve('osls/package.json'));

/** Clients that osls deploys with, and that are installed with it. */
export const apiGateway = () => load('@aws-sdk/client-api-gateway') as typeof ApiGateway;
export const cloudFormation = () => load('@aws-sdk/client-cloudformation') as typeof CloudFormation;
export const logs = () => load('@aws-sdk/client-cloudwatch-logs') as typeof Logs;
export const iam = () => load('@aws-sdk/client-iam') as typeof Iam;
export const s3 = () => load('@aws-sdk/client-s3') as typeof S3;
export const sts = () => load('@aws-sdk/client-sts') as typeof Sts;

/**
 * As whom and by what way a deployment of the stage would ask: with the credentials, the profile, the proxy and the certificates
 * that osls finds. `profile`: that of its option `--aws-profile`.
 */
export const deployersConfig = (stage: string, region: string, profile: string | undefined): ClientConfig => {
  const { buildClientConfig } = load('./lib/aws/config') as OslsConfig;
  const { getAwsSdkV3CredentialsProvider } = load('./lib/aws/credentials') as OslsCredentials;
  const provider = {
    getStage: () => stage,
    options: { 'aws-profile': profile },
    serverless: { service: { provider: {} } },
  };
  // Found once: whoever is asked for the code of a device is asked once.
  let found: ReturnType<ClientConfig['credentials']> | undefined;
  const credentials: ClientConfig['credentials'] = () => (found ??= getAwsSdkV3CredentialsProvider({ provider })());
  return buildClientConfig({ region, credentials, maxAttempts: 3 });
};

/** The region that the SDK finds where no option names one; `null`: none. The AWS CLI reads `AWS_DEFAULT_REGION` besides. */
export const usualRegion = async (
  env: Readonly<Record<string, string | undefined>>,
  profile: string | undefined,
): Promise<string | null> => {
  if (env['AWS_DEFAULT_REGION']) return env['AWS_DEFAULT_REGION'];
  const { STSClient } = sts();
  try {
    return await new STSClient(profile === undefined ? {} : { profile }).config.region();
  } catch {
    return null;
  }
};
