import { describe, expect, it } from 'vitest';
import { type Claims, readClaims } from '../../../lib/identity/jwt/claims.ts';
import { SCOPES } from '../../../lib/kernel/forms/scopes.ts';
import { RULES } from '../../tenants/issuer.ts';

const scopesOf = (claims: Claims, rules = {}) =>
  readClaims({ tenant: 'acme', ...claims }, { ...RULES, ...rules })?.scopes;
const tenantOf = (claims: Claims, rules = {}) => readClaims(claims, { ...RULES, ...rules })?.tenantId;
const bearerOf = (claims: Claims) => readClaims({ tenant: 'acme', ...claims }, RULES)?.bearer;

describe('scopes of a token', () => {
  it.each<[string, Claims]>([
    ['text with blanks', { scope: 'openid runs:write  runs:read' }],
    ['text with commas', { scope: 'runs:write,runs:read, openid' }],
    ['a list', { scope: ['runs:read', 7, null, 'runs:write'] }],
    ['the list of Okta', { scp: ['runs:read', 'runs:write'] }],
    ['the text of Entra', { scp: 'runs:read runs:write' }],
    [
      'the list of Auth0, beside a scope of its own',
      { scope: 'openid profile', permissions: ['runs:read', 'runs:write'] },
    ],
    ['words behind the API that they are of', { scope: 'https://api.example/v1/runs:write ballast/runs:read' }],
  ])('may be %s', (_form, claims) => {
    expect(scopesOf(claims)).toEqual(['runs:write', 'runs:read']);
  });

  it('may stand where the stage says', () => {
    expect(scopesOf({ roles: ['runs:read'] }, { scopeClaim: 'roles' })).toEqual(['runs:read']);
    expect(
      scopesOf({ 'https://app.example/scopes': 'runs:read' }, { scopeClaim: 'https://app.example/scopes' }),
    ).toEqual(['runs:read']);
    expect(scopesOf({ roles: ['runs:read'] })).toEqual([]);
  });

  it.each(['admin', 'api/admin', 'runs:read admin', ['admin']])('hold no %j by default', (scope) => {
    expect(scopesOf({ scope, permissions: ['admin'] })).not.toContain('admin');
  });

  it('are those that the stage lets tokens carry', () => {
    expect(scopesOf({ scope: SCOPES.join(' ') }, { scopes: ['admin', 'runs:read'] })).toEqual(['runs:read', 'admin']);
  });

  it.each([undefined, '', 7, { 'runs:read': true }, 'RUNS:READ', 'runs:read/', 'runs:readx', [['runs:read']]])(
    'are none in %j',
    (scope) => {
      expect(scopesOf({ scope })).toEqual([]);
    },
  );
});

describe('the tenant of a token', () => {
  it('stands where the stage says', () => {
    expect(tenantOf({ tid: 'b2a3-01', tenant: 'else' }, { tenantClaim: 'tid' })).toBe('b2a3-01');
    expect(tenantOf({ 'custom:tenant': 'acme' }, { tenantClaim: 'custom:tenant' })).toBe('acme');
  });

  it.each(['constructor', '__proto__', 'toString'])('is never what every object has: %s', (tenantClaim) => {
    expect(tenantOf({}, { tenantClaim })).toBeUndefined();
  });

  it.each([undefined, '', 'Acme', 'a/b', 'a'.repeat(65), ['acme'], 7])('is not %j', (tenant) => {
    expect(tenantOf({ tenant })).toBeUndefined();
  });
});

describe('the bearer of a token', () => {
  it('is its subject, and the token is known by a hash of its id', () => {
    expect(bearerOf({ sub: 'auth0|5f7c', jti: 'one' })).toEqual({
      subject: 'auth0|5f7c',
      tokenHash: '7692c3ad3540bb803c020b3aee66cd88',
    });
  });

  it.each([undefined, '', 7, ['ann'], 'a'.repeat(257), 'a\uD800', 'a\0b'])('is nobody by %j', (sub) => {
    expect(bearerOf({ sub, jti: sub })?.subject).toBeNull();
  });
});
