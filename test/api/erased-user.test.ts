import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LAST_AFTER_MS } from '../../lib/erasure/erase-users.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { TABLE_NAMES } from '../../local/environment.ts';
import { erasingApp } from '../erasure/erasing-app.ts';
import { scanTables } from '../scan-tables.ts';
import { reply, toolCalls } from '../upstream/answers.ts';
import { booksOf } from './books-of.ts';
import { ADMIN_KEY, bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';

/*
 * A user of whom everything is stored somewhere, through the doors of a server that runs; then the erasure, by the parts of
 * the sweeper on a clock that can be moved.
 */

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne({ CONTENT_RETENTION: 'run' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const USER = 'canary-user@example.org/ä 50%';
const PSEUDONYM = bookedName(pseudonymOf(USER));
type Json = Record<string, unknown>;

const post = async (
  caller: Caller,
  target: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Json> =>
  bodyOf(
    await caller.ask(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  );
const until = async (caller: Caller, runId: string, status: string): Promise<Json> => {
  const read = async () => bodyOf(await caller.ask(`/agent/runs/${runId}`));
  await expect.poll(async () => (await read())['status']).toBe(status);
  return read();
};
const refund = toolCalls([{ name: 'issue_refund', input: { orderId: 'canary-order', amountUsd: '1.00' } }]);

/** As docs/data.md has it. */
const kindOf = (table: string, pk: string, sk: string): string => {
  if (/run_/.test(pk)) return `${table} run ${sk.replace(/#.*/, '')}`;
  const [kind = ''] = pk.split('#');
  return table === 'LedgerTable' ? `${table} ${kind}` : `${table} ${kind} ${sk.replace(/#.*/, '')}`;
};

/** What is told of the user in any table, by kind of item, and in any file of the server's data. */
const found = async (): Promise<string[]> => {
  const tells = (text: string) => /canary/.test(text);
  const items = (await scanTables(fleet.engine.sdk, TABLE_NAMES)).filter(({ text }) => tells(text));
  const directory = path.join(fleet.servers[0].directory, '.ballast');
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(directory, name)).isFile())
    .filter((name) => tells(readFileSync(path.join(directory, name), 'latin1')));
  const kinds = items.map(({ table, pk, sk }) => kindOf(table, pk, sk));
  return [...new Set([...kinds, ...files])].toSorted();
};

const isBegun = async (): Promise<boolean> =>
  (await scanTables(fleet.engine.sdk, TABLE_NAMES)).some(({ pk }) => pk === 'erase-users');

it('an erased user is found in no table, cache, journal or trace, and the books and limits are as before', async () => {
  const caller = await fleet.addTenant({ userDailyBudgetUsd: '5' });
  const erasePath = `/admin/tenants/${caller.tenantId}/users/${encodeURIComponent(USER)}`;
  const reply2 = reply('canary-said-back');
  fleet.upstream.script('*', [
    reply('canary-answer'),
    reply2,
    refund,
    reply('canary-refunded'),
    refund,
    reply('canary-gateway'),
  ]);
  const own = { userId: USER, metadata: { team: 'canary-metadata' } };

  const cached = { task: 'canary-task', cache: 'use', ...own };
  const sync = await post(caller, '/agent/run', cached, { 'idempotency-key': 'one' });
  expect(sync).toMatchObject({ output: 'canary-answer', cache: 'miss' });
  const said = { task: 'canary-turn', sessionId: 'canary-session', ...own };
  expect(await post(caller, '/agent/run', said)).toMatchObject({ output: 'canary-said-back' });
  const asked = { agent: 'clerk', task: 'canary-refund', ...own };
  const { runId: paid } = await post(caller, '/agent/runs', asked);
  const waiting = await until(caller, String(paid), 'awaiting_approval');
  const [approval] = waiting['approvals'] as { toolUseId: string }[];
  const decided = await caller.ask(`/agent/runs/${String(paid)}/approvals/${approval?.toolUseId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ decision: 'approve', reason: 'canary-reason' }),
  });
  expect(decided.status).toBe(204);
  await until(caller, String(paid), 'succeeded');
  const { runId: open } = await post(caller, '/agent/runs', { ...asked, sessionId: 'canary-open' });
  await until(caller, String(open), 'awaiting_approval');
  const message = {
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    metadata: { user_id: USER },
    messages: [{ role: 'user', content: 'canary-question' }],
  };
  await post(caller, '/v1/messages', message, { 'idempotency-key': 'two' });
  fleet.upstream.script('*', [reply('Of another.')]);
  const other = await post(caller, '/agent/run', { task: 'Another.', userId: 'bob', sessionId: 'theirs' });

  // The test looks where it should. What is kept for long has the pseudonym alone, but for one item.
  const before = await found();
  expect(before).toEqual(
    expect.arrayContaining([
      'ControlTable cache answer',
      'ControlTable idem claim',
      'LedgerTable usage',
      'LedgerTable user-name',
      'RunsTable run content',
      'RunsTable run e',
      'RunsTable run inbox',
      'RunsTable run input',
      'RunsTable run run',
      'RunsTable session c',
      'RunsTable session head',
    ]),
  );
  const named = (await scanTables(fleet.engine.sdk, TABLE_NAMES)).filter(({ text }) => text.includes('canary-user'));
  expect(new Set(named.map(({ table, pk, sk }) => kindOf(table, pk, sk)))).toEqual(
    new Set(['LedgerTable user-name', 'RunsTable run input']),
  );

  const usage = async () => (await bodyOf(await caller.ask('/usage?groupBy=user'))) as { totals: Json; groups: Json[] };
  const books = await usage();
  expect(books.groups.map(({ key }) => key)).toEqual(['bob', USER]);
  const budget = await booksOf(caller);

  // It is asked for by the path; whether there is such a user is nobody's business, whether there is such a tenant is.
  const answer = await fleet.administer('DELETE', erasePath);
  expect(answer).toEqual({ tenantId: caller.tenantId, pseudonym: PSEUDONYM });
  const stranger = await fleet.servers[0].ask(`/admin/tenants/nobody-here/users/x`, {
    method: 'DELETE',
    headers: { 'x-api-key': ADMIN_KEY },
  });
  expect(stranger.status).toBe(404);

  const { erase, advance } = erasingApp(fleet.engine.endpoint, TABLE_NAMES);
  await expect
    .poll(
      async () => {
        advance(60_000);
        await erase();
        return found();
      },
      { interval: 500 },
    )
    .toEqual([]);
  advance(LAST_AFTER_MS);
  await erase();
  expect(await isBegun()).toBe(false);
  expect(await found()).toEqual([]);

  // Amounts are where they were, to the last digit.
  const after = await usage();
  expect(after.totals).toEqual(books.totals);
  const [bobs, theirs] = books.groups;
  expect(after.groups).toEqual([bobs, { ...theirs, key: PSEUDONYM }]);
  expect(await booksOf(caller)).toEqual(budget);
  // Erasing lifts no limit.
  const spent = String(theirs?.['costUsd']);
  await fleet.administer('PATCH', `/admin/tenants/${caller.tenantId}`, { userDailyBudgetUsd: spent });
  const refused = await caller.run({ task: 'Once more.', userId: USER });
  expect([refused.status, await bodyOf(refused)]).toMatchObject([402, { code: 'budget-exceeded', used: spent }]);

  // What others wrote and were told stands, and the audit says who was erased by the pseudonym alone.
  expect(await bodyOf(await caller.ask(`/agent/runs/${String(other['runId'])}`))).toMatchObject({
    output: 'Of another.',
  });
  expect((await caller.ask(`/agent/runs/${String(sync['runId'])}`)).status).toBe(404);
  const { entries } = (await fleet.administer('GET', '/admin/audit?limit=5')) as { entries: Json[] };
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'user.erased', target: `${caller.tenantId}/${PSEUDONYM}` }),
  );
  expect(fleet.servers[0].printed()).not.toContain('canary');
});
