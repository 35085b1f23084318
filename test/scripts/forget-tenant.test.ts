import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { TABLE_NAMES } from '../../local/environment.ts';
import { isOwn, kindOf } from '../../scripts/forget-tenant/own-items.ts';
import { bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { scanTables, type StoredItem } from '../scan-tables.ts';
import { reply, toolCalls } from '../upstream/answers.ts';
import { runScript, stageLedger } from './stage.ts';

type Json = Record<string, unknown>;

describe('an item of a tenant', () => {
  const run = 'run_01m8mhe19qwzmcmc6gg6ntbr29';
  it.each([
    ['runs', `acme/${run}`, 'e#000001', 'runs */run_* e#*'],
    ['runs', 'session#acme/-/chat', 'head', 'runs session#* head'],
    ['runs', 'queue#acme', `2026-11-20#${run}`, 'runs queue#*'],
    ['runs', 'active#3', `acme/${run}`, 'runs active#*'],
    ['runs', 'erase#15', `001795176000000#acme/${run}`, 'runs erase#*'],
    ['runs', 'outbox#0', `001795176000000#acme/${run}#wh_1`, 'runs outbox#*'],
    ['runs', 'erase-users', 'acme/abc', 'runs erase-users'],
    ['runs', 'user-runs#acme/abc', run, 'runs user-runs#*'],
    ['control', 'idem#acme#0f', 'claim', 'control idem#*'],
    ['control', 'idem-of#acme/abc', 'acme#0f', 'control idem-of#*'],
    ['control', 'cache#acme#0f', 'answer', 'control cache#*'],
    ['control', 'rate#user#acme#0f#requests', 'rate', 'control rate#*'],
    ['control', 'slots#acme', '1', 'control slots#*'],
    ['control', 'key-use#acme', 'key_1', 'control key-use#*'],
  ] as const)('in %s is %s %s', (table, pk, sk, kind) => {
    expect(isOwn(table, 'acme', { pk, sk })).toBe(true);
    expect(kindOf(table, { pk, sk })).toBe(kind);
    // Neither of one whose id begins or ends so.
    for (const other of ['acm', 'acme-2', 'cme', 'me']) expect(isOwn(table, other, { pk, sk })).toBe(false);
  });

  it.each([
    ['runs', 'other/run_1', 'acme/run_1'],
    ['runs', 'session#other/-/acme', 'head'],
    ['control', 'parked', 'acme#run_1:1:1'],
    ['control', 'circuits', 'acme'],
    ['control', 'alert#acme', 'slack'],
  ] as const)('is not in %s %s %s', (table, pk, sk) => {
    expect(isOwn(table, 'acme', { pk, sk })).toBe(false);
  });
});

describe('npm run forget-tenant', () => {
  let fleet: FleetOfOne;
  beforeAll(async () => {
    fleet = await startFleetOfOne({ CONTENT_RETENTION: 'run', WEBHOOK_HOSTS: 'hooks.example.com' });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const forget = (...words: string[]) =>
    runScript('forget-tenant', fleet.engine.endpoint, ['--stage', 'local', ...words]);
  const stored = () => scanTables(fleet.engine.sdk, TABLE_NAMES);
  /** Of a tenant, without what the server sums up by itself. */
  const itemsOf = (items: readonly StoredItem[], tenantId: string) =>
    items
      .filter(({ pk }) => !pk.startsWith('rollup#'))
      .filter(({ pk, sk }) => new RegExp(`(^|[#/])${tenantId}([#/]|$)`).test(`${pk}\n${sk}`.replace('\n', '#')));

  const post = async (caller: Caller, target: string, body: object, headers: Record<string, string> = {}) =>
    bodyOf(
      await caller.ask(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    );
  const until = async (caller: Caller, runId: unknown, status: string) => {
    const read = async () => bodyOf(await caller.ask(`/agent/runs/${String(runId)}`));
    await expect.poll(async () => (await read())['status']).toBe(status);
    return read();
  };

  /** One who leaves something by each door, and a run that waits for a person. */
  const leaveTraces = async (caller: Caller): Promise<string> => {
    const refund = toolCalls([{ name: 'issue_refund', input: { orderId: 'canary-order', amountUsd: '1.00' } }]);
    const answers = ['canary-answer', 'canary-said', refund, 'canary-refunded', 'canary-gateway', refund];
    fleet.upstream.script(
      '*',
      answers.map((each) => (typeof each === 'string' ? reply(each) : each)),
    );
    const own = { userId: 'canary-user', metadata: { team: 'canary-team' } };
    await post(caller, '/agent/run', { task: 'canary-task', cache: 'use', ...own }, { 'idempotency-key': 'one' });
    await post(caller, '/agent/run', { task: 'canary-turn', sessionId: 'canary-session', ...own });
    const asked = {
      agent: 'clerk',
      task: 'canary-refund',
      webhookUrl: 'https://hooks.example.com/canary-hook',
      ...own,
    };
    const { runId: paid } = await post(caller, '/agent/runs', asked);
    const [approval] = (await until(caller, paid, 'awaiting_approval'))['approvals'] as { toolUseId: string }[];
    await caller.ask(`/agent/runs/${String(paid)}/approvals/${approval?.toolUseId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ decision: 'approve', reason: 'canary-reason' }),
    });
    await until(caller, paid, 'succeeded');
    const messages = [{ role: 'user', content: 'canary-question' }];
    const question = { model: 'claude-sonnet-5-5', max_tokens: 100, messages };
    await post(caller, '/v1/messages', question, { 'idempotency-key': 'two' });
    const { runId } = await post(caller, '/agent/runs', { ...asked, sessionId: 'canary-open' });
    await until(caller, runId, 'awaiting_approval');
    return String(runId);
  };

  const kinds = (items: readonly StoredItem[]) =>
    [
      ...new Set(
        items.filter(({ text }) => text.includes('canary')).map(({ table, pk }) => `${table} ${pk.split('#')[0]}`),
      ),
    ]
      .map((kind) => kind.replace(/\S+\/run_\w+/, 'run'))
      .filter((kind, at, all) => all.indexOf(kind) === at)
      .toSorted();

  /** Files of the server's own data, such as journals of runs, that tell something. */
  const filesOf = (): string[] => {
    const directory = path.join(fleet.servers[0].directory, '.ballast');
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(path.join(directory, name), { throwIfNoEntry: false })?.isFile())
      .filter((name) => readFileSync(path.join(directory, name), 'latin1').includes('canary'));
  };

  it('does not forget who administers the stage', async () => {
    const { code, stderr } = await forget('--tenant', 'admin', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be forgotten')]);
  });

  it('leaves nothing that a tenant wrote or was told in any table but the audit, and the amounts and everybody else as they were', async () => {
    const caller = await fleet.addTenant({ name: 'canary-name' }, { name: 'canary-key' });
    await leaveTraces(caller);
    const { tenantId } = caller;
    // One whose id begins in the same way.
    await fleet.administer('PUT', `/admin/tenants/${tenantId}-2`, { name: 'Next' });
    const next = await fleet.addKey(`${tenantId}-2`);
    fleet.upstream.script('*', [reply('Of another.')]);
    const kept = await post(next, '/agent/run', { task: 'Mine.', sessionId: 'theirs', userId: 'bob', cache: 'use' });
    const nextBefore = itemsOf(await stored(), `${tenantId}-2`);
    const usage = async () => (await fleet.administer('GET', `/admin/usage?tenant=${tenantId}`)) as { totals: Json };
    const books = await usage();

    const found = kinds(await stored());
    expect(found).toEqual(
      expect.arrayContaining([
        'ControlTable cache',
        'ControlTable idem',
        'LedgerTable audit',
        'LedgerTable tenants',
        'LedgerTable usage',
        'LedgerTable user-name',
        'RunsTable run',
        'RunsTable session',
      ]),
    );

    expect((await stored()).some(({ sk }) => sk.startsWith('webhook#'))).toBe(true);

    // Nobody has typed the id: nothing happens.
    const unasked = await forget('--tenant', tenantId);
    expect(unasked).toMatchObject({ code: 1, stdout: '' });
    expect(unasked.stderr).toContain('Nothing was erased.');
    expect(kinds(await stored())).toEqual(found);
    expect(await forget('--tenant', 'nobody-here', '--yes')).toMatchObject({ code: 1 });

    // A run is under way: it is told to end, and what belongs to it stays for its worker.
    const first = await forget('--tenant', tenantId, '--yes');
    expect(first).toMatchObject({ code: 3, stdout: '1 run(s) were told to end. Call this again in two minutes.\n' });
    expect(await fleet.administer('GET', `/admin/tenants/${tenantId}/keys`)).toMatchObject({ keys: [] });
    await fleet.administer('POST', `/admin/tenants/${tenantId}/runs/cancel`);
    const again = async () => forget('--tenant', tenantId, '--yes');
    await expect.poll(async () => (await again()).stdout).toContain('What was there is erased.');

    // What was there is gone; only the tenant itself waits for what was under way.
    expect(kinds(await stored())).toEqual(['LedgerTable audit', 'LedgerTable tenants']);
    const tenants = createDynamoDbTenantStore(await stageLedger(fleet.engine, 'local'));
    const suspended = await tenants.find(tenantId);
    if (suspended !== null) await tenants.replace({ ...suspended, updatedAt: 1 }, suspended.version);
    const last = await again();
    expect(last).toMatchObject({ code: 0, stdout: `The tenant ${tenantId} is forgotten.\n` });
    expect(kinds(await stored())).toEqual(['LedgerTable audit']);
    await expect.poll(filesOf).toEqual([]);

    const tenant = await fleet.administer('GET', `/admin/tenants/${tenantId}`);
    expect(tenant).toMatchObject({ tenantId, name: tenantId, status: 'suspended', webhookUrl: null });
    expect((await usage()).totals).toEqual(books.totals);
    expect(itemsOf(await stored(), `${tenantId}-2`)).toEqual(nextBefore);
    expect(await bodyOf(await next.ask(`/agent/runs/${String(kept['runId'])}`))).toMatchObject({
      output: 'Of another.',
    });
    const left = itemsOf(await stored(), tenantId).map(({ table, pk }) => `${table} ${pk.split('#')[0]}`);
    expect(new Set(left)).toEqual(
      new Set(['LedgerTable budget', 'LedgerTable tenants', 'LedgerTable tool-usage', 'LedgerTable usage']),
    );
  });
});
