import { describe, expect, it } from 'vitest';
import { secretKinds, WrongForm } from '../../../scripts/secret/kinds.ts';
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
