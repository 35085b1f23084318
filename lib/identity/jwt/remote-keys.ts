import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import type { JWTVerifyGetKey } from 'jose/jwt/verify';
import { ageMs, type Mark, markOf } from '../../kernel/age.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createDeadline, waitAtMost } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';

/** How long keys count as current. */
const FRESH_MS = 600_000;
/** Between two requests while there are keys: tokens with made-up key ids cost the issuer no more than this. */
const PAUSE_MS = 30_000;
/** The same while there are none and every token waits for them. */
const PAUSE_WITHOUT_KEYS_MS = 5_000;
/** Longest time to the whole answer. */
const REQUEST_TIMEOUT_MS = 3_000;
/** How long a token whose key is known waits for newer keys, which a withdrawn one would no longer be among. */
const PATIENCE_MS = 250;

export interface RemoteKeysOptions {
  /** Of the issuer's JSON Web Key Set, RFC 7517. */
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

interface Known {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAt: Mark;
}

/**
 * Finds the public key that a token names. Keys are kept for 10 minutes, and for longer while newer ones can't be had;
 * an unknown key id asks anew. Rejects with `store-unavailable` where the issuer could not tell whether there is such a key.
 */
export const createRemoteKeys = ({ url, fetch, clock }: RemoteKeysOptions): JWTVerifyGetKey => {
  let known: Known | undefined;
  let asked: { readonly at: Mark; readonly failure: unknown } | undefined;
  let loading: Promise<void> | undefined;

  const read = async (): Promise<unknown> => {
    using deadline = createDeadline(clock, REQUEST_TIMEOUT_MS);
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const response = await fetch(url, { headers, redirect: 'error', signal: deadline.signal });
    if (response.ok) return response.json();
    await response.body?.cancel();
    throw Object.assign(new Error('the issuer has no keys to give'), { status: response.status });
  };
  const load = async (): Promise<void> => {
    const at = markOf(clock);
    asked = { at, failure: undefined };
    try {
      known = { find: createLocalJWKSet((await read()) as Parameters<typeof createLocalJWKSet>[0]), readAt: at };
    } catch (failure) {
      asked = { at, failure };
    }
  };
  /** Until the issuer may be asked again; below zero once it may. */
  const pauseMs = (): number => {
    if (asked === undefined) return -1;
    return (known === undefined ? PAUSE_WITHOUT_KEYS_MS : PAUSE_MS) - ageMs(clock, asked.at);
  };
  /** Asks the issuer, if it may be asked already, once for all who wait. Never rejects. */
  const refresh = async (): Promise<void> => {
    if (loading === undefined && pauseMs() > 0) return;
    loading ??= load().finally(() => (loading = undefined));
    await loading;
  };
  const unavailable = () =>
    new AppError('store-unavailable', safe`The keys of the token's issuer cannot be loaded.`, {
      cause: asked?.failure,
      retryAfterMs: Math.max(1, pauseMs()),
    });

  return async (header) => {
    if (known === undefined) await refresh();
    else if (ageMs(clock, known.readAt) >= FRESH_MS) await waitAtMost(clock, PATIENCE_MS, refresh());
    if (known === undefined) throw unavailable();
    try {
      return await known.find(header);
    } catch (error) {
      if (!(error instanceof JWKSNoMatchingKey)) throw error;
    }
    await refresh();
    return known.find(header).catch((error: unknown) => {
      throw error instanceof JWKSNoMatchingKey && asked?.failure !== undefined ? unavailable() : error;
    });
  };
};
