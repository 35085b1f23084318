import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import type { JWTVerifyGetKey } from 'jose/jwt/verify';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { createLoader } from '../../secrets/loader.ts';

/** How long keys count as current. */
const FRESH_MS = 600_000;
/** Between two requests while there are keys: tokens with made-up key ids cost the issuer no more than this. */
const PAUSE_MS = 30_000;
/** The same while there are none and every token waits for them. */
const PAUSE_WITHOUT_KEYS_MS = 5_000;
/** Longest time to the whole answer. */
const REQUEST_TIMEOUT_MS = 3_000;

export interface RemoteKeysOptions {
  /** Of the issuer's JSON Web Key Set, RFC 7517. */
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/**
 * Finds the public key that a token names. Keys are kept for 10 minutes, and for longer while newer ones can't be had;
 * an unknown key id asks anew. Rejects with `store-unavailable` where the issuer could not tell whether there is such a key.
 */
export const createRemoteKeys = ({ url, fetch, clock }: RemoteKeysOptions): JWTVerifyGetKey => {
  const read = async (signal: AbortSignal): Promise<ReturnType<typeof createLocalJWKSet>> => {
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const response = await fetch(url, { headers, redirect: 'error', signal });
    if (response.ok) return createLocalJWKSet((await response.json()) as Parameters<typeof createLocalJWKSet>[0]);
    await response.body?.cancel();
    throw Object.assign(new Error('the issuer has no keys to give'), { status: response.status });
  };
  const keys = createLoader({ read, clock, freshMs: FRESH_MS, pauseMs: PAUSE_MS, readMs: REQUEST_TIMEOUT_MS });
  /** Until the issuer may be asked again; below zero once it may. */
  const waitMs = (pauseMs: number): number => pauseMs - (keys.lastRead()?.ageMs ?? Infinity);
  const unavailable = (pauseMs: number) =>
    new AppError('store-unavailable', safe`The keys of the token's issuer cannot be loaded.`, {
      cause: keys.lastRead()?.failure,
      retryAfterMs: Math.max(1, waitMs(pauseMs)),
    });
  let hasKeys = false;
  const known = () =>
    keys.get().catch(() => {
      hasKeys = false;
      throw unavailable(PAUSE_WITHOUT_KEYS_MS);
    });
  const isFailing = () => keys.lastRead()?.failure !== undefined;

  return async (header) => {
    // Without any, the issuer is asked by one token in five seconds.
    if (!hasKeys && isFailing() && waitMs(PAUSE_WITHOUT_KEYS_MS) > 0) throw unavailable(PAUSE_WITHOUT_KEYS_MS);
    const find = await known();
    hasKeys = true;
    try {
      return await find(header);
    } catch (error) {
      if (!(error instanceof JWKSNoMatchingKey)) throw error;
    }
    const newer = await keys.refresh(PAUSE_MS);
    return newer(header).catch((error: unknown) => {
      throw error instanceof JWKSNoMatchingKey && isFailing() ? unavailable(PAUSE_MS) : error;
    });
  };
};
