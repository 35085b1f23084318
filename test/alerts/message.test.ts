import { describe, expect, it } from 'vitest';
import { alarmAlert } from '../../lib/alerts/alarm/alarm-alert.ts';
import { slackMessage, webhookMessage } from '../../lib/alerts/message.ts';
import { label } from '../../lib/kernel/redacted.ts';

const SECRET = '0123456789abcdef';
const AT = Date.UTC(2026, 10, 20, 12, 0, 0, 900);

/** What every message says; whatever else is known is in `alarm-text.test.ts`. */
const told = {
  id: '7a1dd5d86b11d0ac23fe91c3a5d011e4',
  alarm: label('ballast-dev-errors'),
  state: 'ALARM',
  previous: 'OK',
  changedAt: '2026-11-20T12:00:00.000Z',
  severity: 'page',
} as const;

const transition = {
  ...told,
  alarmId: '0b1dd5d86b11d0ac23fe91c3a5d011e4',
  value: null,
  threshold: null,
  comparison: null,
  unit: null,
  children: [],
  means: null,
  action: null,
  section: 'errors',
  url: null,
  follows: null,
} as const;

const webhook = (now = AT, secrets: readonly string[] = [SECRET]) =>
  webhookMessage(alarmAlert(transition), { url: 'https://example.com', secrets }, now);

/** As a receiver would, by another implementation of HMAC than the sender's. */
const verified = async (header: string, body: string, secret: string): Promise<boolean> => {
  const [, at = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', bytes(secret), algorithm, false, ['verify']);
  return crypto.subtle.verify('HMAC', key, Buffer.from(mac, 'hex'), bytes(`${at}.${body}`));
};

describe('the signature of the webhook', () => {
  it('is the HMAC-SHA256 of the seconds, a point and the body', async () => {
    const { headers, body } = webhook();
    const header = headers['ballast-signature'] ?? '';
    expect(header).toMatch(/^t=1795176000,/);
    expect(await verified(header, body, SECRET)).toBe(true);
    expect(await verified(header, `${body} `, SECRET)).toBe(false);
    expect(await verified(header, body, `${SECRET}0`)).toBe(false);
    expect(await verified(header.replace('t=1795176000', 't=1795176001'), body, SECRET)).toBe(false);
  });

  it('is what openssl computes', () => {
    // printf '%s.%s' "$t" "$body" | openssl dgst -sha256 -hmac "$secret" -hex
    expect(webhook().headers['ballast-signature']).toBe(
      't=1795176000,v1=5d54a604b64895861679d32fd6be3215c649ee51a9311492c593bac2890247f3',
    );
  });
});

describe('the signatures while the secret is rotated', () => {
  it('are one by each, the new one first, and each is right by itself', async () => {
    const { headers, body } = webhook(AT, ['the-new-one-of-two', SECRET]);
    const [at, ...macs] = (headers['ballast-signature'] ?? '').split(',');
    expect(macs).toHaveLength(2);
    expect(await verified(`${at},${macs[0]}`, body, 'the-new-one-of-two')).toBe(true);
    expect(await verified(`${at},${macs[1]}`, body, SECRET)).toBe(true);
  });
});

describe('the messages', () => {
  it('tell a program everything, and the same in each delivery', () => {
    expect(JSON.parse(webhook().body)).toEqual({ type: 'alarm.changed', ...told });
    expect(webhook(AT + 60_000).body).toBe(webhook().body);
  });

  it('tell people what is wrong since when, and that it is over', () => {
    const text = (state: 'ALARM' | 'OK') =>
      (
        JSON.parse(slackMessage(alarmAlert({ ...transition, state }), { url: 'https://example.com' }).body) as {
          text: string;
        }
      ).text;
    expect(text('ALARM')).toMatch(/ballast-dev-errors.*ALARM.*2026-11-20T12:00:00.000Z.*docs\/alarms\.md/s);
    expect(text('OK')).toMatch(/ballast-dev-errors.*OK again/);
  });
});
