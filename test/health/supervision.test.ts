import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { health as healthFunction } from '../../functions/health.ts';
import { probeDependencies } from '../../functions/probe-dependencies.ts';
import type { Targets } from '../../lib/alerts/targets/targets.ts';
import { createApp } from '../../lib/app/app.ts';
import { supervisionOf } from '../../lib/app/supervision.ts';
import { createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createDynamoDbCircuitStore } from '../../lib/circuit-breaker/dynamodb-store.ts';
import type { HealthCheck } from '../../lib/health/check.ts';
import { createSupervision } from '../../lib/health/supervision.ts';
import { keyOf } from '../../lib/model-call/keys/key-pool.ts';
import { createAnthropic } from '../../lib/providers/anthropic/anthropic.ts';
import { createDynamoDbRestStore } from '../../lib/rests/dynamodb-store.ts';
import { createRests } from '../../lib/rests/rests.ts';
import { createLoader } from '../../lib/secrets/loader.ts';
import { parseProviderKeys } from '../../lib/secrets/provider-keys.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { systemClock } from '../../local/system-clock.ts';
import { OPTIONS } from '../circuit-breaker/parts.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { httpEvent, invoke } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { startSecretsManager } from '../secrets/scripted-secrets-manager.ts';
import { seededRandom } from '../seeded-random.ts';

const NAME = 'anthropic/claude-opus-5-5';

let upstream: HttpTarget;
let clock: FakeClock;
let events: BallastEvent[];
let secretFails: boolean;
let secretText: string;

beforeEach(async () => {
  upstream = await startHttpTarget();
  clock = createFakeClock();
  events = [];
  secretFails = false;
  secretText = 'sk-ant-canary';
});
afterEach(() => upstream.close());

const NOBODY: Targets = { slack: null, webhook: null, mail: null };

type Control = ReturnType<TestDynamoDb['table']>;

/** The two functions as they are deployed, on one table; each call is another environment. */
const environment = (
  table: Control,
  ownChecks: Readonly<Record<string, HealthCheck>> = {},
  targets: () => Promise<Targets> = async () => NOBODY,
) => {
  const emit = (event: BallastEvent) => void events.push(event);
  const read = async () => {
    if (secretFails) throw new Error('canary');
    return secretText;
  };
  const secret = createLoader({ read, clock });
  const store = createDynamoDbCircuitStore({ table, clock });
  const circuits = createCircuits({ store, clock, random: seededRandom(1), emit, options: OPTIONS });
  const anthropic = createAnthropic({ baseUrl: upstream.url, clock });
  const provider = {
    ...anthropic,
    // The target tells the time of the machine, and these tests have another.
    ask: async (...asked: Parameters<typeof anthropic.ask>) => ({
      ...(await anthropic.ask(...asked)),
      date: new Date(clock.now()).toUTCString(),
    }),
  };
  const rests = createRests({ store: createDynamoDbRestStore({ table, clock }), clock, random: seededRandom(1), emit });
  const keys = async () => parseProviderKeys(await secret.get()).map(keyOf);
  const supervision = createSupervision({
    clock,
    emit,
    version: '1.2.3',
    stage: 'test',
    table,
    secret,
    provider,
    keys,
    circuits,
    rests,
    models: () => ({ status: 'healthy' }),
    pricesAsOf: '2026-11',
    targets,
    ownChecks,
  });
  const parts = { ...functionParts(async () => Promise.reject(new Error('no run'))), clock };
  const ask = healthFunction({ ...parts, health: supervision.health });
  return {
    circuits,
    rests,
    probe: () => probeDependencies({ ...parts, ...supervision })({}),
    health: () => invoke(ask, httpEvent({ httpMethod: 'GET', path: '/health', body: null })),
  };
};

const emptied = async (engine: TestDynamoDb): Promise<Control> => {
  const table = engine.table('ControlTable');
  const { Items = [] } = await engine.sdk.send(new ScanCommand({ TableName: 'test-control' }));
  for (const { pk, sk } of Items)
    if (pk && sk) await engine.sdk.send(new DeleteItemCommand({ TableName: 'test-control', Key: { pk, sk } }));
  return table;
};

const broken = (engine: TestDynamoDb): Control =>
  engine.table('ControlTable', {
    send: async () => {
      throw Object.assign(new Error('canary'), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    },
  });

const probed = () =>
  events.flatMap((event) => (event.type === 'dependency.probed' ? [`${event.dependency} ${event.status}`] : []));

describeOnDynamoDb('probe-dependencies and /health', (engine) => {
  it('ask live where nothing was ever probed', async () => {
    const { health } = environment(await emptied(engine()));
    const { status, body } = await health();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'healthy', version: '1.2.3' });
    expect(Object.keys(body['checks'] as object).sort()).toEqual(['circuits', 'dynamodb', 'models', 'secrets']);
    expect(upstream.seen).toHaveLength(0);
  });

  it('tell of the user’s own checks, whose failure is no fault of Ballast’s', async () => {
    const table = await emptied(engine());
    const checks = { shop: async () => Promise.reject(new Error('canary')), stock: async () => 'there' };
    await environment(table, checks).probe();
    expect(probed()).toEqual(expect.arrayContaining(['shop degraded', 'stock healthy']));
    expect(events.filter(({ type }) => type === 'store.failed')).toEqual([]);
    const { status, body, text } = await environment(table, checks).health();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      checks: { shop: { status: 'degraded', detail: 'does not answer' }, stock: { status: 'healthy' } },
    });
    expect(text).not.toContain('canary');
  });

  it('write twice a round, however many checks there are, and no more than one unit at a time', async () => {
    const table = await emptied(engine());
    const sizes: number[] = [];
    const counting: Control = {
      ...table,
      put: async (item, options) => {
        // As DynamoDB measures an item: names and values.
        const values = Object.entries(item).map(([name, { S = '', N = '' }]) => Buffer.byteLength(name + S + N));
        sizes.push(values.reduce((sum, size) => sum + size));
        await table.put(item, options);
      },
    };
    await environment(counting).probe();
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThan(1_024);
  });

  it('agree: what one finds, the other tells, from another environment and asking nobody', async () => {
    const table = await emptied(engine());
    await environment(table).probe();
    expect(probed().sort()).toEqual(
      ['alerts', 'claude', 'clock', 'dynamodb', 'keys', 'models', 'prices', 'rests', 'secrets'].map(
        (name) => `${name} healthy`,
      ),
    );
    expect(events.at(-1)).toEqual({ type: 'dependencies.probed', openCircuits: 0, restingKeys: 0 });
    const asked = upstream.seen.length;
    const { body, text } = await environment(table).health();
    expect(body).toMatchObject({
      status: 'healthy',
      checks: { claude: { status: 'healthy', checkedAt: new Date(clock.now()).toISOString() } },
    });
    expect(upstream.seen).toHaveLength(asked);
    expect(asked).toBe(1);
    expect(text).not.toMatch(/canary|127\.0\.0\.1|anthropic/);
  });

  it.each<[string, () => Promise<Targets>, { status: string; detail: string | undefined }]>([
    [
      'nobody',
      async () => NOBODY,
      {
        status: 'healthy',
        detail: 'nobody is notified of alarms: no target is set (npm run secret -- put alerts --stage test)',
      },
    ],
    [
      'mail',
      async () => ({ ...NOBODY, mail: { topicArn: 'canary' } }),
      { status: 'healthy', detail: 'mail alone is notified of alarms, if the link in its first mail was followed' },
    ],
    ['Slack', async () => ({ ...NOBODY, slack: { url: 'canary' } }), { status: 'healthy', detail: undefined }],
    [
      'who cannot be read',
      () => Promise.reject(new Error('canary')),
      { status: 'degraded', detail: 'the targets of alarms cannot be read' },
    ],
  ])('say of a stage that notifies %s of alarms whether anybody is', async (_who, targets, check) => {
    const table = await emptied(engine());
    await environment(table, {}, targets).probe();
    const { status, body, text } = await environment(table).health();
    const { alerts } = body['checks'] as Record<string, Record<string, unknown>>;
    expect([status, alerts?.['status'], alerts?.['detail']]).toEqual([200, check.status, check.detail]);
    expect(text).not.toContain('canary');
  });

  it('tell of a provider that fails as degraded, and of a rejected key as unhealthy', async () => {
    const table = await emptied(engine());
    upstream.script({ status: 503 });
    await environment(table).probe();
    const degraded = await environment(table).health();
    expect(degraded).toMatchObject({ status: 200, body: { status: 'degraded' } });
    upstream.script({ status: 401 });
    await environment(table).probe();
    const unhealthy = await environment(table).health();
    expect(unhealthy).toMatchObject({ status: 503, body: { checks: { claude: { detail: 'rejects the key' } } } });
    expect(probed()).toContain('claude unhealthy');
  });

  it('tell of a secret that cannot be loaded, and not why', async () => {
    const table = await emptied(engine());
    secretFails = true;
    await environment(table).probe();
    const { status, text, body } = await environment(table).health();
    expect(status).toBe(503);
    expect(body).toMatchObject({ checks: { secrets: { status: 'unhealthy', detail: 'does not answer' } } });
    expect(text + JSON.stringify(events)).not.toContain('canary');
  });

  it('take results for nothing that are older than three minutes, and none of dependencies they do not know', async () => {
    const table = await emptied(engine());
    await environment(table, { 'old-name': async () => Promise.reject(new Error('canary')) }).probe();
    expect(probed()).toContain('old-name degraded');
    await clock.advance(180_000);
    expect((await environment(table).health()).body).toMatchObject({ status: 'healthy' });
    await clock.advance(1);
    const { status, body } = await environment(table).health();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      checks: { claude: { status: 'degraded', detail: 'not checked lately' }, circuits: { status: 'healthy' } },
    });
    expect(body['checks']).not.toHaveProperty('old-name');
  });

  it('show a circuit at once when it opens, and count it in the next round', async () => {
    const table = await emptied(engine());
    const { circuits, health, probe } = environment(table);
    await probe();
    for (let call = 0; call < OPTIONS.failureThreshold; call += 1) {
      const entry = await circuits.enter(NAME);
      if (entry.admitted) await entry.report('failure');
    }
    const { status, body } = await health();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', checks: { circuits: { status: 'degraded', detail: '1 open' } } });
    await probe();
    expect(events.at(-1)).toEqual({ type: 'dependencies.probed', openCircuits: 1, restingKeys: 0 });
  });

  it('name a model that rests on every key, until when, and no key', async () => {
    const table = await emptied(engine());
    secretText = JSON.stringify(['sk-ant-canary-1', 'sk-ant-canary-2']);
    const limited = ['sk-ant-canary-1', 'sk-ant-canary-2'].map((key) => `${NAME}/standard/${keyOf(key).id}`);
    const { probe, rests } = environment(table);
    await rests.limited(limited[0] ?? '', 60_000);
    await probe();
    expect(probed()).toContain('rests healthy');
    await rests.limited(limited[1] ?? '', 120_000);
    await probe();
    expect(probed()).toContain('rests degraded');
    const { status, body, text } = await environment(table).health();
    const until = new Date(clock.now() + 60_000).toISOString();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      checks: { rests: { status: 'degraded', detail: `claude-opus-5-5 rests on every key until ${until}` } },
    });
    expect(text).not.toMatch(new RegExp(`canary|${limited.map((name) => name.slice(-16)).join('|')}`));
    await clock.advance(60_000);
    await probe();
    expect((await environment(table).health()).body).toMatchObject({ checks: { rests: { status: 'healthy' } } });
  });

  it('try a circuit that is due before any call does, unpaid', async () => {
    const table = await emptied(engine());
    const { circuits, probe } = environment(table);
    for (let call = 0; call < OPTIONS.failureThreshold; call += 1) {
      const entry = await circuits.enter(NAME);
      if (entry.admitted) await entry.report('failure');
    }
    await clock.advance(OPTIONS.breakDurationMs);
    await probe();
    expect(upstream.seen.map(({ path }) => path).sort()).toEqual(['/v1/models/claude-opus-5-5', '/v1/models?limit=1']);
    expect(await circuits.list()).toMatchObject([{ name: NAME, state: 'half-open' }]);
  });

  it('go on where the store is down: the figures are told, and /health says so', async () => {
    const { probe, health } = environment(broken(engine()));
    await probe();
    expect(probed()).toContain('dynamodb unhealthy');
    expect(events).toContainEqual({ type: 'dependencies.probed', openCircuits: null, restingKeys: null });
    const { status, text, body } = await health();
    expect(status).toBe(503);
    expect(body).toMatchObject({ checks: { dynamodb: { status: 'unhealthy', detail: 'does not answer' } } });
    expect(text).not.toContain('canary');
  });

  /** The app of a stage, with this clock and these settings. */
  const appOf = (env: Readonly<Record<string, string>>, now: () => number = () => Date.now()) =>
    createApp({
      env: {
        LOG_LEVEL: 'ERROR',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: engine().endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: upstream.url,
        ANTHROPIC_BASE_URL: upstream.url,
        CONTROL_TABLE: 'test-control',
        ...env,
      },
      clock: { ...systemClock, now },
      random: () => 0.5,
      randomBytes: (length) => new Uint8Array(length),
      fetch,
      write: () => undefined,
    });

  it.each([
    ['', 'degraded'],
    ['2027-09', 'healthy'],
  ])('find the prices a year later, compared by the operator in "%s", %s', async (MODEL_PRICES_AS_OF, status) => {
    await emptied(engine());
    const app = appOf({ MODEL_PRICES_AS_OF }, () => Date.UTC(2027, 9, 4));
    await supervisionOf(app).probeDependencies();
    expect((await supervisionOf(app).health.report()).checks['prices']?.status).toBe(status);
  });

  it('name the secret that a stage uses and nobody has put, where its settings say that it does', async () => {
    await emptied(engine());
    await using store = await startSecretsManager(
      new Map([
        ['ballast/local/anthropic', 'sk-ant-canary'],
        ['jwt', ''],
      ]),
    );
    const of = { AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url, STAGE: 'test', JWT_SECRET_ID: 'jwt' };
    const tokens = { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'ballast' };
    const found = async (env: Readonly<Record<string, string>>) => {
      const app = appOf({ ...of, ...env });
      await supervisionOf(app).probeDependencies();
      const { secrets } = (await supervisionOf(app).health.report()).checks;
      return [secrets?.status, secrets?.detail];
    };
    const detail = 'jwt has no value: npm run secret -- put jwt --stage test';
    expect(await found(tokens)).toEqual(['degraded', detail]);
    expect(await found({})).toEqual(['healthy', undefined]);
  });

  it('are bounded: a provider that never answers has failed after five seconds', async () => {
    const table = await emptied(engine());
    upstream.script('hang');
    const { probe } = environment(table);
    let over = false;
    const round = probe().then(() => (over = true));
    while (!upstream.hanging) await new Promise((done) => setImmediate(done));
    await clock.advance(4_999);
    expect(over).toBe(false);
    await clock.advance(1);
    await round;
    expect(probed()).toContain('claude degraded');
  });
});
