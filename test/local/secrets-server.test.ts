import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecretsServer, startSecretsServer } from '../../local/secrets-server.ts';

describe('the secrets server, asked by the real client', () => {
  const secrets = new Map([['ballast/local/anthropic', 'value ⚓']]);
  let server: SecretsServer;
  let client: SecretsManagerClient;
  beforeAll(async () => {
    server = await startSecretsServer(secrets);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new SecretsManagerClient({ endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });
  const get = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));

  it('gives the value of a secret', async () => {
    expect(await get('ballast/local/anthropic')).toMatchObject({
      Name: 'ballast/local/anthropic',
      SecretString: 'value ⚓',
    });
  });

  it('gives a rotated value at once', async () => {
    secrets.set('rotated', 'one');
    await get('rotated');
    secrets.set('rotated', 'two');
    expect(await get('rotated')).toMatchObject({ SecretString: 'two' });
  });

  it('says whether a secret has a value, without it', async () => {
    secrets.set('empty', '');
    const describe = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));
    const { VersionIdsToStages, ...said } = await describe('ballast/local/anthropic');
    expect(Object.values(VersionIdsToStages ?? {})).toEqual([['AWSCURRENT']]);
    expect(JSON.stringify(said)).not.toContain('value ⚓');
    expect((await describe('empty')).VersionIdsToStages).toEqual({});
    await expect(describe('unknown')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('says that a secret is not there, in the way of the API', async () => {
    await expect(get('unknown')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('refuses what it does not do', async () => {
    await expect(client.send(new ListSecretsCommand())).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('refuses a request that is no JSON, or far too long', async () => {
    const ask = (body: string) =>
      fetch(server.url, { method: 'POST', headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' }, body });
    for (const body of ['{', 'null', '[]', '{"SecretId":7}', ' '.repeat(20_000)]) {
      const response = await ask(body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ __type: 'InvalidParameterException' });
    }
  });
});
