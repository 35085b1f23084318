import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoDbApiKeyStore } from '../../lib/tenants/dynamodb-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { HTTP, OTHERS, pathsOf } from '../functions/events.ts';
import { startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import type { Call, RawCall } from './events-as-sent.ts';
import { firstInvocation } from './first-invocation.ts';
import { type PermittedLambda, startPermittedLambda } from './lambda-api.ts';
import { type ForgetfulProxy, startForgetfulProxy } from './runtime/forgetful-proxy.ts';
import { startStrictAws, type StrictAws } from './runtime/strict-aws.ts';
import { administrator, authorised, startZips, type Zips } from './zips.ts';

const [MINUTES, HOURS] = [6 * 60_000, 3 * 3_600_000];

/**
 * An answer does not wait for ever for its spans to be sent, and what is still under way when the network forgets its
 * connections breaks. So these functions wait as long as the busiest machine takes.
 */
const PATIENT = { TEST_STRETCH: '40' };

const post = (path: string, body: object): Call => ({ method: 'POST', path, headers: authorised, body });

/** What a function is asked that reads and writes most. */
const CALLS: Readonly<Record<string, Call | RawCall>> = {
  'run-agent': post('/agent/run', { task: 'what is 6 times 7?' }),
  messages: post('/v1/messages', {
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hello' }],
  }),
  'submit-run': post('/agent/runs', { task: 'hello' }),
  admin: { path: '/admin/tenants', headers: administrator },
  'notify-alarm': { event: { look: 'flapping' } },
};

const callOf = (name: string): Call | RawCall => {
  const call = CALLS[name];
  if (call !== undefined) return call;
  const [first] = pathsOf(name);
  if (first === undefined) return { event: {} };
  const names = [...first.path.matchAll(/\{(\w+)\+?\}/g)].map(([, each = '']) => [each, 'x'] as const);
  const path = first.path.replaceAll(/\{\w+\+?\}/g, 'x');
  return { path, resource: first.path, pathParameters: Object.fromEntries(names), headers: authorised };
};

describeOnDynamoDb('each zip in an environment that is thawed', (engine) => {
  let zips: Zips;
  let lambda: PermittedLambda;
  let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
  const proxies = new Map<string, ForgetfulProxy>();
  const services: StrictAws[] = [];

  beforeAll(async () => {
    lambda = await startPermittedLambda();
    receiver = await startOtlpReceiver();
    zips = await startZips(engine(), async (variables) => {
      const all = { ...variables, AWS_ENDPOINT_URL_LAMBDA: lambda.url, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
      const between = Object.entries(all).map(async ([name, url]) => {
        const service = name.startsWith('AWS_') ? await startStrictAws(url) : null;
        if (service !== null) services.push(service);
        const proxy = await startForgetfulProxy(service?.url ?? url);
        proxies.set(name, proxy);
        return [name, proxy.url] as const;
      });
      return { ...Object.fromEntries(await Promise.all(between)), ...PATIENT };
    });
    zips.secrets.set('ballast/dev/otlp', 'authorization=Bearer one');
  });
  afterAll(async () => {
    await zips.close();
    await lambda.close();
    for (const each of [...proxies.values(), ...services]) await each.close();
    await receiver[Symbol.asyncDispose]();
  });

  const refused = () => services.flatMap((service) => service.refused);
  const resets = () => Object.fromEntries([...proxies].map(([name, proxy]) => [name, proxy.resets()]));
  const aws = (now: Parameters<StrictAws['become']>[0]) => {
    for (const service of services) service.become(now);
  };
  let accessKeyId = 'local';
  /** How far the world is ahead of this machine: it never goes back, or what a test has stored would be of the future. */
  let worldMs = 0;
  const found = (more: object = {}) => ({
    wallMs: worldMs,
    variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: accessKeyId, AWS_SESSION_TOKEN: accessKeyId },
    ...more,
  });
  /** A new environment in the world as it is. */
  const begin = async (name: string) => {
    await zips.renew(name);
    const environment = await zips.environment(name);
    environment.thaw(found());
    return environment;
  };
  /** The world goes on. */
  const pass = (ms: number) => {
    worldMs += ms;
    aws({ aheadMs: worldMs, accessKeyId });
  };

  const submitted = async (): Promise<RawCall> => {
    await begin('submit-run');
    const { body } = await zips.call('submit-run', post('/agent/runs', { task: 'hello' }));
    const { runId } = JSON.parse(body) as { runId: string };
    return { event: firstInvocation(runId, JSON.stringify({ tenantId: 'demo', runId })) };
  };
  /** A call of a function, and what came of it that must not differ. */
  const asked = async (name: string) => {
    lambda.as(name);
    const request = name === 'execute-run' ? await submitted() : callOf(name);
    lambda.as(name);
    const { statusCode, output } = await zips.call(name, request);
    expect(output).not.toMatch(/retried|unguarded|(?:store|event|export) failed|"level":"ERROR"/);
    return statusCode as number | undefined;
  };

  it('run-agent sends traces by a header that has changed meanwhile', async () => {
    const environment = await begin('run-agent');
    expect(await asked('run-agent')).toBe(200);
    const sent = receiver.spans.length;
    receiver.lock('Bearer two');
    zips.secrets.set('ballast/dev/otlp', 'authorization=Bearer two');
    pass(HOURS);
    environment.thaw(found());
    expect(await asked('run-agent')).toBe(200);
    expect(receiver.spans.length).toBeGreaterThan(sent);
  });

  it.each([...HTTP, ...OTHERS])('%s asks nobody in vain and nobody twice, and answers as before', async (name) => {
    const environment = await begin(name);
    const before = await asked(name);
    const [wereReset, wereRefused] = [resets(), refused().length];
    const again = async (what: string) => {
      expect(await asked(name), what).toBe(before);
      expect([resets(), refused().slice(wereRefused)], what).toEqual([wereReset, []]);
    };

    for (const proxy of proxies.values()) proxy.forget();
    pass(HOURS);
    environment.thaw(found());
    await again('connections are dead, and the clock on the wall has gone on alone');

    // Where the monotonic clock goes on, so does the timer by which fetch lets go of the provider, which no test can set.
    for (const [of, proxy] of proxies) if (of !== 'ANTHROPIC_BASE_URL') proxy.forget();
    pass(MINUTES);
    environment.thaw(found({ monotonicMs: MINUTES }));
    await again('connections are dead, and both clocks have gone on');

    accessKeyId = `${name}-later`;
    pass(HOURS);
    environment.thaw(found({ monotonicMs: MINUTES }));
    await again('credentials have run out, and others are there');

    // Its own clock is hours behind: what was refused for that is sent again by the clock of the refusal.
    pass(HOURS);
    expect(await asked(name)).toBe(before);
    expect(new Set(refused().slice(wereRefused))).toEqual(expect.not.arrayContaining(['ExpiredTokenException']));
  });

  it('list-agents knows no key any more that was revoked meanwhile', async () => {
    const environment = await begin('list-agents');
    expect(await asked('list-agents')).toBe(200);
    await createDynamoDbApiKeyStore(engine().table('LedgerTable')).revoke('demo', 'key-1');
    pass(MINUTES);
    environment.thaw(found());
    expect(await asked('list-agents')).toBe(401);
  });
});
