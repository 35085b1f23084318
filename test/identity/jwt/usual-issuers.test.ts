import { expect, it } from 'vitest';
import { tokenVerifier } from '../../../lib/app/secrets/token-verifier.ts';
import { loadConfig } from '../../../lib/config.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { code, codes, read, tableOf } from '../../readme/markdown.ts';
import { type Claims, rsaKey, signed } from '../../tenants/issuer.ts';

const ISSUERS = tableOf(
  read('docs/deploy.md'),
  'issuer',
  '`jwtIssuer`',
  '`jwtJwksUrl`',
  '`jwtAudience`',
  'tenant',
  'scopes',
);
type Row = (typeof ISSUERS)[number];

const DIRECTORY = '72f988bf-86f1-41af-91ab-2d7cd011db47';
/** What the table has of somebody's account, filled in. */
const ACCOUNT = { DOMAIN: 'acme.example', DIRECTORY, REGION: 'eu-central-1', POOL: 'eu-central-1_AbCdEfGhI' };
const filledIn = (text: string): string =>
  Object.entries(ACCOUNT).reduce((all, [name, value]) => all.replaceAll(name, value), text);

/** Settings that a row names in its last two columns, as `jwtTenantClaim: tid`. */
const settingsIn = ({ tenant, scopes }: Row): [name: string, value: string][] =>
  codes(`${tenant} ${scopes}`).flatMap((each) => {
    const [, name, value] = /^(jwt\w+): (.+)$/.exec(each) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as [string, string]];
  });

const variableOf = (parameter: string): string => parameter.replaceAll(/[A-Z]/g, '_$&').toUpperCase();

interface Example {
  readonly issuer: string;
  /** Settings of the row that such a token needs. */
  readonly settings: readonly string[];
  readonly audience: string;
  /** As the issuer's own documentation prints them. */
  readonly claims: Claims;
}

const CLIENT = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
const POOL_CLIENT = '1example23456789';

const EXAMPLES: Readonly<Record<string, Example>> = {
  // auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
  'an access token of Auth0': {
    issuer: 'Auth0',
    settings: ['jwtTenantClaim'],
    audience: 'https://api.acme.example',
    claims: {
      sub: 'auth0|ann',
      aud: ['https://api.acme.example', 'https://acme.example/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile',
      permissions: ['runs:write', 'runs:read', 'edit:orders'],
      'https://app.example/tenant': 'acme',
    },
  },
  // developer.okta.com/docs/api/openapi/okta-oauth/guides/overview, "Access token payload"
  'an access token of Okta': {
    issuer: 'Okta',
    settings: [],
    audience: 'api://default',
    claims: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      aud: 'api://default',
      cid: 'nmdP1fcyvdVO11AL7ECm',
      uid: '00ucmukel4KsTEiPA0h7',
      scp: ['openid', 'runs:write', 'runs:read'],
      sub: 'ann@acme.example',
      tenant: 'acme',
    },
  },
  // learn.microsoft.com/entra/identity-platform/access-token-claims-reference
  'an access token of Entra for a user': {
    issuer: 'Microsoft Entra ID',
    settings: ['jwtTenantClaim'],
    audience: CLIENT,
    claims: {
      ver: '2.0',
      aud: CLIENT,
      azp: CLIENT,
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      scp: 'runs:write runs:read',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: DIRECTORY,
    },
  },
  'an access token of Entra for a program': {
    issuer: 'Microsoft Entra ID',
    settings: ['jwtTenantClaim', 'jwtScopeClaim'],
    audience: CLIENT,
    claims: {
      ver: '2.0',
      aud: CLIENT,
      idtyp: 'app',
      roles: ['runs:write', 'runs:read'],
      sub: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      tid: DIRECTORY,
    },
  },
  // docs.aws.amazon.com/cognito, "Understanding the access token", "Understanding the identity (ID) token"
  'an access token of Cognito': {
    issuer: 'Amazon Cognito',
    settings: [],
    audience: POOL_CLIENT,
    claims: {
      version: 2,
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      client_id: POOL_CLIENT,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin ballast/runs:write ballast/runs:read',
      jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      username: 'ann',
      tenant: 'acme',
    },
  },
  'an id token of Cognito': {
    issuer: 'Amazon Cognito',
    settings: ['jwtTenantClaim', 'jwtScopeClaim'],
    audience: POOL_CLIENT,
    claims: {
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      aud: POOL_CLIENT,
      token_use: 'id',
      'cognito:groups': ['runs:write', 'runs:read', 'admin'],
      'cognito:username': 'ann',
      'custom:tenant': 'acme',
    },
  },
};

const key = rsaKey('key-1');
const clock = createFakeClock();

const settingsOf = (row: Row, { settings, audience }: Example): Record<string, string> => {
  const chosen = settingsIn(row).filter(([name]) => settings.includes(name));
  const issuer = code(row['`jwtIssuer`']);
  const jwks = row['`jwtJwksUrl`'];
  return {
    JWT_ISSUER: filledIn(issuer),
    JWT_JWKS_URL: filledIn(`${jwks.startsWith('the same and') ? issuer : ''}${code(jwks)}`),
    JWT_AUDIENCE: audience,
    ...Object.fromEntries(chosen.map(([name, value]) => [variableOf(name), value])),
  };
};

it.each(Object.entries(EXAMPLES))('%s is taken by the settings of docs/deploy.md', async (_title, example) => {
  const row = ISSUERS.find(({ issuer }) => issuer === example.issuer);
  if (row === undefined) throw new Error(`docs/deploy.md has no ${example.issuer}`);
  const env = settingsOf(row, example);
  const asked: string[] = [];
  const verifier = tokenVerifier(loadConfig(env), {
    clock,
    fetch: async (url) => {
      asked.push(url instanceof Request ? url.url : url.toString());
      return Response.json({ keys: [{ kid: key.kid, use: 'sig', ...key.publicKey.export({ format: 'jwk' }) }] });
    },
    secrets: { open: () => Promise.reject(new Error('no secret is asked for')) as never },
  });
  const seconds = Math.floor(clock.now() / 1_000);
  const token = await signed(key, { iss: env['JWT_ISSUER'], iat: seconds, exp: seconds + 3_600, ...example.claims });
  expect(await verifier?.verify(token)).toMatchObject({
    tenantId: example.claims['tid'] ?? 'acme',
    scopes: ['runs:write', 'runs:read'],
    bearer: { subject: example.claims['sub'] },
  });
  expect(asked).toEqual([env['JWT_JWKS_URL']]);
  expect(new URL(env['JWT_JWKS_URL'] ?? '').protocol).toBe('https:');
});

it('has an example of each issuer, and of each setting that the table names', () => {
  const examples = Object.values(EXAMPLES);
  expect(new Set(examples.map(({ issuer }) => issuer))).toEqual(new Set(ISSUERS.map(({ issuer }) => issuer)));
  const unused = ISSUERS.flatMap((row) =>
    settingsIn(row)
      .filter(([name]) => !examples.some(({ issuer, settings }) => issuer === row.issuer && settings.includes(name)))
      .map(([name]) => `${row.issuer}: ${name}`),
  );
  expect(unused).toEqual([]);
});
