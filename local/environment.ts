import type { Environment } from '../lib/kernel/environment.ts';
import { ALERTS_VARIABLES } from './alerts-secret.ts';
import type { Settings } from './settings.ts';
import { isToolSecret } from './tool-secrets.ts';

/** Logical ids of `infra/tables.yml`, with the names that a stage `local` gives them. */
export const TABLE_NAMES = {
  ControlTable: 'ballast-local-control',
  LedgerTable: 'ballast-local-ledger',
  RunsTable: 'ballast-local-runs',
} as const;

export const ANTHROPIC_SECRET_ID = 'ballast/local/anthropic';
export const ALERTS_SECRET_ID = 'ballast/local/alerts';
export const JWT_SECRET_ID = 'ballast/local/jwt';
export const OTLP_SECRET_ID = 'ballast/local/otlp';
export const WEBHOOK_SECRET_ID = 'ballast/local/webhooks';
export const TOOL_SECRETS_PREFIX = 'ballast/local/tools/';

export interface Surroundings {
  readonly settings: Settings;
  readonly version: string;
  readonly terminal: boolean;
  readonly dynamoDbUrl: string;
  /** Where the log is kept as lines of JSON. Default: nowhere. */
  readonly logFile?: string;
  readonly secretsUrl: string;
  /** Where durable executions are served here; `null` where they are not. */
  readonly lambdaUrl: string | null;
  /** Where a simulated Claude listens; `null` with a real key. */
  readonly simulatedClaudeUrl: string | null;
}

/** What runs here takes anybody; an own profile or session would only make the SDK ask elsewhere first. */
const DUMMY_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
};

/** Whoever has these set for AWS would not reach what runs here: the endpoints of this machine are of no other kind. */
const OTHER_ENDPOINTS = {
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
  AWS_USE_FIPS_ENDPOINT: undefined,
  AWS_USE_DUALSTACK_ENDPOINT: undefined,
};

const credentials = (env: Environment, { dynamoDbEndpoint, lambdaEndpoint }: Settings): Environment =>
  (dynamoDbEndpoint === null && lambdaEndpoint === null) || !(env['AWS_ACCESS_KEY_ID'] || env['AWS_PROFILE'])
    ? DUMMY_CREDENTIALS
    : {};

/** The variables that the functions find here, where a deployment sets them by `serverless.yml`; `undefined` takes one away. */
export const functionEnvironment = (env: Environment, surroundings: Surroundings): Environment => {
  const { settings, simulatedClaudeUrl } = surroundings;
  return {
    STAGE: 'local',
    BALLAST_VERSION: surroundings.version,
    CONTROL_TABLE: TABLE_NAMES.ControlTable,
    LEDGER_TABLE: TABLE_NAMES.LedgerTable,
    RUNS_TABLE: TABLE_NAMES.RunsTable,
    ANTHROPIC_SECRET_ID,
    ALERTS_SECRET_ID,
    JWT_SECRET_ID,
    OTLP_SECRET_ID,
    WEBHOOK_SECRET_ID,
    TOOL_SECRETS_PREFIX,
    ...Object.fromEntries(
      [...ALERTS_VARIABLES, ...Object.keys(env).filter(isToolSecret)].map((name) => [name, undefined]),
    ),
    // These are in their secrets, and nowhere else where a function could print them.
    JWT_SECRET: undefined,
    OTEL_EXPORTER_OTLP_HEADERS: undefined,
    BALLAST_WEBHOOK_SECRET: undefined,
    ANTHROPIC_API_KEY: undefined,
    ANTHROPIC_AUTH_TOKEN: undefined,
    SIMULATED_CLAUDE: String(simulatedClaudeUrl !== null),
    ANTHROPIC_BASE_URL: simulatedClaudeUrl ?? settings.anthropicBaseUrl ?? undefined,
    LOG_FORMAT: env['LOG_FORMAT'] || (surroundings.terminal ? 'pretty' : 'json'),
    LOG_FILE: surroundings.logFile,
    AWS_REGION: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: surroundings.dynamoDbUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: surroundings.secretsUrl,
    ...(surroundings.lambdaUrl !== null && { AWS_ENDPOINT_URL_LAMBDA: surroundings.lambdaUrl }),
    ...OTHER_ENDPOINTS,
    ...credentials(env, settings),
  };
};
