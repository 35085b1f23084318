import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepSecrets } from '../../scripts/stage/keep-secrets.ts';
import { packaged, packagedTemplate, type Stage, STAGES } from './packaged.ts';
import { ofType, resource } from './template.ts';

beforeAll(packaged);

interface Provider {
  readonly deletionProtection: unknown;
  readonly stackPolicy: unknown;
}

/** What the framework has understood of the service, and deploys by. */
const providerOf = async (stage: Stage): Promise<Provider> => {
  const state = JSON.parse(readFileSync(join(await packaged(), stage, 'serverless-state.json'), 'utf8')) as {
    readonly service: { readonly provider: Provider };
  };
  return state.service.provider;
};

describe('a stage', () => {
  it.each(STAGES)('is protected from its removal, secrets and all, in prod alone (%s)', async (stage) => {
    const template = await packagedTemplate(stage);
    expect((await providerOf(stage)).deletionProtection).toBe(stage === 'prod');
    const fates = ofType(template, 'AWS::SecretsManager::Secret').map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(fates.length).toBeGreaterThan(3);
    expect(new Set(fates)).toEqual(new Set([stage === 'prod' ? 'RetainExceptOnCreate' : 'Delete']));
  });

  it.each(STAGES)('lets no deployment replace or drop what holds money and answers in %s', async (stage) => {
    const { stackPolicy } = await providerOf(stage);
    const tables = ['LedgerTable', 'RunsTable'];
    expect(stackPolicy).toEqual([
      { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['Update:Replace', 'Update:Delete'],
        Resource: tables.map((id) => `LogicalResourceId/${id}`),
      },
    ]);
    for (const id of tables) expect(resource(await packagedTemplate(stage), id).Type).toBe('AWS::DynamoDB::Table');
  });

  it('keeps also the secrets of its tools where it is protected', () => {
    const secret = { Type: 'AWS::SecretsManager::Secret', Properties: {}, DeletionPolicy: 'Delete' };
    const stage = () => ({ Resources: { ToolSecretShop: { ...secret } } });
    const [kept, gone] = [stage(), stage()];
    keepSecrets(kept, true);
    keepSecrets(gone, false);
    expect([kept, gone].map(({ Resources }) => Resources.ToolSecretShop.DeletionPolicy)).toEqual([
      'RetainExceptOnCreate',
      'Delete',
    ]);
  });
});
