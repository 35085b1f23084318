import { hkdfSync } from 'node:crypto';
import { PREFIX } from './signing-secrets.ts';

/** Of a secret that is derived: as many as its hash gives. */
const BYTES = 32;

const derived = (secret: string, tenantId: string): string => {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return PREFIX + Buffer.from(hkdfSync('sha256', key, '', tenantId, BYTES)).toString('base64');
};

/**
 * A tenant's own secrets, one from each of the stage's, in their order: by HKDF-SHA256 (RFC 5869) of its bytes, without a
 * salt and with the tenant's id as info. Nobody who has one can work out the stage's, or another tenant's.
 */
export const tenantSecrets = (stageSecrets: readonly string[], tenantId: string): readonly string[] =>
  stageSecrets.map((secret) => derived(secret, tenantId));
