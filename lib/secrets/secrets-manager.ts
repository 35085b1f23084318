import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { connectionIn } from '../aws-sdk/connection.ts';
import type { Environment } from '../kernel/environment.ts';
import { type AskingOptions, createAskSecretsManager, nameOf } from './ask-secrets-manager.ts';
import { MissingSecret } from './missing-secret.ts';

/** AWS Secrets Manager, as far as it is read here. */
export interface SecretReader {
  /** Rejects with the service's refusal, with what broke the connection, or where the secret is empty. */
  read(secretId: string, signal: AbortSignal): Promise<string>;
  /** As `read`, but `''` for a secret that the template made and nobody has given a value yet. */
  readOptional(secretId: string, signal: AbortSignal): Promise<string>;
}

export interface SecretReaderOptions extends Omit<AskingOptions, 'connection'> {
  /** The environment's variables, by the names that the SDK gives them. */
  readonly env: Environment;
}

export const createSecretReader = ({ env, clock, random }: SecretReaderOptions): SecretReader => {
  const ask = createAskSecretsManager({ connection: () => connectionIn(env, 'secretsmanager'), clock, random });
  const read: SecretReader['read'] = async (SecretId, abortSignal) => {
    const { SecretString: value } = await ask(
      (client) => client.send(new GetSecretValueCommand({ SecretId }), { abortSignal }),
      abortSignal,
    );
    if (typeof value !== 'string' || value === '') throw new MissingSecret('the secret is empty');
    return value;
  };
  return {
    read,
    async readOptional(secretId, signal) {
      try {
        return await read(secretId, signal);
      } catch (error) {
        if (nameOf(error) === 'ResourceNotFoundException') return '';
        throw error;
      }
    },
  };
};
