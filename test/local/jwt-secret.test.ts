import { describe, expect, it } from 'vitest';
import { functionEnvironment } from '../../local/environment.ts';
import { jwtSecretOf } from '../../local/jwt-secret.ts';
import { readSettings } from '../../local/settings.ts';

const ISSUER = { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'ballast' };
const SECRET = 'canary'.repeat(6);

describe('JWT_SECRET', () => {
  it('becomes a secret that no function finds in its environment', () => {
    const env = { ...ISSUER, JWT_SECRET: SECRET };
    const settings = readSettings(env, '/project');
    expect(settings.jwtSecret).toBe(SECRET);
    const told = functionEnvironment(env, {
      settings,
      version: '1',
      terminal: false,
      dynamoDbUrl: 'http://127.0.0.1:1',
      secretsUrl: 'http://127.0.0.1:2',
      lambdaUrl: null,
      simulatedClaudeUrl: null,
    });
    expect(told).toMatchObject({ JWT_SECRET_ID: 'ballast/local/jwt', JWT_SECRET: undefined });
    expect(told).toHaveProperty('JWT_SECRET', undefined);
    expect(JSON.stringify(told)).not.toContain('canary');
  });

  it('is not needed where there are no tokens, or the issuer publishes its keys', () => {
    expect(jwtSecretOf({ JWT_SECRET: '' })).toBeNull();
    expect(jwtSecretOf({ ...ISSUER, JWT_JWKS_URL: 'https://issuer.example/jwks' })).toBeNull();
  });

  it.each([
    [{ ...ISSUER, JWT_SECRET: SECRET, JWT_JWKS_URL: 'https://issuer.example/jwks' }, /exclude each other/],
    [{ JWT_SECRET: SECRET }, /set JWT_ISSUER and JWT_AUDIENCE too/],
    [{ JWT_SECRET: SECRET, JWT_ISSUER: 'x' }, /set JWT_ISSUER and JWT_AUDIENCE too/],
    [{ JWT_JWKS_URL: 'https://issuer.example/jwks' }, /set JWT_ISSUER and JWT_AUDIENCE too/],
    [ISSUER, /set JWT_JWKS_URL or JWT_SECRET/],
    [{ JWT_AUDIENCE: 'x' }, /set JWT_JWKS_URL or JWT_SECRET/],
    [{ ...ISSUER, JWT_SECRET: 'canary' }, /^JWT_SECRET must be a secret of at least 32 bytes(?!.*canary)/],
  ])('is refused with %j in one sentence', (env, sentence) => {
    expect(() => jwtSecretOf(env)).toThrow(
      expect.objectContaining({ name: 'StartRefused', message: expect.stringMatching(sentence) as string }),
    );
  });
});
