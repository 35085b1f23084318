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
    expect(loadConfig({ JWT_ISSUER: '', JWT_AUDIENCE: '', JWT_JWKS_URL: '' }).JWT_ISSUER).toBeUndefined();
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
