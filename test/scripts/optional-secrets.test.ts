import { describe, expect, it } from 'vitest';
import { dropUnused } from '../../scripts/optional-secrets.ts';

/** A stage with both secrets, a function that knows them by reference, and a role that may read one of them and a table. */
const stage = (variables: Readonly<Record<string, string>>) => ({
  Resources: {
    JwtSecret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'ballast/dev/jwt' } },
    WebhookSecret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'ballast/dev/webhooks' } },
    AnthropicSecret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'ballast/dev/anthropic' } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Environment: {
          Variables: { JWT_SECRET_ID: { Ref: 'JwtSecret' }, WEBHOOK_SECRET_ID: { Ref: 'WebhookSecret' }, ...variables },
        },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                { Sid: 'ReadJwtSecret', Resource: { Ref: 'JwtSecret' } },
                { Sid: 'Read', Resource: { Ref: 'Table' } },
              ],
            },
          },
        ],
      },
    },
  },
});

const secretsOf = (template: ReturnType<typeof stage>) =>
  Object.keys(template.Resources).filter((id) => id.endsWith('Secret'));

describe('the secrets that only some stages use', () => {
  it.each<[string, Readonly<Record<string, string>>, unknown, string[]]>([
    ['are not made where nothing uses them', {}, false, []],
    ['are made for tokens that are signed with one', { JWT_ISSUER: 'https://i.example' }, false, ['JwtSecret']],
    [
      'are not made for tokens whose issuer publishes its keys',
      { JWT_ISSUER: 'https://i.example', JWT_JWKS_URL: 'https://i.example/keys' },
      'false',
      [],
    ],
    ['are made for webhooks', { WEBHOOK_HOSTS: 'hooks.example' }, false, ['WebhookSecret']],
    ['are made in advance', {}, 'true', ['JwtSecret', 'WebhookSecret']],
  ])('%s', (_what, variables, inAdvance, made) => {
    const template = stage(variables);
    dropUnused(template, inAdvance);
    expect(secretsOf(template)).toEqual([...made, 'AnthropicSecret']);
  });

  it('leave their names to the functions, and no permission to read them', () => {
    const template = stage({});
    dropUnused(template, false);
    const { Variables } = template.Resources.Function.Properties.Environment;
    expect(Variables).toMatchObject({ JWT_SECRET_ID: 'ballast/dev/jwt', WEBHOOK_SECRET_ID: 'ballast/dev/webhooks' });
    const [policy] = template.Resources.Role.Properties.Policies;
    expect(policy?.PolicyDocument.Statement.map(({ Sid }) => Sid)).toEqual(['Read']);
    expect(JSON.stringify(template)).not.toMatch(/"Ref":"(?:Jwt|Webhook)Secret"/);
  });

  it('are refused by a parameter that is neither true nor false', () => {
    expect(() => dropUnused(stage({}), '')).toThrow('secretsInAdvance must be true or false');
  });
});
