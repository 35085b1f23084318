import { describe, expect, it } from 'vitest';
import { loadConfig } from '../lib/config.ts';

const TOKENS = { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'ballast' };
const messageOf = (env: Record<string, string>): string => {
  try {
    loadConfig(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the settings of tokens', () => {
  it('may all be missing, or empty', () => {
    expect(loadConfig({ JWT_ISSUER: '', JWT_AUDIENCE: ' ', JWT_JWKS_URL: '\t' }).JWT_ISSUER).toBeUndefined();
    expect(loadConfig({ MAX_RETRIES: ' ', LOG_SHARE: '  ' })).toEqual(loadConfig({}));
  });

  it.each(['https://issuer.example/jwks', 'http://localhost:8000/jwks', 'http://127.0.0.1/jwks', 'http://[::1]:1/'])(
    'take the key set %s',
    (url) => {
      expect(loadConfig({ ...TOKENS, JWT_JWKS_URL: url })).toMatchObject({ ...TOKENS, JWT_JWKS_URL: url });
    },
  );

  it.each(['http://issuer.example/jwks', 'http://localhost.example/', 'file:///jwks', 'jwks'])(
    'refuse the key set %s, which anybody on the way could replace',
    (url) => {
      expect(messageOf({ ...TOKENS, JWT_JWKS_URL: url })).toBe(
        'These variables are wrong: JWT_JWKS_URL (an https URL, or an http one of this machine).',
      );
    },
  );

  it.each([
    [{ JWT_ISSUER: 'x' }, 'JWT_AUDIENCE (needed beside JWT_ISSUER)'],
    [{ JWT_AUDIENCE: 'x' }, 'JWT_ISSUER (needed beside JWT_AUDIENCE)'],
    [
      { JWT_JWKS_URL: 'https://issuer.example' },
      'JWT_ISSUER (needed beside JWT_JWKS_URL), JWT_AUDIENCE (needed beside JWT_JWKS_URL)',
    ],
    [{ JWT_ISSUER: 'x', MAX_RETRIES: '11' }, 'MAX_RETRIES (at most 10), JWT_AUDIENCE (needed beside JWT_ISSUER)'],
  ])('name all that is missing beside %j', (env, wrong) => {
    expect(messageOf(env)).toBe(`These variables are wrong: ${wrong}.`);
  });
});

describe('the budgets of new tenants', () => {
  it.each(['5', '0', '0.50'])('may be %s', (amount) => {
    expect(loadConfig({ TENANT_DAILY_BUDGET_USD: amount }).TENANT_DAILY_BUDGET_USD).toBe(amount);
  });
  it.each(['-1', '$5', '1e3', 'none'])('may not be %s', (amount) => {
    expect(messageOf({ TENANT_MONTHLY_BUDGET_USD: amount })).toContain('TENANT_MONTHLY_BUDGET_USD (a decimal number');
  });
});

describe('the scopes of tokens', () => {
  it('are all but admin by default', () => {
    expect(loadConfig({}).JWT_SCOPES).toBe('runs:write,runs:read,runs:approve,messages:write,usage:read');
  });
  it.each(['admin', 'runs:read usage:read', 'runs:read, admin'])('may be %s', (scopes) => {
    expect(loadConfig({ JWT_SCOPES: scopes }).JWT_SCOPES).toBe(scopes);
  });
  it.each(['everything', 'runs:read,runs:raed', ','])('may not be %j', (scopes) => {
    expect(messageOf({ JWT_SCOPES: scopes })).toContain(
      'JWT_SCOPES (scopes separated by commas, of runs:write runs:read',
    );
  });
});

describe('the hosts that webhooks may be sent to', () => {
  it.each(['hooks.example.com', 'hooks.example.com, *.example.org', ''])('may be %s', (hosts) => {
    expect(() => loadConfig({ STAGE: 'prod', WEBHOOK_HOSTS: hosts })).not.toThrow();
  });
  it.each(['*', 'https://hooks.example.com', 'hooks.example.com/x'])('may not be %s', (hosts) => {
    expect(() => loadConfig({ WEBHOOK_HOSTS: hosts })).toThrow(/WEBHOOK_HOSTS \(names of hosts/);
  });
  it.each(['localhost', '127.0.0.1', '[::1]'])('are none of this machine in a stage that is deployed: %s', (host) => {
    expect(() => loadConfig({ STAGE: 'local', WEBHOOK_HOSTS: host })).not.toThrow();
    expect(() => loadConfig({ STAGE: 'prod', WEBHOOK_HOSTS: `hooks.example.com,${host}` })).toThrow('WEBHOOK_HOSTS');
  });
});

describe('the month in which prices were compared', () => {
  it('is a month, or none', () => {
    expect(loadConfig({ MODEL_PRICES_AS_OF: '2027-04' }).MODEL_PRICES_AS_OF).toBe('2027-04');
    expect(loadConfig({ MODEL_PRICES_AS_OF: '' }).MODEL_PRICES_AS_OF).toBeUndefined();
  });

  it.each(['2027-13', '2027', 'April', '2027-04-01'])('is not %s', (text) => {
    expect(messageOf({ MODEL_PRICES_AS_OF: text })).toBe(
      'These variables are wrong: MODEL_PRICES_AS_OF (a month such as 2026-11).',
    );
  });
});
