import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { createAdministration } from '../../lib/administration/administration.ts';
import { createDynamoDbAuditLog } from '../../lib/administration/dynamodb-audit-log.ts';
import { circuitSettings } from '../../lib/app/settings.ts';
import { createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createDynamoDbCircuitStore } from '../../lib/circuit-breaker/dynamodb-store.ts';
import { loadConfig } from '../../lib/config.ts';
import { createUserErasures } from '../../lib/end-users/erasures.ts';
import { createAuthenticator } from '../../lib/identity/authenticator.ts';
import { hashKey, issueKey } from '../../lib/identity/issue-key.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { createDynamoDbRestStore } from '../../lib/rests/dynamodb-store.ts';
import { createRests } from '../../lib/rests/rests.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { describeOnDynamoDb, TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { adminFunction } from './admin-parts.ts';

const random = seededRandom(20261121);
const randomBytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));

/** One environment with the function and an authenticator that remembers, on the tables of all. */
const environment = (engine: TestDynamoDb) => {
  const clock = createFakeClock();
  const ledger = engine.table('LedgerTable');
  const tenants = createDynamoDbTenantStore(ledger);
  const keys = createDynamoDbApiKeyStore(ledger);
  const authenticator = createAuthenticator({ tenants, keys, clock });
  const circuits = createCircuits({
    clock,
    random,
    emit: () => undefined,
    options: circuitSettings(loadConfig({})),
    store: createDynamoDbCircuitStore({ table: engine.table('ControlTable'), clock }),
  });
  const rests = createRests({
    clock,
    random,
    emit: () => undefined,
    store: createDynamoDbRestStore({ table: engine.table('ControlTable'), clock }),
  });
  const administration = createAdministration({
    tenants,
    keys,
    clock,
    circuits,
    rests,
    alarms: () => Promise.reject(new Error('none')),
    webhookHosts: [],
    webhookSecret: () => Promise.reject(new Error('none')),
    ids: createIds(clock, randomBytes),
    audit: createDynamoDbAuditLog(ledger),
    erasures: createUserErasures(engine.table('RunsTable')),
    known: {
      isPriced: () => true,
      hasAgent: () => true,
      hasTool: () => true,
      circuits: new Set(['anthropic/claude-opus-5-5']),
      webhookIssue: () => null,
      nearest: () => null,
    },
    issue: () => issueKey(randomBytes),
    onChanged: (tenantId) => authenticator.forget({ tenantId }),
  });
  return { clock, authenticator, rests, ...adminFunction(administration, clock) };
};

describeOnDynamoDb('the administration', (engine) => {
  it('keeps every setting as it was written', async () => {
    const { ask } = environment(engine());
    const settings = {
      name: 'Büro 🔑',
      status: 'suspended',
      requestsPerMinute: 0,
      tokensPerMinute: 1_000_000,
      maxConcurrentRuns: 3,
      userRequestsPerMinute: 5,
      dailyBudgetUsd: '0',
      monthlyBudgetUsd: '0.000000000001',
      userDailyBudgetUsd: '999999999999.999999999999',
      sessionBudgetUsd: '999999999999.999999999999',
      budgetShards: 16,
      allowedModels: [],
      allowedAgents: ['a'],
      allowedTools: ['t'],
      fallbackModels: { a: ['b', 'c'] },
      maxModelCalls: 100,
      maxRetries: 0,
      cacheTtlSeconds: 0,
      shadow: ['rate'],
      allowUnboundedFeatures: true,
      redactOutput: true,
      webhookUrl: 'https://example.com/hook?a=b',
    };
    expect((await ask('PUT /admin/tenants/whole', settings)).body).toMatchObject(settings);
    expect((await ask('GET /admin/tenants/whole')).body).toMatchObject(settings);
    expect((await ask('GET /admin/tenants')).body['tenants']).toContainEqual(
      (await ask('GET /admin/tenants/whole')).body,
    );
  });

  it('lets a new key in at once, and shuts it out at once when it is revoked', async () => {
    const { ask, authenticator } = environment(engine());
    await ask('PUT /admin/tenants/key-life', {});
    const { body } = await ask('POST /admin/tenants/key-life/keys', { name: 'ci', requestsPerMinute: 7 });
    const key = String(body['key']);
    const principal = await authenticator.authenticate(key);
    expect(principal).toMatchObject({ tenantId: 'key-life', keyLimits: { requestsPerMinute: 7 } });
    expect((await ask(`DELETE /admin/tenants/key-life/keys/${principal.keyId}`)).status).toBe(204);
    await expect(authenticator.authenticate(key)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('suspends a tenant at once where it is written, and within a minute elsewhere', async () => {
    const [here, elsewhere] = [environment(engine()), environment(engine())];
    await here.ask('PUT /admin/tenants/suspended', {});
    const key = String((await here.ask('POST /admin/tenants/suspended/keys', { name: 'ci' })).body['key']);
    for (const { authenticator } of [here, elsewhere]) await authenticator.authenticate(key);
    await here.ask('PUT /admin/tenants/suspended', { status: 'suspended' });
    await expect(here.authenticator.authenticate(key)).rejects.toMatchObject({ code: 'forbidden' });
    await elsewhere.clock.advance(60_000);
    await expect(elsewhere.authenticator.authenticate(key)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('takes every one of several simultaneous changes in some order, and audits each as it was made', async () => {
    const environments = Array.from({ length: 3 }, () => environment(engine()));
    const put = ({ ask }: (typeof environments)[number], at: number) =>
      ask('PUT /admin/tenants/raced', { maxRetries: at });
    const answers = await Promise.all(environments.map(put));
    expect(answers.map(({ status, body }) => [status, body['maxRetries']])).toEqual([0, 1, 2].map((at) => [200, at]));
    const { body } = await (environments[0] as (typeof environments)[number]).ask('GET /admin/audit?limit=100');
    const entries = (body['entries'] as { target: string; changes: Record<string, { to: unknown }> }[]).filter(
      ({ target }) => target === 'raced',
    );
    for (const at of [0, 1, 2]) expect(entries.some(({ changes }) => changes['maxRetries']?.to === at)).toBe(true);
  });

  it('lists what rests anywhere in the fleet, and ends it there within a second', async () => {
    const [here, elsewhere] = [environment(engine()), environment(engine())];
    const name = 'anthropic/claude-opus-4-8/fast/0123456789abcdef';
    await elsewhere.rests.limited(name, 60_000);
    expect((await here.ask('GET /admin/rests')).body['rests']).toContainEqual(
      expect.objectContaining({ name, model: 'claude-opus-4-8', kind: 'fast' }),
    );
    expect((await here.ask(`DELETE /admin/rests/${encodeURIComponent(name)}`)).status).toBe(204);
    expect((await here.ask(`DELETE /admin/rests/${name}`)).status).toBe(404);
    await elsewhere.clock.advance(1_000);
    await elsewhere.rests.read('anthropic/claude-opus-4-8/');
    expect(elsewhere.rests.stateOf(name)).toEqual({ kind: 'over' });
  });

  it('isolates a circuit for the whole fleet, and closes it again', async () => {
    const [here, elsewhere] = [environment(engine()), environment(engine())];
    const name = 'anthropic/claude-opus-5-5';
    await here.ask(`PUT /admin/circuits/${name}`, { state: 'isolated', reason: 'Too slow.' });
    const openedAt = '2026-11-20T12:00:00.000Z';
    const said = { isolatedBy: 'key_good', reason: 'Too slow.', since: openedAt };
    const isolated = { name, state: 'isolated', failures: 0, openedAt, retryAfterMs: null, ...said };
    expect((await elsewhere.ask('GET /admin/circuits')).body['circuits']).toContainEqual(isolated);
    const closed = await elsewhere.ask(`PUT /admin/circuits/${encodeURIComponent(name)}`, { state: 'closed' });
    expect(closed.body).toEqual({
      name,
      state: 'closed',
      failures: 0,
      openedAt: null,
      retryAfterMs: null,
      isolatedBy: null,
      reason: null,
      since: null,
    });
    const { body } = await here.ask('GET /admin/audit?limit=2');
    expect((body['entries'] as { changes: unknown }[]).map(({ changes }) => changes)).toContainEqual({
      state: { from: 'isolated', to: 'closed' },
    });
  });

  it('leaves a key nowhere, and its hash in the ledger alone', async () => {
    const { ask, lines } = environment(engine());
    await ask('PUT /admin/tenants/secret', {});
    const key = String((await ask('POST /admin/tenants/secret/keys', { name: 'ci' })).body['key']);
    const dump = async (TableName: string) =>
      JSON.stringify((await engine().sdk.send(new ScanCommand({ TableName }))).Items);
    const [ledger, ...others] = await Promise.all(
      [TABLE_NAMES.LedgerTable, TABLE_NAMES.ControlTable, TABLE_NAMES.RunsTable].map(dump),
    );
    expect(ledger).toContain(hashKey(key));
    for (const text of [ledger, ...others, lines.join('')]) expect(text).not.toContain(key);
    for (const text of [...others, lines.join('')]) expect(text).not.toContain(hashKey(key));
    for (const path of ['GET /admin/tenants/secret/keys', 'GET /admin/audit', 'GET /admin/tenants'])
      expect((await ask(path)).text).not.toContain(hashKey(key));
  });
});
