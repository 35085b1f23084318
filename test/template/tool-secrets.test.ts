import { expect, it } from 'vitest';
import { declareToolSecrets } from '../../scripts/declare-tool-secrets.ts';

const role = () => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Sid: 'WriteOwnLog' }] } }] },
});

const template = () => ({
  Resources: {
    AnthropicSecret: {
      Type: 'AWS::SecretsManager::Secret',
      DeletionPolicy: 'Delete',
      Properties: { Name: 'ballast/dev/anthropic', Description: 'The key' },
    },
    RunAgentRole: role(),
    ExecuteRunRole: role(),
  },
});

it('makes an empty secret for each that tools declare, and lets the runs read exactly these', () => {
  const made = template();
  declareToolSecrets(
    made,
    new Map([
      ['shop-api', 'API key of the shop'],
      ['crm', 'Password of the CRM'],
    ]),
  );
  expect(made.Resources).toMatchObject({
    ToolSecretShopApi: {
      Type: 'AWS::SecretsManager::Secret',
      DeletionPolicy: 'Delete',
      Properties: { Name: 'ballast/dev/tools/shop-api', Description: 'API key of the shop' },
    },
    ToolSecretCrm: { Properties: { Name: 'ballast/dev/tools/crm' } },
  });
  for (const id of ['RunAgentRole', 'ExecuteRunRole'] as const)
    expect(made.Resources[id].Properties.Policies[0]?.PolicyDocument.Statement).toEqual([
      { Sid: 'WriteOwnLog' },
      {
        Sid: 'ReadToolSecrets',
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [{ Ref: 'ToolSecretShopApi' }, { Ref: 'ToolSecretCrm' }],
      },
    ]);
});

it('refuses names that a template could not tell apart', () => {
  const names = new Map([
    ['shop2', 'Key of the second shop'],
    ['shop-2', 'Key of the other second shop'],
  ]);
  expect(() => declareToolSecrets(template(), names)).toThrow('The secret shop-2 of a tool is named too much like');
});

it('changes nothing where no tool has a secret', () => {
  const made = template();
  declareToolSecrets(made, new Map());
  expect(made).toEqual(template());
});

it('grants nothing where the template is not the one it knows', () => {
  expect(() => declareToolSecrets({ Resources: {} }, new Map([['shop', 'Key']]))).toThrow('The template lacks');
});
