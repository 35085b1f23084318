import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecretsManager } from '../../lib/app/secrets/secrets-manager.ts';
import { watchedSecrets } from '../../lib/app/secrets/watched-secrets.ts';
import { connectionIn } from '../../lib/aws-sdk/connection.ts';
import { loadConfig } from '../../lib/config.ts';
import { readSecret, secretsProbe } from '../../lib/health/secrets-probe.ts';
import { parseProviderKeys } from '../../lib/secrets/provider-keys.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { agentsWithSecrets } from '../privilege/agents-with-secrets.ts';
import { type ScriptedSecretsManager, startSecretsManager } from '../secrets/scripted-secrets-manager.ts';

const MINUTE = 60_000;
const SIGNAL = new AbortController().signal;

/** A stage that uses every kind of secret, each with a value. */
const EVERYTHING = {
  JWT_ISSUER: 'https://issuer.example',
  JWT_AUDIENCE: 'ballast',
  WEBHOOK_HOSTS: 'hooks.example',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example',
};
const VALUES: readonly (readonly [name: string, value: string])[] = [
  ['anthropic', 'sk-ant-canary'],
  ['jwt', 'canary canary canary canary canary canary'],
  ['webhooks', 'whsec_canary'],
  ['otlp', 'authorization=canary'],
  ['tools/shop', 'canary'],
  ['tools/till', 'canary'],
];
/** Those whose values the health check does not read. */
const UNREAD = ['jwt', 'webhooks', 'otlp', 'tools/shop', 'tools/till'];

const idOf = (name: string) => `ballast/test/${name}`;

let store: ScriptedSecretsManager;
let clock: FakeClock;
let events: BallastEvent[];

beforeEach(async () => {
  store = await startSecretsManager(new Map(VALUES.map(([name, value]) => [idOf(name), value])));
  clock = createFakeClock();
  events = [];
});
afterEach(() => store[Symbol.asyncDispose]());

/** The secrets as the composition root looks at them, in an environment of its own. */
const watched = (settings: Readonly<Record<string, string>>) => {
  const emit = (event: BallastEvent) => void events.push(event);
  const random = () => 0;
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url,
  };
  const config = loadConfig({
    ...settings,
    JWT_SECRET_ID: idOf('jwt'),
    WEBHOOK_SECRET_ID: idOf('webhooks'),
    OTLP_SECRET_ID: idOf('otlp'),
    TOOL_SECRETS_PREFIX: idOf('tools/'),
  });
  const secrets = openSecretsManager({ env, clock, random, emit });
  const anthropic = secrets.open(idOf('anthropic'), { check: parseProviderKeys });
  const others = watchedSecrets({
    clock,
    random,
    emit,
    config,
    agents: agentsWithSecrets,
    connection: () => connectionIn(env, 'secretsmanager'),
  });
  return { vital: { name: 'anthropic', standing: readSecret(anthropic), isVital: true }, others };
};

/** The check of an environment; no time passes while it asks, but for pauses of no length. */
const checkOf = (settings: Readonly<Record<string, string>> = EVERYTHING) => {
  const { vital, others } = watched(settings);
  const probe = secretsProbe('test', [vital, ...others]);
  return {
    async ask() {
      let isOver = false;
      const finding = probe.ask(SIGNAL).finally(() => (isOver = true));
      while (!isOver) await clock.advance(0);
      return await finding;
    },
  };
};

it('is healthy where each secret has a value, and reads none but that of the provider', async () => {
  expect(await checkOf().ask()).toEqual({ status: 'healthy' });
  expect(store.reads).toEqual([idOf('anthropic')]);
  expect(store.looks.toSorted()).toEqual(UNREAD.map(idOf).toSorted());
});

it.each<[string, string, string]>([
  ['anthropic', 'unhealthy', 'anthropic has no value, or none that is understood'],
  ['jwt', 'degraded', 'jwt has no value'],
  ['webhooks', 'degraded', 'webhooks has no value'],
  ['tools/shop', 'degraded', 'tools/shop has no value'],
  ['tools/till', 'degraded', 'tools/till has no value'],
])(
  'names %s where the template made it and nobody put a value, and recovers within five minutes',
  async (name, status, says) => {
    const value = store.values.get(idOf(name)) ?? '';
    store.values.set(idOf(name), '');
    const check = checkOf();
    const detail = `${says}: npm run secret -- put ${name} --stage test`;
    expect(await check.ask()).toEqual({ status, detail });
    store.values.set(idOf(name), value);
    await clock.advance(5 * MINUTE);
    expect(await check.ask()).toEqual({ status: 'healthy' });
  },
);

it.each(['jwt', 'webhooks', 'otlp', 'tools/shop', 'tools/till'])(
  'names %s where it is gone, and where it is being deleted',
  async (name) => {
    store.deleted.add(idOf(name));
    const deleted = `${name} is being deleted (aws secretsmanager restore-secret)`;
    expect(await checkOf().ask()).toEqual({ status: 'degraded', detail: deleted });
    store.values.delete(idOf(name));
    expect(await checkOf().ask()).toEqual({
      status: 'degraded',
      detail: `${name} may not be looked at, or is gone`,
    });
  },
);

it('names all that are missing, and no value', async () => {
  for (const name of UNREAD) store.values.set(idOf(name), '');
  store.values.set(idOf('anthropic'), '["canary');
  store.deleted.add(idOf('webhooks'));
  const finding = await checkOf().ask();
  expect(finding).toEqual({
    status: 'unhealthy',
    detail:
      'anthropic has no value, or none that is understood: npm run secret -- put anthropic --stage test; ' +
      'jwt, tools/shop and tools/till have no values: npm run secret -- put <name> --stage test; ' +
      'webhooks is being deleted (aws secretsmanager restore-secret)',
  });
  expect(JSON.stringify([finding, events])).not.toContain('canary');
});

it('lets the headers of traces be empty, which is a choice', async () => {
  store.values.set(idOf('otlp'), '');
  expect(await checkOf().ask()).toEqual({ status: 'healthy' });
});

it('asks for no secret that the stage does not use', async () => {
  await checkOf({}).ask();
  await checkOf({ ...EVERYTHING, JWT_JWKS_URL: 'https://issuer.example/keys' }).ask();
  const tools = ['tools/shop', 'tools/till'];
  expect(store.looks.toSorted()).toEqual([...tools, ...tools, 'otlp', 'webhooks'].map(idOf).toSorted());
});

it('costs one question an hour of each secret that it does not read, and twelve of one that has no value', async () => {
  store.values.set(idOf('jwt'), '');
  const check = checkOf();
  for (let minute = 0; minute < 6 * 60; minute += 1) {
    await check.ask();
    await clock.advance(MINUTE);
  }
  const asked = (name: string) => store.looks.filter((id) => id === idOf(name)).length;
  expect(UNREAD.map((name) => [name, asked(name)])).toEqual(UNREAD.map((name) => [name, name === 'jwt' ? 72 : 6]));
});

it('takes a secret that had a value for one that has, while Secrets Manager fails', async () => {
  const check = checkOf();
  await check.ask();
  store.become('fails');
  await clock.advance(60 * MINUTE);
  expect(await check.ask()).toEqual({ status: 'healthy' });
  expect(events.filter(({ type }) => type === 'store.failed')).not.toEqual([]);
  expect(JSON.stringify(events)).not.toContain('canary');
  const before = store.looks.length;
  store.become('answers');
  store.values.set(idOf('webhooks'), '');
  await clock.advance(5 * MINUTE);
  expect((await check.ask()).status).toBe('degraded');
  expect(store.looks.length - before).toBe(UNREAD.length);
});

it('says of secrets that nobody has looked at yet that Secrets Manager is silent, within what a probe may take', async () => {
  store.become('hangs');
  const unread = watched(EVERYTHING).others.filter(({ name }) => UNREAD.includes(name));
  const [from, probe] = [clock.now(), secretsProbe('test', unread)];
  let isOver = false;
  const asking = probe.ask(SIGNAL).finally(() => (isOver = true));
  while (!isOver) await clock.advance(100);
  const detail = 'jwt, webhooks, otlp, tools/shop and tools/till were not looked at: no answer';
  expect(await asking).toEqual({ status: 'degraded', detail });
  expect(clock.now() - from).toBeLessThan(5_000);
});

it('asks anew at the next probe where nothing is known, so that one answer that failed is no news', async () => {
  const probe = secretsProbe('test', watched(EVERYTHING).others);
  const ask = async () => {
    let isOver = false;
    const asking = probe.ask(SIGNAL).finally(() => (isOver = true));
    while (!isOver) await clock.advance(100);
    return (await asking).status;
  };
  store.become('fails');
  expect(await ask()).toBe('degraded');
  expect(await ask()).toBe('degraded');
  store.become('answers');
  await clock.advance(MINUTE);
  expect(await ask()).toBe('healthy');
});
