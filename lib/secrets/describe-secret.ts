import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type AskingOptions, createAskSecretsManager, nameOf } from './ask-secrets-manager.ts';
import type { DescribeSecret } from './secret-states.ts';

/** The version that `GetSecretValue` gives: a secret that the template made has none until somebody puts a value. */
const CURRENT = 'AWSCURRENT';

/** By what Secrets Manager says of a secret to whom may not read its value. */
export const createDescribeSecret = (options: AskingOptions): DescribeSecret => {
  const ask = createAskSecretsManager(options);
  return async (SecretId, abortSignal) => {
    try {
      const { DeletedDate, VersionIdsToStages = {} } = await ask(
        (client) => client.send(new DescribeSecretCommand({ SecretId }), { abortSignal }),
        abortSignal,
      );
      if (DeletedDate !== undefined) return 'deleted';
      return Object.values(VersionIdsToStages).some((stages) => stages.includes(CURRENT)) ? 'valued' : 'empty';
    } catch (error) {
      if (nameOf(error) === 'ResourceNotFoundException') return 'empty';
      // Also of one that is gone for good: no statement is about a name that leads to nothing.
      if (nameOf(error) === 'AccessDeniedException') return 'refused';
      throw error;
    }
  };
};
