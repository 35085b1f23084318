import { expect, it } from 'vitest';
import { parseWebhookSecrets } from '../../lib/webhooks/signing-secrets.ts';
import { functionEnvironment } from '../../local/environment.ts';
import { readSettings } from '../../local/settings.ts';
import { DEV_WEBHOOK_SECRET, webhookSecretOf } from '../../local/webhook-secret.ts';

const OWN = `whsec_${Buffer.alloc(32, 'canary').toString('base64')}`;

it('is one for development where nobody says otherwise', () => {
  expect(webhookSecretOf({})).toBe(DEV_WEBHOOK_SECRET);
  expect(parseWebhookSecrets(DEV_WEBHOOK_SECRET)).toEqual([DEV_WEBHOOK_SECRET]);
});

it.each([OWN, JSON.stringify({ current: OWN, previous: DEV_WEBHOOK_SECRET })])('may be %s', (secret) => {
  expect(webhookSecretOf({ BALLAST_WEBHOOK_SECRET: secret })).toBe(secret);
});

it.each(['canary', `{"current": "${OWN}"`, OWN.slice(0, 20)])(
  'stops the start if it is %s, quoting nothing',
  (secret) => {
    expect(() => readSettings({ BALLAST_WEBHOOK_SECRET: secret }, '/x')).toThrow(/^BALLAST_WEBHOOK_SECRET(?!.*canary)/);
  },
);

it('is in no variable of the functions', () => {
  const env = { BALLAST_WEBHOOK_SECRET: OWN };
  const told = functionEnvironment(env, {
    settings: readSettings(env, '/x'),
    version: '1',
    terminal: false,
    dynamoDbUrl: '',
    secretsUrl: '',
    lambdaUrl: null,
    simulatedClaudeUrl: null,
  });
  expect(told).toHaveProperty('BALLAST_WEBHOOK_SECRET', undefined);
  expect(JSON.stringify(told)).not.toContain(OWN);
});
