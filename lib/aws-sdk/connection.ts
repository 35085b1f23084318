import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Environment } from '../kernel/environment.ts';

/** Where a service is asked, and as whom. What is not given, the SDK finds out: profiles, roles of a container, partitions. */
export type Connection = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;

/** Each service, with the variable that overrides where it is. */
const ENDPOINT_VARIABLES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sns: 'AWS_ENDPOINT_URL_SNS',
} as const;

export type ServiceName = keyof typeof ENDPOINT_VARIABLES;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with credentials that were lent for a while, as those of a function are. */
  readonly sessionToken?: string;
}

const credentialsIn = (env: Environment): Credentials | null => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) };
};

const isSame = (one: Credentials, other: Credentials): boolean =>
  one.accessKeyId === other.accessKeyId &&
  one.secretAccessKey === other.secretAccessKey &&
  one.sessionToken === other.sessionToken;

/**
 * The credentials in the variables as they are now: lent ones are replaced while a process lives, and the SDK would read them
 * once. The same object as long as they are the same. `undefined`: the SDK has to look elsewhere.
 */
const lentIn = (env: Environment): (() => Promise<Credentials>) | undefined => {
  let current = credentialsIn(env);
  // A profile comes before the variables, as with the SDK.
  if (current === null || env['AWS_PROFILE']) return undefined;
  let last = current;
  const read = async () => {
    current = credentialsIn(env);
    if (current !== null && !isSame(current, last)) last = current;
    return last;
  };
  // Else the SDK would remember what it was given.
  return Object.assign(read, { memoized: true });
};

/** As the environment says; what it leaves open, the SDK finds out as it does everywhere. */
export const connectionIn = (env: Environment, service: ServiceName): Connection => {
  const isIgnored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true';
  const endpoint = isIgnored ? '' : env[ENDPOINT_VARIABLES[service]] || env['AWS_ENDPOINT_URL'];
  const { AWS_REGION: region } = env;
  const credentials = lentIn(env);
  return {
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    ...(credentials === undefined ? {} : { credentials }),
  };
};
