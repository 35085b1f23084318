import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose/jwt/sign';
import type { ClaimRules } from '../../lib/identity/jwt/claims.ts';
import { createTokenVerifier, type TokenVerifier } from '../../lib/identity/jwt/verify-token.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'ballast';
/** Where the issuer puts things, and what its tokens may carry, by default. */
export const RULES: ClaimRules = {
  tenantClaim: 'tenant',
  scopeClaim: 'scope',
  scopes: SCOPES.filter((scope) => scope !== 'admin'),
};

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const rsaKey = (kid: string): SigningKey => ({
  kid,
  alg: 'RS256',
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
});
export const ecKey = (kid: string): SigningKey => ({
  kid,
  alg: 'ES256',
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
});

export type Claims = Readonly<Record<string, unknown>>;

/** Claims of a good token for five minutes from `now`, in epoch milliseconds; one set to `undefined` is left out. */
export const claims = (now: number, changes: Claims = {}): Claims => ({
  iss: ISSUER,
  aud: AUDIENCE,
  exp: now / 1000 + 300,
  tenant: 'acme',
  scope: 'runs:write runs:read',
  ...changes,
});

export const signed = (key: SigningKey, payload: Claims, header: Readonly<Record<string, unknown>> = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token put together by hand, as no library would. */
export const forged = (header: Claims, payload: Claims, signature: (input: string) => string = () => ''): string => {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${signature(input)}`;
};

export const hmac = (secret: string) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url');

export const rs256 =
  ({ privateKey }: SigningKey) =>
  (input: string) =>
    sign('sha256', Buffer.from(input), privateKey).toString('base64url');

export type JwksAnswer = 'keys' | 'hang' | 'cut' | 'moved' | { readonly status: number; readonly body: string };

/** An issuer that publishes keys over real HTTP. */
export interface KeyServer {
  readonly url: string;
  readonly requests: number;
  publish(...keys: readonly SigningKey[]): void;
  answer(next: JwksAnswer): void;
  /** Resolves when the request of this number, counted from 1, has come. */
  reached(request: number): Promise<void>;
  close(): Promise<void>;
}

export const startKeyServer = async (): Promise<KeyServer> => {
  let keys: readonly SigningKey[] = [];
  let how: JwksAnswer = 'keys';
  let requests = 0;
  const waiting = new Map<number, () => void>();
  const play = (response: ServerResponse): unknown => {
    if (how === 'hang') return undefined;
    if (how === 'cut') return response.destroy();
    if (how === 'moved') return response.writeHead(302, { location: '/elsewhere' }).end();
    if (how !== 'keys') return response.writeHead(how.status).end(how.body);
    // Without `alg`, as some issuers do: then nothing but the verifier pins it.
    const jwks = keys.map(({ kid, publicKey }) => ({
      kid,
      use: 'sig',
      ...publicKey.export({ format: 'jwk' }),
    }));
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: jwks }));
  };
  const server = createServer((_request, response) => {
    requests += 1;
    waiting.get(requests)?.();
    play(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    get requests() {
      return requests;
    },
    publish: (...next) => void (keys = next),
    answer: (next) => void (how = next),
    reached: (request) => new Promise((resolve) => (requests >= request ? resolve() : waiting.set(request, resolve))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Takes what is signed with the keys that this server publishes. */
export const verifierBy = ({ url }: KeyServer, clock: Clock): TokenVerifier =>
  createTokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    ...RULES,
    keys: { jwksUrl: url, fetch: globalThis.fetch },
    clock,
  });
