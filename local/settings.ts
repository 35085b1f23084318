import { isAbsolute, join } from 'node:path';
import type { Environment } from '../lib/kernel/environment.ts';
import { areHostPatterns, hostPatternsIn } from '../lib/kernel/forms/host-patterns.ts';
import { alertsSecretOf } from './alerts-secret.ts';
import { jwtSecretOf } from './jwt-secret.ts';
import { StartRefused } from './start-refused.ts';
import { toolSecretsOf } from './tool-secrets.ts';
import { webhookSecretOf } from './webhook-secret.ts';

/** What `npm start` is told by its environment, beside what the functions read themselves. */
export interface Settings {
  /** `0` takes any free one. */
  readonly port: number;
  readonly hosts: readonly string[];
  /** Names that requests may have besides: those of proxies. */
  readonly allowedHosts: readonly string[];
  /** Absolute. */
  readonly dataDirectory: string;
  /** Another DynamoDB than the embedded one. */
  readonly dynamoDbEndpoint: string | null;
  /** Another Lambda than the durable executions of this process. */
  readonly lambdaEndpoint: string | null;
  /** `null`: a simulated Claude answers. */
  readonly anthropicApiKey: string | null;
  readonly anthropicBaseUrl: string | null;
  readonly devApiKey: string;
  readonly devAdminKey: string;
  /** Who is told of alarms, as the secret of a deployment says it; `null`: nobody. */
  readonly alertsSecret: string | null;
  /** What the issuer of tokens signs them with; `null`: no issuer does. */
  readonly jwtSecret: string | null;
  /** Of requests to the receiver of traces; may be empty. */
  readonly otlpHeaders: string;
  /** What webhooks are signed with. */
  readonly webhookSecret: string;
  /** What tools need to know, by the secret's name. */
  readonly toolSecrets: ReadonlyMap<string, string>;
}

/** `localhost` may be either, and clients differ in which they try first. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** As long as the authenticator looks at, of what a header can carry unchanged. */
const KEY = /^[\x21-\x7e]{1,512}$/;

/** A variable that is set to nothing counts as not set. */
const read = (env: Environment, name: string): string | null => env[name] || null;

const port = (env: Environment): number => {
  const text = read(env, 'PORT') ?? '3000';
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new StartRefused('PORT must be a whole number from 0 to 65535, where 0 takes any free port.');
  }
  return Number(text);
};

const hosts = (env: Environment): readonly string[] => {
  const host = read(env, 'HOST');
  return host === null || host === 'localhost' ? LOOPBACK : [host];
};

const allowedHosts = (env: Environment): readonly string[] => {
  const text = read(env, 'ALLOWED_HOSTS') ?? '';
  if (!areHostPatterns(text)) {
    throw new StartRefused(
      'ALLOWED_HOSTS must be names of hosts such as ballast.example.com or *.example.com, separated by commas.',
    );
  }
  return hostPatternsIn(text);
};

const url = (env: Environment, name: string): string | null => {
  const text = read(env, name);
  if (text === null) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new StartRefused(`${name} must be an http or https URL, as in http://localhost:8000.`);
  }
  return text;
};

const key = (env: Environment, name: string, fallback: string): string => {
  const text = read(env, name) ?? fallback;
  if (!KEY.test(text)) throw new StartRefused(`${name} must be 1 to 512 visible ASCII characters without spaces.`);
  return text;
};

/** Reads and checks the settings; `directory` is what relative paths start from. Throws `StartRefused`, never quoting a value. */
export const readSettings = (env: Environment, directory: string): Settings => {
  const data = read(env, 'BALLAST_DATA_DIR') ?? '.ballast';
  const settings = {
    port: port(env),
    hosts: hosts(env),
    allowedHosts: allowedHosts(env),
    dataDirectory: isAbsolute(data) ? data : join(directory, data),
    dynamoDbEndpoint: url(env, 'AWS_ENDPOINT_URL_DYNAMODB'),
    lambdaEndpoint: url(env, 'AWS_ENDPOINT_URL_LAMBDA'),
    anthropicApiKey: read(env, 'ANTHROPIC_API_KEY'),
    anthropicBaseUrl: url(env, 'ANTHROPIC_BASE_URL'),
    devApiKey: key(env, 'BALLAST_DEV_API_KEY', 'ballast-dev-key'),
    devAdminKey: key(env, 'BALLAST_DEV_ADMIN_KEY', 'ballast-dev-admin-key'),
    alertsSecret: alertsSecretOf(env),
    jwtSecret: jwtSecretOf(env),
    otlpHeaders: env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '',
    webhookSecret: webhookSecretOf(env),
    toolSecrets: toolSecretsOf(env),
  };
  if (settings.devApiKey === settings.devAdminKey) {
    throw new StartRefused('BALLAST_DEV_API_KEY and BALLAST_DEV_ADMIN_KEY must differ: each belongs to one tenant.');
  }
  return settings;
};
