import type { Credentials } from './sign-request.ts';

/** Where a service is asked, and as whom. */
export interface Connection {
  /** A base URL. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** As they are now: lent ones are replaced while a process lives. `null`: there are none. Default: they never change. */
  readonly renewed?: () => Credentials | null;
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Each service by its name in endpoints and signatures, with the variable that overrides where it is. */
const ENDPOINT_VARIABLES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sns: 'AWS_ENDPOINT_URL_SNS',
} as const;

export type ServiceName = keyof typeof ENDPOINT_VARIABLES;

/** Settings by which the SDK looks elsewhere than in the variables read here. */
const ASKS_ELSEWHERE = [
  'AWS_PROFILE',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
] as const;

/** The commercial regions and those of GovCloud share a suffix; China's has its own. Isolated partitions are the SDK's business. */
const COMMERCIAL = /^(?:af|ap|ca|eu|il|me|mx|sa|us|us-gov)-(?:north|south|east|west|central)+-\d+$/;
const CHINA = /^cn-[a-z]+-\d+$/;

const regionalEndpoint = (service: ServiceName, region: string): string | null => {
  if (COMMERCIAL.test(region)) return `https://${service}.${region}.amazonaws.com`;
  return CHINA.test(region) ? `https://${service}.${region}.amazonaws.com.cn` : null;
};

/** A base URL without a path, as only those are spoken to directly. */
const isPlain = (endpoint: string): boolean =>
  /^https?:$/.test(URL.parse(endpoint)?.protocol ?? '') && URL.parse(endpoint)?.pathname === '/';

const credentialsIn = (env: Environment): Credentials | null => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || null };
};

/**
 * What the environment alone says: a function finds its region and its own credentials there, for as long as its process
 * lives. `null` where it takes the SDK to find out: a profile, an endpoint of another kind, a partition that is not known here.
 */
export const connectionOf = (env: Environment, service: ServiceName): Connection | null => {
  const { AWS_REGION: region } = env;
  const credentials = credentialsIn(env);
  if (!region || credentials === null || ASKS_ELSEWHERE.some((name) => env[name])) return null;
  const endpoint = env[ENDPOINT_VARIABLES[service]] || env['AWS_ENDPOINT_URL'] || regionalEndpoint(service, region);
  if (endpoint === null || !isPlain(endpoint)) return null;
  return { endpoint, region, credentials, renewed: () => credentialsIn(env) };
};
