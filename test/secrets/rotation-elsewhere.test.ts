import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer, endpointOf } from '../../lib/agent/define/endpoint.ts';
import { boundFetch } from '../../lib/agent/tools/bound-fetch.ts';
import { createToolSecrets } from '../../lib/agent/tools/tool-secrets.ts';
import type { Alert } from '../../lib/alerts/alert.ts';
import { webhookMessage } from '../../lib/alerts/message.ts';
import { readTargets } from '../../lib/alerts/targets/targets.ts';
import { openSecretsManager } from '../../lib/app/secrets/secrets-manager.ts';
import { label } from '../../lib/kernel/redacted.ts';
import type { Secrets } from '../../lib/secrets/secrets.ts';
import { createOtlpExport, headersIn } from '../../lib/telemetry/tracing/otlp.ts';
import { signedMessage } from '../../lib/webhooks/signed-message.ts';
import { parseWebhookSecrets } from '../../lib/webhooks/signing-secrets.ts';
import { tenantSecrets } from '../../lib/webhooks/tenant-secrets.ts';
import { systemClock } from '../../local/system-clock.ts';
import { startHttpTarget } from '../http-target.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import { claims, rsaKey, signed, startKeyServer, verifierBy } from '../tenants/issuer.ts';
import { type ScriptedSecretsManager, startSecretsManager } from './scripted-secrets-manager.ts';
import { underLoad } from './served-stage.ts';
import { GOOD } from './values.ts';

/* As rotation.test.ts, of secrets that no request of a client is about: what asks with them goes on while they change. */

const MINUTE_MS = 60_000;

let store: ScriptedSecretsManager;
let secrets: Secrets;
let aheadMs: number;
const clock = {
  ...systemClock,
  now: () => systemClock.now() + aheadMs,
  monotonicMs: () => systemClock.monotonicMs() + aheadMs,
};
beforeEach(async () => {
  aheadMs = 0;
  store = await startSecretsManager();
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url,
  };
  secrets = openSecretsManager({ env, clock, random: () => 0.5, emit: () => undefined });
});
afterEach(() => store[Symbol.asyncDispose]());

describe('the rotation under load', () => {
  it('of a tool’s secret that is revoked in the same moment loses no request of the tool', async () => {
    let key = 'the-first-key';
    const server = createServer((request, response) => {
      response.writeHead(request.headers.authorization === `Bearer ${key}` ? 200 : 401).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    store.values.set('tools/shop', key);
    const declared = { api: endpointOf({ url, authorization: bearer('shop') }) };
    const call = async () => {
      const own = createToolSecrets({ secrets: { shop: { description: 'x' } } }, (name) =>
        secrets.open(`tools/${name}`),
      );
      const fetchFor = boundFetch({ fetch: globalThis.fetch, overrides: new Map(), stage: 'dev' });
      const response = await fetchFor(declared, own, new AbortController().signal, 'run_1:toolu_1')('api', '/');
      await response.body?.cancel();
      return String(response.status);
    };
    const load = underLoad(call);
    await load.more();
    key = 'the-second-key';
    store.values.set('tools/shop', key);
    await load.more(60);
    expect(await load.end()).toMatchObject({ kinds: ['200'] });
    expect(store.reads).toHaveLength(2);
    server.closeAllConnections();
    server.close();
  });

  it('of the secret of webhooks loses no message: receivers verify by the old one, then by either, then by the new one', async () => {
    const target = await startHttpTarget();
    store.values.set('webhooks', GOOD.webhooks);
    const known = {
      before: tenantSecrets([GOOD.webhooks], 'acme')[0] ?? '',
      after: tenantSecrets([GOOD.nextWebhooks], 'acme')[0] ?? '',
    };
    // A receiver has one of them: which one, it decides when it likes.
    let receivers: readonly string[] = [known.before];
    const secret = secrets.open('webhooks', { check: parseWebhookSecrets });
    const send = async (count: number) => {
      const body = JSON.stringify({ count });
      const signing = tenantSecrets(parseWebhookSecrets(await secret.get()), 'acme');
      const message = signedMessage({ id: `msg_${count}`, url: target.url, body }, signing, systemClock.now());
      await fetch(message.url, { method: 'POST', headers: message.headers, body });
      new Webhook(receivers[count % receivers.length] ?? '').verify(body, message.headers);
      return 'verified';
    };
    const load = underLoad(send);
    await load.more();
    store.values.set('webhooks', JSON.stringify({ current: GOOD.nextWebhooks, previous: GOOD.webhooks }));
    await load.more();
    await load.between(() => (aheadMs += 5 * MINUTE_MS));
    await load.more();
    receivers = [known.before, known.after];
    await load.more();
    receivers = [known.after];
    store.values.set('webhooks', GOOD.nextWebhooks);
    await load.between(() => (aheadMs += 5 * MINUTE_MS));
    await load.more();
    expect(await load.end()).toMatchObject({ kinds: ['verified'] });
    await target.close();
  });

  it('of the secret that alerts are signed with loses no message: receivers change theirs when they like', async () => {
    const target = await startHttpTarget();
    const [old, next] = ['the-old-one-of-two', 'the-new-one-of-two'];
    const withSecret = (webhookSecret: unknown) => JSON.stringify({ webhookUrl: target.url, webhookSecret });
    store.values.set('alerts', withSecret(old));
    const secret = secrets.open('alerts', { check: readTargets });
    let receivers: readonly string[] = [old];
    const load = underLoad(async (count) => {
      const { webhook } = readTargets(await secret.get());
      if (webhook === null) throw new Error('nobody is told');
      const alert = { id: `alert_${count}`, text: '', fields: { type: 'alarm.test' } } as unknown as Alert;
      const { url, headers, body } = webhookMessage(alert, webhook, clock.now());
      await fetch(url, { method: 'POST', headers, body });
      const [at, ...signatures] = (headers['ballast-signature'] ?? '').split(',');
      const own = createHmac('sha256', receivers[count % receivers.length] ?? '');
      const expected = own.update(`${at?.slice('t='.length)}.${body}`).digest('hex');
      return signatures.includes(`v1=${expected}`) ? 'verified' : 'refused';
    });
    const later = () => load.between(() => (aheadMs += 5 * MINUTE_MS));
    await load.more();
    store.values.set('alerts', withSecret({ current: next, previous: old }));
    await load.more();
    await later();
    await load.more();
    receivers = [old, next];
    await load.more();
    receivers = [next];
    store.values.set('alerts', withSecret(next));
    await later();
    await load.more();
    expect(await load.end()).toMatchObject({ kinds: ['verified'] });
    await target.close();
  });

  it('of the key of a receiver of traces loses no span', async () => {
    await using receiver = await startOtlpReceiver();
    receiver.lock('Bearer first');
    store.values.set('otlp', 'authorization=Bearer%20first');
    const secret = secrets.open('otlp', { check: headersIn, isOptional: true });
    const { endpoint } = receiver;
    const [headers, refreshHeaders] = [() => secret.get(), () => secret.refresh()];
    const send = createOtlpExport({
      endpoint,
      headers,
      refreshHeaders,
      clock: systemClock,
      stage: 'dev',
      version: '1',
      optIn: '',
    });
    const work = {
      function: label('run-agent'),
      coldStart: false,
      startedMs: 0,
      requestId: 'req_1',
      trace: { traceId: 'ab'.repeat(16), sampled: true },
    };
    const load = underLoad(async () => {
      await send([{ event: SAMPLES['request.finished'], at: clock.now(), work }]);
      return 'sent';
    });
    await load.more();
    store.values.set('otlp', 'authorization=Bearer%20second');
    receiver.lock('Bearer second');
    await load.more();
    const { count, kinds } = await load.end();
    expect(kinds).toEqual(['sent']);
    expect(receiver.spans).toHaveLength(count);
  });

  it('of the keys that an issuer publishes loses no token', async () => {
    const [first, second] = [rsaKey('first'), rsaKey('second')];
    const issuer = await startKeyServer();
    issuer.publish(first);
    const verifier = verifierBy(issuer, clock);
    let key = first;
    const load = underLoad(async () => (await verifier.verify(await signed(key, claims(clock.now())))).tenantId);
    await load.more();
    issuer.publish(second, first);
    key = second;
    await load.more();
    await load.between(() => (aheadMs += 10 * MINUTE_MS));
    issuer.publish(second);
    await load.more();
    expect(await load.end()).toMatchObject({ kinds: ['acme'] });
    await issuer.close();
  });
});
