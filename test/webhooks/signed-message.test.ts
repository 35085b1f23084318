import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signedMessage } from '../../lib/webhooks/signed-message.ts';
import { parseWebhookSecrets } from '../../lib/webhooks/signing-secrets.ts';
import { tenantSecrets } from '../../lib/webhooks/tenant-secrets.ts';
import { systemClock } from '../../local/system-clock.ts';

const secretOf = (bytes: number, fill = 'c'): string => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const NEW = secretOf(32, 'n');
const OLD = secretOf(24, 'o');

const BODY = JSON.stringify({ type: 'run.succeeded', data: { output: 'Größe: ✓ 🚢' } });

const signed = (secrets: readonly string[], at = systemClock.now()) =>
  signedMessage({ id: 'msg_1', url: 'https://hooks.example.com/x', body: BODY }, secrets, at);

describe('a signed message', () => {
  it('is verified by the library', () => {
    const { body, headers } = signed([NEW]);
    expect(new Webhook(NEW).verify(body, headers)).toEqual(JSON.parse(BODY));
    expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
  });

  it('is verified by either secret while one takes over from the other', () => {
    const { body, headers } = signed(parseWebhookSecrets(JSON.stringify({ current: NEW, previous: OLD })));
    for (const secret of [NEW, OLD]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(BODY));
    expect(() => new Webhook(secretOf(32, 'x')).verify(body, headers)).toThrow('No matching signature');
  });

  it('is refused when it was changed, is somebody else’s or is old', () => {
    const { body, headers } = signed([NEW]);
    const webhook = new Webhook(NEW);
    expect(() => webhook.verify(`${body} `, headers)).toThrow('No matching signature');
    expect(() => webhook.verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow('No matching signature');
    const old = signed([NEW], systemClock.now() - 400_000);
    expect(() => webhook.verify(old.body, old.headers)).toThrow('too old');
  });
});

describe('the secret of a tenant', () => {
  it('is the one that HKDF of RFC 5869 derives, with the tenant’s id as info', () => {
    // By its definition, in HMACs: extract without a salt, then one block of expand.
    const key = Buffer.from(NEW.slice('whsec_'.length), 'base64');
    const extracted = createHmac('sha256', Buffer.alloc(32)).update(key).digest();
    const expanded = createHmac('sha256', extracted).update('acme').update(Buffer.of(1)).digest();
    expect(tenantSecrets([NEW], 'acme')).toEqual([`whsec_${expanded.toString('base64')}`]);
  });

  it('verifies the tenant’s messages, also after one of two rotations, and nobody else’s', () => {
    const before = tenantSecrets([OLD], 'acme')[0] ?? '';
    const [current = '', previous = ''] = tenantSecrets([NEW, OLD], 'acme');
    expect(previous).toBe(before);
    const { body, headers } = signed(tenantSecrets([NEW, OLD], 'acme'));
    for (const secret of [before, current]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(BODY));
    for (const secret of [...tenantSecrets([NEW, OLD], 'beta'), NEW, OLD])
      expect(() => new Webhook(secret).verify(body, headers)).toThrow('No matching signature');
  });
});

describe('the signing secret', () => {
  it.each([
    ['one as plain text', ` ${NEW}\n`, [NEW]],
    ['one as JSON', JSON.stringify({ current: NEW }), [NEW]],
    ['one without another', JSON.stringify({ current: NEW, previous: null }), [NEW]],
    ['two', JSON.stringify({ current: NEW, previous: OLD }), [NEW, OLD]],
    ['the longest', secretOf(64), [secretOf(64)]],
    ['made as key and value', JSON.stringify({ user: 'x', WEBHOOK_SECRET: NEW }), [NEW]],
    ['the only member', JSON.stringify({ anything: NEW }), [NEW]],
  ])('may be %s', (_title, text, secrets) => {
    expect(parseWebhookSecrets(text)).toEqual(secrets);
  });

  it.each([
    ['nothing', ''],
    ['another text', 'canary-canary-canary-canary-canary'],
    ['too short', secretOf(23)],
    ['too long', secretOf(65)],
    ['no base64', 'whsec_canary!canary!canary!canary!canary!!'],
    ['broken JSON', '{"current": "canary"'],
    ['without a current one', JSON.stringify({ previous: NEW })],
    ['one of them wrong', JSON.stringify({ current: NEW, previous: 'canary' })],
    ['one of two members', JSON.stringify({ a: NEW, b: NEW })],
    ['something else besides', JSON.stringify({ current: NEW, canary: 1 })],
  ])('may not be %s, and the error quotes nothing', (_title, text) => {
    expect(() => parseWebhookSecrets(text)).toThrow(/^(?!.*canary).*secret of webhooks/);
  });
});
