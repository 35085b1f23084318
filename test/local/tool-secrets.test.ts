import { expect, it } from 'vitest';
import { defineAgent, defineTool, z } from '../../lib/index.ts';
import { functionEnvironment } from '../../local/environment.ts';
import { readSettings } from '../../local/settings.ts';
import { missingSecrets, toolSecretsOf } from '../../local/tool-secrets.ts';

const ENV = { TOOL_SECRET_SHOP_API: 'canary-1', TOOL_SECRET_CRM: 'canary-2', TOOL_SECRET_EMPTY: '', OTHER: 'x' };

it('takes secrets of tools from the variables that are named for them', () => {
  expect([...toolSecretsOf(ENV)]).toEqual([
    ['shop-api', 'canary-1'],
    ['crm', 'canary-2'],
  ]);
});

it('lets no function see those variables', () => {
  const changes = functionEnvironment(ENV, {
    settings: readSettings(ENV, '/'),
    version: '0',
    terminal: false,
    dynamoDbUrl: 'http://localhost:1',
    secretsUrl: 'http://localhost:2',
    lambdaUrl: null,
    simulatedClaudeUrl: null,
  });
  const names = ['TOOL_SECRET_SHOP_API', 'TOOL_SECRET_CRM', 'TOOL_SECRET_EMPTY'];
  expect(names.every((name) => name in changes && changes[name] === undefined)).toBe(true);
  expect(JSON.stringify(changes)).not.toContain('canary');
});

it('names the variables that tools wait for', () => {
  const secrets = { crm: { description: 'CRM' }, 'shop-api': { description: 'Shop' }, mail: { description: 'Mail' } };
  const input = z.strictObject({});
  const tool = defineTool({ name: 'tool', description: 'A tool.', input, secrets, run: () => 'done' });
  const models = { simple: 'claude-haiku-5-5', standard: 'claude-haiku-5-5', complex: 'claude-haiku-5-5' };
  const agents = ['one', 'other'].map((name) =>
    defineAgent({ name, description: 'An agent.', system: 'Help.', models, tools: [tool] }),
  );
  expect(missingSecrets(agents, toolSecretsOf(ENV))).toEqual(['TOOL_SECRET_MAIL']);
});
