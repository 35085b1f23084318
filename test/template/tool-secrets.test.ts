import { type Agent, defineAgent, defineTool, z } from 'ballast';
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
    ProbeDependenciesRole: role(),
  },
});

/** An agent whose tools need these secrets, and a person who approves where it says so. */
const agentWith = (name: string, secrets: Readonly<Record<string, string>>, requiresApproval = false): Agent =>
  defineAgent({
    name,
    description: 'For tests.',
    system: 'You are a test.',
    models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
    tools: Object.entries(secrets).map(([secret, description]) =>
      defineTool({
        name: `use_${secret.replaceAll('-', '_')}`,
        description: 'For tests.',
        secrets: { [secret]: { description } },
        input: z.strictObject({}),
        requiresApproval,
        run: () => 'done',
      }),
    ),
  });

type RoleId = 'RunAgentRole' | 'ExecuteRunRole' | 'ProbeDependenciesRole';

const statementsOf = (made: ReturnType<typeof template>, id: RoleId) =>
  made.Resources[id].Properties.Policies[0]?.PolicyDocument.Statement;

const readingOf = (...ids: string[]) => ({
  Sid: 'ReadToolSecrets',
  Effect: 'Allow',
  Action: 'secretsmanager:GetSecretValue',
  Resource: ids.map((Ref) => ({ Ref })),
});

it('makes an empty secret for each that tools declare, and lets the runs read exactly these', () => {
  const made = template();
  declareToolSecrets(made, [agentWith('clerk', { 'shop-api': 'API key of the shop', crm: 'Password of the CRM' })]);
  expect(made.Resources).toMatchObject({
    ToolSecretShopApi: {
      Type: 'AWS::SecretsManager::Secret',
      DeletionPolicy: 'Delete',
      Properties: { Name: 'ballast/dev/tools/shop-api', Description: 'API key of the shop' },
    },
    ToolSecretCrm: { Properties: { Name: 'ballast/dev/tools/crm' } },
  });
  for (const id of ['RunAgentRole', 'ExecuteRunRole'] as const)
    expect(statementsOf(made, id)).toEqual([{ Sid: 'WriteOwnLog' }, readingOf('ToolSecretShopApi', 'ToolSecretCrm')]);
});

it('lets what probes the stage see of each secret whether it has a value, and read none', () => {
  const made = template();
  declareToolSecrets(made, [agentWith('seller', { shop: 'Key' }), agentWith('cashier', { till: 'Key' }, true)]);
  expect(statementsOf(made, 'ProbeDependenciesRole')).toEqual([
    { Sid: 'WriteOwnLog' },
    {
      Sid: 'SeeToolSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:DescribeSecret',
      Resource: [{ Ref: 'ToolSecretShop' }, { Ref: 'ToolSecretTill' }],
    },
  ]);
});

it('keeps the secrets of agents that need approvals from synchronous runs, which never run them', () => {
  const made = template();
  const [seller, cashier] = [agentWith('seller', { shop: 'Key' }), agentWith('cashier', { till: 'Key' }, true)];
  declareToolSecrets(made, [seller, cashier]);
  expect(statementsOf(made, 'RunAgentRole')?.slice(1)).toEqual([readingOf('ToolSecretShop')]);
  expect(statementsOf(made, 'ExecuteRunRole')?.slice(1)).toEqual([readingOf('ToolSecretShop', 'ToolSecretTill')]);
  const alone = template();
  declareToolSecrets(alone, [cashier]);
  expect(statementsOf(alone, 'RunAgentRole')).toEqual([{ Sid: 'WriteOwnLog' }]);
});

it('refuses names that a template could not tell apart', () => {
  const alike = [agentWith('clerk', { shop2: 'Key of the second shop', 'shop-2': 'Key of the other second shop' })];
  expect(() => declareToolSecrets(template(), alike)).toThrow('The secret shop-2 of a tool is named too much like');
});

it('changes nothing where no tool has a secret', () => {
  const made = template();
  declareToolSecrets(made, [agentWith('clerk', {})]);
  expect(made).toEqual(template());
});

it('grants nothing where the template is not the one it knows', () => {
  expect(() => declareToolSecrets({ Resources: {} }, [agentWith('clerk', { shop: 'Key' })])).toThrow('lacks Anthropic');
});
