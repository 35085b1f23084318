import { type Connection, connectionOf } from '../aws/connection.ts';
import { createJsonService } from '../aws/json-service.ts';
import { type Clock, type Random, sleep } from '../kernel/clock.ts';
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
  readonly env: Readonly<Record<string, string | undefined>>;
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
const readDirectly =
  (connection: Connection, { clock, random }: SecretReaderOptions): ReadValue =>
  async (SecretId, signal) => {
    const dialect = {
      service: 'secretsmanager',
      target: 'secretsmanager',
      version: '1.1',
      idleTimeoutMs: SILENCE_MS,
    } as const;
    const service = createJsonService(dialect, connection, clock);
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await service.send('GetSecretValue', { SecretId }, signal))['SecretString'];
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || signal.aborted || !passes(error)) throw error;
          await sleep(clock, random() * MAX_PAUSE_MS, signal);
        }
      }
    } finally {
      service.destroy();
    }
  };

const readBySdk: ReadValue = async (secretId) => {
  const { readValueBySdk } = await import('./sdk-secrets.ts');
  return await readValueBySdk(secretId, SILENCE_MS, MAX_ATTEMPTS);
};

/** Reads directly where the environment's variables say all there is to know, as in a function; else by the SDK, loaded late. */
export const createSecretReader = (options: SecretReaderOptions): SecretReader => {
  const connection = connectionOf(options.env, 'secretsmanager');
  const readValue = connection === null ? readBySdk : readDirectly(connection, options);
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
