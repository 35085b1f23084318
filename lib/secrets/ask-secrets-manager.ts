import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Connection } from '../aws-sdk/connection.ts';
import { createRequestHandler } from '../aws-sdk/request-handler.ts';
import { signAnew } from '../aws-sdk/sign-anew.ts';
import { orUnreadable } from '../aws-sdk/unreadable-answer.ts';
import { type Clock, type Random, sleep } from '../kernel/clock.ts';

/** Longest time without a word of an answer; twice that is still within what the small functions have. */
const SILENCE_MS = 3_000;
const MAX_ATTEMPTS = 2;
/** Ceiling of the pause between them. */
const MAX_PAUSE_MS = 200;

export interface AskingOptions {
  /** Looked at for each question. */
  readonly connection: () => Connection;
  readonly clock: Clock;
  readonly random: Random;
}

/** Asks Secrets Manager one thing. Rejects with an error that has the service's name for it. */
export type AskSecretsManager = <T>(
  send: (client: SecretsManagerClient) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/** The service's name for an error. */
export const nameOf = (error: unknown) => (error as { readonly name?: unknown }).name;
const statusOf = (error: unknown) =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 500;

/** Many environments that start at once ask for the same secret at once. */
const THROTTLED = /^(?:Throttl|TooManyRequests|LimitExceeded|RequestLimitExceeded)/;
const passes = (error: unknown): boolean =>
  statusOf(error) >= 500 || statusOf(error) === 429 || THROTTLED.test(String(nameOf(error)));

/** Asks twice at most. Secrets are read once in minutes: no connection is kept for them. */
export const createAskSecretsManager =
  ({ connection, clock, random }: AskingOptions): AskSecretsManager =>
  async (send, signal) => {
    const client = new SecretsManagerClient({
      ...connection(),
      maxAttempts: 1,
      requestHandler: createRequestHandler({ clock, idleTimeoutMs: SILENCE_MS }),
    });
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await signAnew(client.config, () => send(client));
        } catch (thrown) {
          const error = orUnreadable(thrown);
          if (attempt === MAX_ATTEMPTS || signal.aborted || !passes(error)) throw error;
          await sleep(clock, random() * MAX_PAUSE_MS, signal);
        }
      }
    } finally {
      client.destroy();
    }
  };
