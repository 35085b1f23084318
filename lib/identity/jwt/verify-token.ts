import { jwtVerify, type JWTVerifyGetKey } from 'jose/jwt/verify';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { createCachedSecret, type Secret } from '../../secrets/cached-secret.ts';
import { type ClaimRules, isFor, readClaims, type TokenClaims } from './claims.ts';
import { createRemoteKeys } from './remote-keys.ts';
import { checkedSigningSecrets, parseSigningSecrets } from './signing-secrets.ts';

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
  /** Reads the secret, in the form of `parseSigningSecrets`; a rotation is seen within five minutes. */
  | { readonly readSecret: () => Promise<string> };

export interface TokenVerifierOptions extends ClaimRules {
  readonly issuer: string;
  /** `aud` of the tokens; of an access token of Cognito, which has none, `client_id`. */
  readonly audience: string;
  readonly keys: TokenKeys;
  readonly clock: Clock;
}

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

const secretFor =
  (secret: Secret): JWTVerifyGetKey =>
  async ({ kid }) => {
    const found = parseSigningSecrets(await secret.get()).find((one) => one.kid === null || one.kid === kid);
    if (found === undefined) throw new Error('no secret has the key id of the token');
    return new TextEncoder().encode(found.secret);
  };

/** Knows tokens of one issuer. The algorithm is pinned by the kind of key, whatever a token's header asks for. */
export const createTokenVerifier = (options: TokenVerifierOptions): TokenVerifier => {
  const { issuer, audience, keys, clock } = options;
  const [algorithms, findKey] =
    'readSecret' in keys
      ? [
          ['HS256'],
          secretFor(createCachedSecret({ read: async () => checkedSigningSecrets(await keys.readSecret()), clock })),
        ]
      : [['RS256', 'ES256'], createRemoteKeys({ url: keys.jwksUrl, fetch: keys.fetch, clock })];
  const pinned = { algorithms, issuer, clockTolerance: LEEWAY_SECONDS, requiredClaims: ['exp'] };

  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw unauthenticated();
      const { payload } = await jwtVerify(token, findKey, { ...pinned, currentDate: new Date(clock.now()) }).catch(
        (error: unknown) => {
          throw error instanceof AppError ? error : unauthenticated(error);
        },
      );
      const claims = isFor(audience, payload) ? readClaims(payload, options) : null;
      if (claims === null) throw unauthenticated();
      return claims;
    },
  };
};
