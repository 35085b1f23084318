import { JWSSignatureVerificationFailed } from 'jose/errors';
import { jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose/jwt/verify';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import type { Secret } from '../../secrets/loader.ts';
import { type ClaimRules, type Claims, isFor, readClaims, type TokenClaims } from './claims.ts';
import { createRemoteKeys } from './remote-keys.ts';
import { parseSigningSecrets } from './signing-secrets.ts';

/** How far the issuer's clock and ours may be apart. */
const LEEWAY_SECONDS = 30;
/** As much as fits into the headers that API Gateway takes, 10,240 bytes in all. */
const MAX_TOKEN_LENGTH = 8_192;

/**
 * Who vouches for tokens: the issuer's public keys (RS256, ES256), or a secret shared with it (HS256). One of them, so that
 * a public key can never pass for a secret.
 */
export type TokenKeys =
  | { readonly jwksUrl: string; readonly fetch: typeof globalThis.fetch }
  /**
   * Opens the secret, in the form that the check takes, which is that of `parseSigningSecrets`. A rotation is seen within
   * five minutes, or with the first token that no secret has signed.
   */
  | { readonly openSecret: (check: (text: string) => unknown) => Secret };

export interface TokenVerifierOptions extends ClaimRules {
  readonly issuer: string;
  /** `aud` of the tokens; of an access token of Cognito, which has none, `client_id`. */
  readonly audience: string;
  readonly keys: TokenKeys;
  readonly clock: Clock;
}

/** The year 5138 in seconds, and 1973 in milliseconds: an expiry above it was written in milliseconds, and would never come. */
const MOST_SECONDS = 100_000_000_000;

export interface TokenVerifier {
  /**
   * What a signed token (JWS, RFC 7515) says: `exp` is required and `nbf` kept, both with 30 s of leeway, `iss` and `aud`
   * are those of the options. Rejects with `unauthenticated`, not telling which check failed, or with `store-unavailable`
   * while the keys can't be had.
   */
  verify(token: string): Promise<TokenClaims>;
}

const unauthenticated = (cause?: unknown) =>
  new AppError('unauthenticated', safe`The token is not valid or has expired.`, { cause });

/** The secret is read again for a token that none has signed, but not more often: made-up tokens cost no more than this. */
const READ_AGAIN_MS = 30_000;

type Verify = (token: string, pinned: JWTVerifyOptions) => Promise<Claims>;

const byKeys =
  (findKey: JWTVerifyGetKey): Verify =>
  async (token, pinned) =>
    (await jwtVerify(token, findKey, { ...pinned, algorithms: ['RS256', 'ES256'] })).payload;

const byOneOf = async (text: string, token: string, pinned: JWTVerifyOptions): Promise<Claims | null> => {
  for (const { kid, secret } of parseSigningSecrets(text)) {
    const findKey: JWTVerifyGetKey = (header) => {
      if (kid !== null && kid !== header.kid) throw new JWSSignatureVerificationFailed('another key id');
      return new TextEncoder().encode(secret);
    };
    try {
      return (await jwtVerify(token, findKey, { ...pinned, algorithms: ['HS256'] })).payload;
    } catch (error) {
      if (!(error instanceof JWSSignatureVerificationFailed)) throw error;
    }
  }
  return null;
};

const bySecret =
  (secret: Secret): Verify =>
  async (token, pinned) => {
    const text = await secret.get();
    const payload = await byOneOf(text, token, pinned);
    if (payload !== null) return payload;
    const newer = await secret.refresh(READ_AGAIN_MS);
    const second = newer === text ? null : await byOneOf(newer, token, pinned);
    if (second === null) throw new Error('no secret has signed the token');
    return second;
  };

/** Knows tokens of one issuer. The algorithm is pinned by the kind of key, whatever a token's header asks for. */
export const createTokenVerifier = (options: TokenVerifierOptions): TokenVerifier => {
  const { issuer, audience, keys, clock } = options;
  const verify =
    'openSecret' in keys
      ? bySecret(keys.openSecret(parseSigningSecrets))
      : byKeys(createRemoteKeys({ url: keys.jwksUrl, fetch: keys.fetch, clock }));
  const pinned = { issuer, clockTolerance: LEEWAY_SECONDS, requiredClaims: ['exp'] };

  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw unauthenticated();
      const payload = await verify(token, { ...pinned, currentDate: new Date(clock.now()) }).catch((error: unknown) => {
        throw error instanceof AppError ? error : unauthenticated(error);
      });
      if (Number(payload['exp']) > MOST_SECONDS) throw unauthenticated();
      const claims = isFor(audience, payload) ? readClaims(payload, options) : null;
      if (claims === null) throw unauthenticated();
      return claims;
    },
  };
};
