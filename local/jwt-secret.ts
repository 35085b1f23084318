import { LEAST_SECRET_BYTES, parseSigningSecrets } from '../lib/identity/jwt/signing-secrets.ts';
import type { Environment } from '../lib/kernel/environment.ts';
import { StartRefused } from './start-refused.ts';

const isSecret = (text: string): boolean => {
  try {
    return parseSigningSecrets(text).length > 0;
  } catch {
    return false;
  }
};

/**
 * What a deployment keeps in its secret for tokens, out of `JWT_SECRET`; `null` where no issuer shares a secret.
 * Throws `StartRefused`, quoting no value, where it is unfit or the issuer has two kinds of keys, or none.
 */
export const jwtSecretOf = (env: Environment): string | null => {
  const secret = env['JWT_SECRET'] || null;
  const [issuer, audience, jwksUrl] = [env['JWT_ISSUER'], env['JWT_AUDIENCE'], env['JWT_JWKS_URL']];
  if (secret !== null && jwksUrl) {
    throw new StartRefused('JWT_SECRET and JWT_JWKS_URL exclude each other: an issuer has one kind of keys.');
  }
  if ((secret !== null || jwksUrl) && !(issuer && audience)) {
    throw new StartRefused(
      'Tokens are taken from one issuer and for one audience: set JWT_ISSUER and JWT_AUDIENCE too.',
    );
  }
  if (secret === null && !jwksUrl && (issuer || audience)) {
    throw new StartRefused('JWT_ISSUER and JWT_AUDIENCE need the keys of the issuer: set JWT_JWKS_URL or JWT_SECRET.');
  }
  if (secret !== null && !isSecret(secret)) {
    throw new StartRefused(
      `JWT_SECRET must be a secret of at least ${LEAST_SECRET_BYTES} bytes, or two of them by key id, as in ` +
        '{"current": {"kid": "b", "secret": "..."}, "previous": {"kid": "a", "secret": "..."}}.',
    );
  }
  return secret;
};
