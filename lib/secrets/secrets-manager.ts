import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectionIn } from '../aws-sdk/connection.ts';
import { createRequestHandler } from '../aws-sdk/request-handler.ts';
import { signAnew } from '../aws-sdk/sign-anew.ts';
import { orUnreadable } from '../aws-sdk/unreadable-answer.ts';
import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import type { Environment } from '../kernel/environment.ts';
import { MissingSecret } from './missing-secret.ts';

/** Longest time without a word of an answer; twice that is still within what the small functions have. */
const SILENCE_MS = 3_000;
const MAX_ATTEMPTS = 2;
/** Ceiling of the pause between them. */
const MAX_PAUSE_MS = 200;

/** Gives a secret string by its id. Rejects with an error that has the service's name for it. */
type ReadValue = (secretId: string, signal: AbortSignal) => Promise<unknown>;

/** AWS Secrets Manager, as far as it is read here. */
export interface SecretReader {
  /** Rejects with the service's refusal, with what broke the connection, or where the secret is empty. */
  read(secretId: string, signal: AbortSignal): Promise<string>;
  /** As `read`, but `''` for a secret that the template made and nobody has given a value yet. */
  readOptional(secretId: string, signal: AbortSignal): Promise<string>;
}

export interface SecretReaderOptions {
  /** The environment's variables, by the names that the SDK gives them. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly random: Random;
}

const nameOf = (error: unknown) => (error as { readonly name?: unknown }).name;
const statusOf = (error: unknown) =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 500;

/** Many environments that start at once ask for the same secret at once. */
const THROTTLED = /^(?:Throttl|TooManyRequests|LimitExceeded|RequestLimitExceeded)/;
const passes = (error: unknown): boolean =>
  statusOf(error) >= 500 || statusOf(error) === 429 || THROTTLED.test(String(nameOf(error)));

/** Secrets are read once in minutes: no connection is kept for them. */
const readerOf =
  ({ env, clock, random }: SecretReaderOptions): ReadValue =>
  async (SecretId, abortSignal) => {
    const client = new SecretsManagerClient({
      ...connectionIn(env, 'secretsmanager'),
      maxAttempts: 1,
      requestHandler: createRequestHandler({ clock, idleTimeoutMs: SILENCE_MS }),
    });
    const ask = () => client.send(new GetSecretValueCommand({ SecretId }), { abortSignal });
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await signAnew(client.config, ask)).SecretString;
        } catch (thrown) {
          const error = orUnreadable(thrown);
          if (attempt === MAX_ATTEMPTS || abortSignal.aborted || !passes(error)) throw error;
          await sleep(clock, random() * MAX_PAUSE_MS, abortSignal);
        }
      }
    } finally {
      client.destroy();
    }
  };

export const createSecretReader = (options: SecretReaderOptions): SecretReader => {
  const readValue = readerOf(options);
  const read: SecretReader['read'] = async (secretId, signal) => {
    const value = await readValue(secretId, signal);
    if (typeof value !== 'string' || value === '') throw new MissingSecret('the secret is empty');
    return value;
  };
  return {
    read,
    async readOptional(secretId, signal) {
      try {
        return await read(secretId, signal);
      } catch (error) {
        if (nameOf(error) === 'ResourceNotFoundException') return '';
        throw error;
      }
    },
  };
};
