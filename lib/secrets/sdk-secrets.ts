import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Reads a secret by the SDK, which finds region and credentials by itself. */
export const readValueBySdk = async (
  SecretId: string,
  requestTimeout: number,
  maxAttempts: number,
): Promise<string | undefined> => {
  const client = new SecretsManagerClient({
    maxAttempts,
    requestHandler: { requestTimeout, connectionTimeout: requestTimeout, throwOnRequestTimeout: true },
  });
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  } finally {
    client.destroy();
  }
};
