import { describe, expect, it } from 'vitest';
import { secretKinds } from '../../../scripts/secret/kinds.ts';
import { WrongForm } from '../../../scripts/secret/secret-kind.ts';
import { GOOD } from '../../secrets/values.ts';

const kinds = secretKinds(
  new Map([
    ['shop-api', { what: 'the shop', isInHeader: true }],
    ['own', { what: 'something else', isInHeader: false }],
  ]),
);

const kind = (name: string) => {
  const found = kinds.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no kind ${name}`);
  return found;
};
const put = (name: string, text: string) => {
  kind(name).check(text);
  kind(name).checkStrictly(text);
};

describe('the form of a secret that is put', () => {
  it.each([
    ['anthropic', GOOD.anthropic],
    ['anthropic', JSON.stringify([GOOD.anthropic, GOOD.nextAnthropic])],
    ['anthropic', JSON.stringify({ ANTHROPIC_API_KEY: GOOD.anthropic })],
    ['jwt', GOOD.jwt],
    ['jwt', JSON.stringify({ current: GOOD.nextJwt, previous: GOOD.jwt })],
    ['webhooks', GOOD.webhooks],
    ['alerts', JSON.stringify({ slackWebhookUrl: 'https://hooks.slack.com/services/x' })],
    ['otlp', 'authorization=Bearer%20abc'],
    ['tools/shop-api', 'shop_1'],
    ['tools/own', 'two\nlines'],
  ])('of %s may be %s', (name, text) => {
    expect(() => put(name, text)).not.toThrow();
  });

  it.each([
    ['anthropic', 'another canary'],
    ['anthropic', 'canary-key'],
    ['anthropic', `sk-ant-admin01-canary${'a'.repeat(30)}`],
    ['anthropic', `${GOOD.anthropic}\ncanary`],
    ['anthropic', JSON.stringify([GOOD.anthropic, GOOD.anthropic])],
    ['anthropic', JSON.stringify({ user: 'canary', password: 'canary' })],
    ['jwt', 'canary'.padEnd(31)],
    ['jwt', '{"canary'],
    ['webhooks', 'canary'],
    ['webhooks', 'whsec_canary'],
    ['alerts', 'canary'],
    ['alerts', '{}'],
    ['alerts', JSON.stringify({ slackWebhookURL: 'https://canary.example' })],
    ['alerts', JSON.stringify({ slackWebhookUrl: 'http://canary.example' })],
    ['otlp', 'canary'],
    ['tools/shop-api', 'can\nary'],
  ])('of %s is not %s, and that is said without quoting it', (name, text) => {
    expect(() => put(name, text)).toThrow(/^(?!.*canary)\S/);
  });
});

describe('a rotation', () => {
  const rotation = (name: string) => {
    const found = kind(name).rotation;
    if (found === null) throw new Error(`${name} has none`);
    return found;
  };

  it.each([
    ['jwt', GOOD.jwt, GOOD.nextJwt],
    ['webhooks', GOOD.webhooks, GOOD.nextWebhooks],
  ])('of %s keeps the current one as the previous one, and ends with the new one', (name, before, next) => {
    const both = rotation(name).rotated(before, next);
    expect(JSON.parse(both)).toEqual({ current: next, previous: before });
    expect(rotation(name).count(both)).toBe(2);
    expect(() => put(name, both)).not.toThrow();
    expect(rotation(name).finished(both)).toBe(next);
    expect(JSON.parse(rotation(name).rotated(both, before))).toEqual({ current: before, previous: next });
    expect(() => rotation(name).rotated(before, before)).toThrow(WrongForm);
    expect(() => rotation(name).rotated(before, both)).toThrow(WrongForm);
  });

  describe('of alerts', () => {
    const WEBHOOK = { slackWebhookUrl: 'https://hooks.slack.com/services/x', webhookUrl: 'https://example.com/hook' };
    const withSecret = (webhookSecret: unknown) => JSON.stringify({ ...WEBHOOK, webhookSecret });
    const [old, next] = ['the-old-one-of-two', 'the-new-one-of-two'];
    const both = withSecret({ current: next, previous: old });

    it('is that of its webhookSecret: the new one is given alone, and the targets stay', () => {
      const ofAlerts = rotation('alerts');
      expect(JSON.parse(ofAlerts.rotated(withSecret(old), ` ${next}\n`))).toEqual(JSON.parse(both));
      expect([ofAlerts.count(withSecret(old)), ofAlerts.count(both)]).toEqual([1, 2]);
      expect(() => put('alerts', both)).not.toThrow();
      expect(JSON.parse(ofAlerts.finished(both))).toEqual(JSON.parse(withSecret(next)));
      expect(() => ofAlerts.rotated(withSecret(old), old)).toThrow(WrongForm);
      expect(() => ofAlerts.rotated(JSON.stringify({ slackWebhookUrl: WEBHOOK.slackWebhookUrl }), next)).toThrow(
        WrongForm,
      );
      expect(() => ofAlerts.part?.check(next)).not.toThrow();
      for (const wrong of ['canary', both]) expect(() => ofAlerts.part?.check(wrong)).toThrow(/^(?!.*canary)\S/);
    });

    it('leaves a put of other targets alone, and not one that ends the secret', () => {
      const ends = (before: string, text: string) => rotation('alerts').ends?.(before, text);
      expect(
        ends(withSecret(old), JSON.stringify({ ...JSON.parse(withSecret(old)), slackWebhookUrl: undefined })),
      ).toBe(false);
      expect(ends(withSecret(old), both)).toBe(false);
      expect(ends(withSecret(old), withSecret(next))).toBe(true);
      expect(ends('of another form', withSecret(next))).toBe(false);
    });

    it('has one variable of .env for both', () => {
      const { variables, fromVariables } = kind('alerts');
      const set = variables(both) as Record<string, string>;
      expect(set['BALLAST_ALARM_WEBHOOK_SECRET']).toBe(JSON.stringify({ current: next, previous: old }));
      expect(rotation('alerts').count(fromVariables(set) ?? '')).toBe(2);
    });
  });

  it('of tokens by key ids keeps both ids', () => {
    const before = JSON.stringify({ current: { kid: 'a', secret: GOOD.jwt } });
    const next = (kid: string) => JSON.stringify({ current: { kid, secret: GOOD.nextJwt } });
    expect(JSON.parse(rotation('jwt').rotated(before, next('b')))).toEqual({
      current: { kid: 'b', secret: GOOD.nextJwt },
      previous: { kid: 'a', secret: GOOD.jwt },
    });
    expect(() => rotation('jwt').rotated(before, next('a'))).toThrow(WrongForm);
    expect(JSON.parse(rotation('jwt').finished(before))).toEqual({ current: { kid: 'a', secret: GOOD.jwt } });
  });
});
