import { createSecrets, type Secrets, type SecretsOptions } from '../../secrets/secrets.ts';
import { createSecretReader, type SecretReaderOptions } from '../../secrets/secrets-manager.ts';

/** The secrets of a stage in Secrets Manager; no I/O happens here. */
export const openSecretsManager = (options: SecretReaderOptions & Omit<SecretsOptions, 'reader'>): Secrets =>
  createSecrets({ ...options, reader: createSecretReader(options) });
