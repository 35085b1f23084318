import { describe, expect, it } from 'vitest';
import { readTargets } from '../../lib/alerts/targets/targets.ts';

const SLACK = 'https://hooks.slack.com/services/T0/B0/canary';
const WEBHOOK = { webhookUrl: 'https://example.com/hook', webhookSecret: 'canary-canary-canary' };

describe('the secret of the alerts', () => {
  it('names both targets, or one, or none', () => {
    expect(readTargets(JSON.stringify({ slackWebhookUrl: SLACK, ...WEBHOOK }))).toEqual({
      slack: { url: SLACK },
      webhook: { url: WEBHOOK.webhookUrl, secrets: [WEBHOOK.webhookSecret] },
    });
    expect(readTargets(JSON.stringify({ slackWebhookUrl: SLACK }))).toEqual({ slack: { url: SLACK }, webhook: null });
    for (const nothing of ['', ' \n', '{}']) expect(readTargets(nothing)).toEqual({ slack: null, webhook: null });
  });

  it.each<[string, string, string]>([
    ['no JSON', 'canary', 'not JSON'],
    ['another JSON', '["canary"]', 'all of it'],
    ['a plain address of another machine', JSON.stringify({ slackWebhookUrl: 'http://canary.com' }), 'slackWebhookUrl'],
    ['no address', JSON.stringify({ ...WEBHOOK, webhookUrl: 'canary' }), 'webhookUrl'],
    ['a secret that is easily guessed', JSON.stringify({ ...WEBHOOK, webhookSecret: 'canary' }), 'webhookSecret'],
    ['an address without its secret', JSON.stringify({ webhookUrl: WEBHOOK.webhookUrl }), 'go together'],
    ['a secret without its address', JSON.stringify({ webhookSecret: WEBHOOK.webhookSecret }), 'go together'],
  ])('is refused as %s, naming what is wrong and quoting nothing', (_what, secret, said) => {
    expect(() => readTargets(secret)).toThrow(said);
    expect(() => readTargets(secret)).not.toThrow(/canary/);
  });

  it.each<[string, unknown, string[]]>([
    ['one', { current: 'canary-canary-one' }, ['canary-canary-one']],
    [
      'two',
      { current: 'canary-canary-two', previous: 'canary-canary-one' },
      ['canary-canary-two', 'canary-canary-one'],
    ],
    ['one and no previous one', { current: 'canary-canary-one', previous: null }, ['canary-canary-one']],
  ])('may have %s to sign with, as JSON or as a text of JSON', (_what, webhookSecret, secrets) => {
    for (const written of [webhookSecret, JSON.stringify(webhookSecret)]) {
      const { webhook } = readTargets(JSON.stringify({ ...WEBHOOK, webhookSecret: written }));
      expect(webhook).toEqual({ url: WEBHOOK.webhookUrl, secrets });
    }
  });

  it.each([
    [{ current: 'canary' }],
    [{ previous: 'canary-canary-one' }],
    [{ current: 'canary-canary-one', previous: 'canary' }],
    [{ current: 'canary-canary-one', next: 'canary-canary-two' }],
    ['{"current": "canary-canary'],
    [['canary-canary-one']],
  ])('has no other form of two secrets: %j', (webhookSecret) => {
    const secret = JSON.stringify({ ...WEBHOOK, webhookSecret });
    expect(() => readTargets(secret)).toThrow('webhookSecret');
    expect(() => readTargets(secret)).not.toThrow(/canary/);
  });

  it('may name a plain address of this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(readTargets(JSON.stringify({ slackWebhookUrl: `http://${host}:3000/x` })).slack).not.toBeNull();
  });
});
