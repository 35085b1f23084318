/** Longest time to an answer of Secrets Manager; the client is loaded late, a warm environment never needs it. */
const REQUEST_TIMEOUT_MS = 3_000;

/** Reads a secret string from AWS Secrets Manager by its id. Rejects with the SDK's error, or where the secret is empty. */
export const readSecret = async (secretId: string): Promise<string> => {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (!SecretString) throw new Error('the secret is empty');
    return SecretString;
  } finally {
    client.destroy();
  }
};

/** As `readSecret`, but `''` for a secret that the template made and nobody has given a value yet. */
export const readOptionalSecret = async (secretId: string): Promise<string> => {
  try {
    return await readSecret(secretId);
  } catch (error) {
    if ((error as { name?: unknown }).name === 'ResourceNotFoundException') return '';
    throw error;
  }
};
