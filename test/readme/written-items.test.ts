import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY } from '../api/fleet.ts';
import { startServer, type TestServer } from '../api/start-server.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { type RecordedWrite, type RecordingDynamoDb, startRecordingDynamoDb } from '../recorded-writes.ts';
import { attributes, kindOf, listed } from './data-page.ts';
import { LIFETIMES, mayEnd } from './lifetimes.ts';
import { ROOT } from './markdown.ts';

let engine: TestDynamoDb;
let recording: RecordingDynamoDb;
let target: HttpTarget;
let server: TestServer;
/** Of a tenant with every limit. */
let key = ADMIN_KEY;
beforeAll(async () => {
  [engine, target] = await Promise.all([startTestDynamoDb(), startHttpTarget()]);
  recording = await startRecordingDynamoDb(engine.endpoint);
  server = await startServer({
    AWS_ENDPOINT_URL_DYNAMODB: recording.endpoint,
    CONTENT_RETENTION: 'run',
    WEBHOOK_HOSTS: 'localhost',
    BALLAST_SLACK_WEBHOOK_URL: `${target.url}/slack`,
    RETRY_BASE_DELAY_MS: '1',
    CIRCUIT_FAILURE_THRESHOLD: '2',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await recording.stop();
  await Promise.all([engine.stop(), target.close()]);
});

type Json = Record<string, unknown>;

const call = async (
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Json> => {
  const response = await server.ask(path, {
    method,
    headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (path.startsWith('/admin/') && !response.ok) throw new Error(`${method} ${path}: ${text}`);
  return text.startsWith('{') ? (JSON.parse(text) as Json) : {};
};
const administer = (method: string, path: string, body?: object) =>
  call(method, path, body, { 'x-api-key': ADMIN_KEY });
const until = async (runId: unknown, ...statuses: string[]): Promise<Json> => {
  const read = () => call('GET', `/agent/runs/${String(runId)}`);
  await expect.poll(async () => statuses.includes(String((await read())['status']))).toBe(true);
  return read();
};

/** Everything that leaves something behind. */
const exercise = async (): Promise<void> => {
  const user = { userId: 'ada', metadata: { team: 'red' } };
  const hook = { webhookUrl: `${target.url.replace('127.0.0.1', 'localhost')}/hook` };
  await administer('PUT', '/admin/tenants/acme', {
    name: 'Acme',
    requestsPerMinute: 10_000,
    tokensPerMinute: 1_000_000,
    userRequestsPerMinute: 10_000,
    maxConcurrentRuns: 3,
    dailyBudgetUsd: '10',
    userDailyBudgetUsd: '5',
    sessionBudgetUsd: '5',
    budgetShards: 2,
  });
  const settings = {
    name: 'limited',
    dailyBudgetUsd: '9',
    requestsPerMinute: 9_000,
    expiresAt: '2099-01-01T00:00:00.000Z',
  };
  key = String((await administer('POST', '/admin/tenants/acme/keys', settings))['key']);

  // Synchronous runs: cached under a key, and in a session.
  await call('POST', '/agent/run', { task: 'What is 6 * 7?', cache: 'use', ...user }, { 'idempotency-key': 'one' });
  await call('POST', '/agent/run', { task: 'What is 6 * 7?', sessionId: 'chat', ...user });
  await call('POST', '/agent/run', { task: '[[fault:400]]' }, { 'idempotency-key': 'failed' });
  // The gateway, for a user under a key.
  const messages = [{ role: 'user', content: 'Hello' }];
  const question = { model: 'claude-sonnet-5-5', max_tokens: 100, messages, metadata: { user_id: 'ada' } };
  await call('POST', '/v1/messages', question, { 'idempotency-key': 'two' });

  // Asynchronous runs: one that a person decides, that gets messages small and large, and tells a receiver.
  const refund = `[[tool:issue_refund {"orderId": "A-17", "amountUsd": "12.50"}]]`;
  const asked = { agent: 'clerk', task: refund, ...hook, ...user };
  const { runId: decided } = await call('POST', '/agent/runs', asked, { 'idempotency-key': 'three' });
  const [approval] = (await until(decided, 'awaiting_approval'))['approvals'] as { toolUseId: string }[];
  await call('POST', `/agent/runs/${String(decided)}/messages`, { content: 'Small.' });
  await call('POST', `/agent/runs/${String(decided)}/messages`, { content: 'Large. '.repeat(1_000) });
  const decision = {
    decision: 'edit',
    input: { orderId: 'A-17', amountUsd: '1.00' },
    reason: 'Too much. '.repeat(200),
  };
  await call('POST', `/agent/runs/${String(decided)}/approvals/${approval?.toolUseId}`, decision);
  await until(decided, 'succeeded');
  // One that waits for money, one that waits for its session, and one too many.
  const { runId: paused } = await call('POST', '/agent/runs', {
    task: 'What is 8 * 8?',
    maxCostUsd: '0.0001',
    onLimit: 'pause',
  });
  await until(paused, 'awaiting_budget');
  await call('POST', `/agent/runs/${String(paused)}/resume`, { maxCostUsd: '0.50' });
  await until(paused, 'succeeded');
  const slow = { task: '[[delay:100000]] Hang.', sessionId: 'slow', ...user };
  const runs = [await call('POST', '/agent/runs', slow), await call('POST', '/agent/runs', slow)];
  for (let nth = 0; nth < 4; nth += 1)
    runs.push(await call('POST', '/agent/runs', { task: `[[delay:100000]] ${nth}` }));
  await until(runs[0]?.['runId'], 'running');
  await administer('POST', '/admin/tenants/acme/runs/cancel');
  for (const { runId } of runs) await until(runId, 'cancelled');
  // An answer that is longer than an item.
  const { runId: long } = await call('POST', '/agent/runs', { task: '[[count:10000]]' });
  await until(long, 'succeeded', 'incomplete');

  // Failures, limits of the provider, switches.
  for (let nth = 0; nth < 3; nth += 1) await call('POST', '/agent/run', { task: '[[fault:500]]', maxModelCalls: 1 });
  await call('POST', '/agent/run', { task: '[[fault:429 retry-after=2]]' });
  await administer('PUT', '/admin/circuits/anthropic%2Fclaude-opus-5-5', { state: 'isolated', reason: 'Too slow.' });
  await administer('PUT', '/admin/circuits/anthropic%2Fclaude-opus-5-5', { state: 'closed' });
  await administer('POST', '/admin/tenants/acme/cache/invalidate');
  // A threshold is told of when the books are looked at.
  await administer('PATCH', '/admin/tenants/acme', { dailyBudgetUsd: '0.001' });
  // And a budget that refuses a call is noted.
  await call('POST', '/agent/run', { task: 'What is 6 * 7?' });
  await expect.poll(() => recording.writes.some(({ pk }) => pk === 'spent')).toBe(true);
  await expect.poll(() => recording.writes.some(({ pk }) => pk.startsWith('alert#'))).toBe(true);
  await administer('DELETE', '/admin/tenants/acme/users/ada');
  await expect
    .poll(() => recording.writes.some(({ pk, attributes }) => pk === 'erase-users' && attributes.length > 0))
    .toBe(true);
};

/** Of every item, and said once on the page. */
const COMMON = new Set(['pk', 'sk', 'writeId', 'expiresAt']);
/** Kinds that this test may not see: for each, where its writes are tested. */
const MAY_LACK = new Map([
  ['control parked', 'test/accounts/parking.test.ts'],
  // An hour is summed up some minutes after its end.
  ['ledger rollup#*', 'test/usage/reports/rollups/roll-up.test.ts'],
]);

/** What a write has that the page does not name, each in a sentence. */
const unnamed = ({ table: name, pk, sk, attributes: written }: RecordedWrite): string[] => {
  const table = name.replace(/^ballast-\w+-/, '');
  const kind = kindOf(table, pk, sk);
  if (kind === null) return [`There is no ${table} ${pk} ${sk}.`];
  // A name that begins so stands for many: messages of an inbox, days of a budget.
  const names = new Set(written.map((each) => each.replace(/#.*/s, '#*')).filter((each) => !COMMON.has(each)));
  return [...names].filter((each) => !attributes.get(kind)?.has(each)).map((each) => `${kind} has no ${each}.`);
};

it('docs/data.md names each item and attribute that a server writes, whatever is asked of it', async () => {
  await exercise();
  expect(recording.writes.length).toBeGreaterThan(300);
  expect([...new Set(recording.writes.flatMap(unnamed))]).toEqual([]);
  const written = new Set(
    recording.writes.map(({ table, pk, sk }) => kindOf(table.replace(/^ballast-\w+-/, ''), pk, sk)),
  );
  const kinds = listed.map(({ table, partition, sort }) => `${table} ${partition} ${sort}`.trim());
  expect(kinds.filter((kind) => !written.has(kind) && !MAY_LACK.has(kind))).toEqual([]);
  expect([...MAY_LACK].filter(([kind, test]) => !kinds.includes(kind) || !existsSync(path.join(ROOT, test)))).toEqual(
    [],
  );
});

it('keeps each item as long as docs/data.md says, which says so of each', () => {
  const shown = listed.map(({ table, partition, sort, keptFor }) => [`${table} ${partition} ${sort}`.trim(), keptFor]);
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(Object.entries(LIFETIMES).map(([kind, { says }]) => [kind, says])),
  );
  const wrong = recording.writes.flatMap(({ table, pk, sk, keptS }) => {
    const kind = kindOf(table.replace(/^ballast-\w+-/, ''), pk, sk) ?? '';
    const known = LIFETIMES[kind];
    return known === undefined || mayEnd(known, keptS) ? [] : [`${kind}: ${keptS} s`];
  });
  expect([...new Set(wrong)]).toEqual([]);
  const last = new Map(recording.writes.map((write) => [`${write.table} ${write.pk} ${write.sk}`, write]));
  const tooLong = [...last.values()].flatMap(({ table, pk, sk, keptS }) => {
    const kind = kindOf(table.replace(/^ballast-\w+-/, ''), pk, sk) ?? '';
    const end = LIFETIMES[kind]?.last;
    return end === undefined || mayEnd({ says: '', ends: [end] }, keptS) ? [] : [`${kind}: ${keptS} s`];
  });
  expect([...new Set(tooLong)]).toEqual([]);
  const tests = Object.values(LIFETIMES).flatMap(({ endedIn }) => endedIn ?? []);
  expect(tests.filter((test) => !existsSync(path.join(ROOT, test)))).toEqual([]);
});

it('an item that is kept longer or shorter is found', () => {
  expect(mayEnd({ says: '', ends: [60] }, 200)).toBe(false);
  expect(mayEnd({ says: '', ends: [60] }, null)).toBe(false);
  expect(mayEnd({ says: '', ends: [null] }, 60)).toBe(false);
});

it('what the page does not name is found', () => {
  const write = {
    table: 'ballast-local-runs',
    pk: 'acme/run_1',
    sk: 'run',
    attributes: ['pk', 'sk', 'task'],
    keptS: null,
  };
  expect(unnamed(write)).toEqual(['runs */run_* run has no task.']);
  expect(unnamed({ ...write, pk: 'notes#acme' })).toEqual(['There is no runs notes#acme run.']);
  expect(unnamed({ ...write, sk: 'notes' })).toEqual(['There is no runs acme/run_1 notes.']);
});

const codeOfLib = (): string =>
  readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(ROOT, 'lib', name), 'utf8'))
    .join('\n');

/** How code of lib writes an attribute: by its name before one of the makers of values. */
const WRITTEN_AS = /(?<![.\w])(\w+): (?:s|n|b|flag)\(/g;

it('names each attribute that stands in the code', () => {
  const named = new Set([...attributes.values()].flatMap((names) => [...names]));
  const inCode = [...codeOfLib().matchAll(WRITTEN_AS)].map(([, name = '']) => name);
  expect(new Set(inCode).size).toBeGreaterThan(90);
  expect([...new Set(inCode)].filter((name) => !named.has(name) && !COMMON.has(name))).toEqual([]);
});

it('has attributes for each item that it lists, and names none that is nowhere in the code', () => {
  expect([...attributes.keys()].toSorted()).toEqual(
    listed.map(({ table, partition, sort }) => `${table} ${partition} ${sort}`.trim()).toSorted(),
  );
  const sources = codeOfLib();
  const named = new Set([...attributes.values()].flatMap((names) => [...names]));
  expect([...named].filter((name) => !sources.includes(name.replace('*', '')))).toEqual([]);
});
