import { beforeAll, describe, expect, it } from 'vitest';
import { redactJson } from '../../lib/redaction/json-redactor.ts';
import { functionEnvironment } from '../../local/environment.ts';
import { readSettings } from '../../local/settings.ts';
import { GOOD } from '../secrets/values.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, ofType, plant, type Template } from './template.ts';

beforeAll(packaged);

/** Names of variables that would hold a value; one that names or finds a secret ends otherwise. */
const HOLDS = /(?:KEY|SECRET|TOKEN|PASSWORD|HEADERS|CREDENTIALS)S?$/;

/** Where a template holds the value of a secret, or has it copied into what it makes. */
const held = (template: Template): string[] => [
  ...ofType(template, 'AWS::SecretsManager::Secret').flatMap(([id, { Properties }]) =>
    ['SecretString', 'GenerateSecretString'].filter((name) => name in Properties).map((name) => `${id} has ${name}`),
  ),
  ...ofType(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) =>
    Object.keys((at(Properties, 'Environment', 'Variables') as object | undefined) ?? {})
      .filter((name) => HOLDS.test(name))
      .map((name) => `${id} is given ${name}`),
  ),
  ...(/\{\{resolve:(?:secretsmanager|ssm-secure)/.test(JSON.stringify(template)) ? ['a value is resolved'] : []),
  ...(JSON.stringify(redactJson(template, ['keys'])) === JSON.stringify(template)
    ? []
    : ['a text looks like a secret']),
];

describe('a template', () => {
  it.each(STAGES)('holds no value of a secret, and gives no function one, in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(ofType(template, 'AWS::SecretsManager::Secret').length).toBeGreaterThan(3);
    expect(held(template)).toEqual([]);
  });

  it.each<[string, (string | number)[], unknown]>([
    ['AnthropicSecret has SecretString', ['AnthropicSecret', 'Properties', 'SecretString'], 'x'],
    ['JwtSecret has GenerateSecretString', ['JwtSecret', 'Properties', 'GenerateSecretString'], {}],
    [
      'RunDashagentLambdaFunction is given JWT_SECRET',
      ['RunDashagentLambdaFunction', 'Properties', 'Environment', 'Variables', 'JWT_SECRET'],
      'x',
    ],
    ['a value is resolved', ['AnthropicSecret', 'Properties', 'Description'], '{{resolve:secretsmanager:x}}'],
    ['a text looks like a secret', ['AnthropicSecret', 'Properties', 'Description'], GOOD.anthropic],
  ])('is found out where %s', async (defect, path, value) => {
    expect(held(plant(await packagedTemplate('dev'), path, value))).toContain(defect);
  });
});

it('npm start gives the functions no value of a secret either', () => {
  const env = {
    ANTHROPIC_API_KEY: `${GOOD.anthropic}canary`,
    ANTHROPIC_AUTH_TOKEN: 'canary',
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'a',
    JWT_SECRET: 'canary'.repeat(6),
    BALLAST_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64').replace(/^.{6}/, 'canary')}`,
    BALLAST_SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/canary',
    BALLAST_ALARM_WEBHOOK_URL: 'https://example.org/canary',
    BALLAST_ALARM_WEBHOOK_SECRET: 'canary-canary-canary',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=canary',
    TOOL_SECRET_SHOP_API: 'canary',
  };
  const given = functionEnvironment(env, {
    settings: readSettings(env, '/x'),
    version: '1',
    terminal: false,
    dynamoDbUrl: '',
    secretsUrl: '',
    lambdaUrl: null,
    simulatedClaudeUrl: null,
  });
  expect(JSON.stringify({ ...env, ...given })).not.toContain('canary');
});
