import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AttributeValue, ListTablesCommand, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { spawnServer } from '../local/spawned-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { FULL, size } from '../sizes.ts';
import { stretch, stretchedTime } from '../stretched.ts';
import { ADMIN_KEY } from './fleet.ts';
import { startServer, type TestServer } from './start-server.ts';

let engine: TestDynamoDb;
let server: TestServer;
let other: TestServer;
const start = () => startServer({ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
beforeAll(async () => {
  engine = await startTestDynamoDb();
  [server, other] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await engine.stop();
});

type Json = Record<string, unknown>;
type Headers = Record<string, string>;

const call = async (method: string, target: string, body?: object, headers: Headers = {}, at = server) => {
  const response = await at.ask(target, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Json };
};
const run = (body: object, headers: Headers = {}, at = server) => call('POST', '/agent/run', body, headers, at);
const session = (id: string, query = '') => call('GET', `/sessions/${id}${query}`);
const ENDED = ['succeeded', 'incomplete', 'failed', 'cancelled', 'timed_out'];
const until = async (runId: string, ...statuses: string[]): Promise<Json> => {
  const found = async () => (await call('GET', `/agent/runs/${runId}`)).body;
  await expect.poll(async () => (await found())['status']).toSatisfy((status: string) => statuses.includes(status));
  return found();
};
const ended = (runId: string) => until(runId, ...ENDED);
const submit = async (body: object, headers: Headers = {}, at = server): Promise<string> => {
  const submitted = await call('POST', '/agent/runs', body, headers, at);
  expect(submitted.status).toBe(202);
  return String(submitted.body['runId']);
};
const turnsOf = ({ body }: { readonly body: Json }) => body['turns'] as { runId: string; content: string }[];

it('usage is reported by session and by metadata, of synchronous and asynchronous runs', async () => {
  const labels = { sessionId: 'labelled', metadata: { team: 'red' } };
  const costs = [await run({ task: 'hi', ...labels }).then(({ body }) => body)];
  costs.push(await ended(await submit({ task: 'hi again', ...labels })));
  const usd = costs.map(({ usage }) => Number((usage as Json)['costUsd'])).reduce((all, one) => all + one, 0);
  const { body } = await call('GET', '/usage?groupBy=metadata.team,session');
  const groups = body['groups'] as Json[];
  const group = groups.find(({ key }) => JSON.stringify(key) === '["red","labelled"]');
  expect(group).toMatchObject({ requests: 2 });
  expect(Number(group?.['costUsd'])).toBeCloseTo(usd, 12);
});

it('a session goes on over synchronous and asynchronous runs, and is shown', async () => {
  const sessionId = 'chat:1';
  const first = await run({ task: 'What is 17 * 23?', sessionId });
  expect(first).toMatchObject({ status: 200, body: { sessionId, output: 'Simulated Claude: calculate says: 391' } });
  const runId = await submit({ task: 'What is 2 + 2?', sessionId });
  expect(await ended(runId)).toMatchObject({ status: 'succeeded', sessionId });
  const third = await run({ task: 'Third.', sessionId, agent: 'assistant' }, {}, other);
  expect(third.body).toMatchObject({ status: 'succeeded', sessionId });
  const shown = await session(sessionId);
  expect(shown.status).toBe(200);
  expect(shown.body).toMatchObject({
    sessionId,
    userId: null,
    agent: 'assistant',
    turns: [
      { runId: first.body['runId'], role: 'user', content: 'What is 17 * 23?' },
      { runId: first.body['runId'], role: 'assistant', content: 'Simulated Claude: calculate says: 391' },
      { runId, role: 'user', content: 'What is 2 + 2?' },
      { runId, role: 'assistant' },
      { runId: third.body['runId'], role: 'user', content: 'Third.' },
      { runId: third.body['runId'], role: 'assistant' },
    ],
    usage: { modelCalls: 5, toolCalls: 2 },
  });
  expect((await call('GET', `/agent/runs?sessionId=${sessionId}`)).body['runs']).toHaveLength(3);
});

it('what the earlier runs said is read from the provider’s cache', async () => {
  const usage = async (task: string) => (await run({ task, sessionId: 'warm' })).body['usage'] as Json;
  const long = `What is 3 * 7? ${'Some words. '.repeat(200)}`;
  expect((await usage(long))['cacheReadInputTokens']).toBeGreaterThan(0);
  const second = await usage('Thanks.');
  expect(second['cacheReadInputTokens']).toBeGreaterThan(600);
  // But for the new words, nothing is read anew.
  expect(second['inputTokens']).toBeLessThan(20);
});

it('of runs of one session at once, from two processes, one is at work and no turn is lost or mixed', async () => {
  const sessionId = 'race';
  const answered: string[] = [];
  const asynchronous = await Promise.all(
    [1, 2, 3].map((each) =>
      submit({ task: `[[delay:100]] async ${each}`, sessionId }, {}, each % 2 === 0 ? other : server),
    ),
  );
  await Promise.all(
    Array.from({ length: 12 }, async (_, each) => {
      const answer = await run({ task: `[[delay:50]] sync ${each}`, sessionId }, {}, each % 2 === 0 ? other : server);
      if (answer.status === 200) answered.push(String(answer.body['runId']));
      else expect(answer).toMatchObject({ status: 409, body: { code: 'run-conflict', retryAfterMs: 2_000 } });
    }),
  );
  for (const runId of asynchronous) {
    expect(await ended(runId)).toMatchObject({ status: 'succeeded' });
    answered.push(runId);
  }
  const turns = turnsOf(await session(sessionId));
  expect(turns.map(({ runId }) => runId).toSorted()).toEqual([...answered, ...answered].toSorted());
  for (let at = 0; at < turns.length; at += 2) expect(turns[at]?.runId).toBe(turns[at + 1]?.runId);
});

it('of many who want a session at the same moment one has it', async () => {
  for (let round = 1; round <= size(12, 100); round += 1) {
    const sessionId = `rush:${round}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, each) => run({ task: 'Now.', sessionId }, {}, each % 2 === 0 ? other : server)),
    );
    const answered = answers.filter(({ status }) => status === 200).map(({ body }) => body['runId']);
    expect(answered.length).toBeGreaterThan(0);
    const turns = turnsOf(await session(sessionId)).map(({ runId }) => runId);
    expect(turns.toSorted()).toEqual([...answered, ...answered].toSorted());
  }
});

it('an asynchronous run waits queued for another one’s end, and a cancelled one leaves the session as it was', async () => {
  const sessionId = 'waits';
  await run({ task: 'One.', sessionId });
  const before = await session(sessionId);
  const holder = await submit({ task: '[[delay:100000]] Hang.', sessionId });
  await until(holder, 'running');
  expect((await run({ task: 'Now.', sessionId })).status).toBe(409);
  expect((await call('DELETE', `/sessions/${sessionId}`)).status).toBe(409);
  const waiting = await submit({ task: 'Then.', sessionId });
  expect((await call('GET', `/agent/runs/${waiting}`)).body).toMatchObject({ status: 'queued' });
  expect(await session(sessionId)).toMatchObject({ body: before.body });
  await call('POST', `/agent/runs/${holder}/cancel`);
  expect(await ended(holder)).toMatchObject({ status: 'cancelled' });
  expect(await ended(waiting)).toMatchObject({ status: 'succeeded' });
  const told = await (await server.ask(`/agent/runs/${waiting}/events`)).text();
  expect(told).not.toContain('run.waiting');
  expect(turnsOf(await session(sessionId)).map(({ runId }) => runId)).toEqual([
    ...turnsOf(before).map(({ runId }) => runId),
    waiting,
    waiting,
  ]);
});

it('runs that wait for a session have it in the order in which they were submitted, also where one that waits is cancelled', async () => {
  const sessionId = 'order';
  const caller = new AbortController();
  const holder = server
    .ask('/agent/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ task: '[[hang]] Hang.', sessionId }),
      signal: caller.signal,
    })
    .catch(() => null);
  await expect.poll(() => isHeld(sessionId)).toBe(true);
  const submitted: string[] = [];
  for (let each = 1; each <= size(5, 30); each += 1)
    submitted.push(await submit({ task: `Turn ${each}.`, sessionId }, {}, each % 2 === 0 ? other : server));
  const [, cancelled = ''] = submitted;
  expect((await call('GET', `/agent/runs/${cancelled}`)).body).toMatchObject({ status: 'queued' });
  await call('POST', `/agent/runs/${cancelled}/cancel`);
  expect(await ended(cancelled)).toMatchObject({ status: 'cancelled' });
  caller.abort();
  expect(await holder).toBeNull();
  const rest = submitted.filter((runId) => runId !== cancelled);
  for (const runId of rest) expect(await ended(runId)).toMatchObject({ status: 'succeeded' });
  const turns = turnsOf(await session(sessionId)).map(({ runId }) => runId);
  expect(turns).toEqual(rest.flatMap((runId) => [runId, runId]));
});

it('a run that failed leaves the session as it was', async () => {
  const sessionId = 'fails';
  expect((await run({ task: '[[fault:400]]', sessionId })).status).toBe(400);
  expect((await session(sessionId)).status).toBe(404);
  await run({ task: 'One.', sessionId });
  const before = (await session(sessionId)).body;
  expect((await run({ task: '[[fault:400]]', sessionId })).status).toBe(400);
  const failed = await submit({ task: '[[fault:400]]', sessionId });
  expect(await ended(failed)).toMatchObject({ status: 'failed' });
  expect((await session(sessionId)).body).toEqual(before);
});

it.each([
  [{ sessionId: 'fixed', messages: [{ role: 'user', content: 'Earlier.' }] }, 'messages'],
  [{ sessionId: 'fixed', agent: 'clerk' }, 'agent'],
  [{ sessionId: 'a/b' }, 'sessionId'],
  [{ sessionId: 'x'.repeat(129) }, 'sessionId'],
  [{ sessionId: '' }, 'sessionId'],
])('refuses %j', async (body, path) => {
  await run({ task: 'Begin.', sessionId: 'fixed' });
  for (const target of ['/agent/runs', ...(path === 'agent' ? [] : ['/agent/run'])])
    expect(await call('POST', target, { task: 'x', ...body })).toMatchObject({
      status: 400,
      body: { errors: [{ path }] },
    });
});

it('sessions are listed, the one used last first; another tenant’s, and another user’s, are not there', async () => {
  const theirs = { 'x-api-key': ADMIN_KEY };
  for (const sessionId of ['a', 'b', 'c']) await run({ task: 'Hello.', sessionId }, theirs);
  await run({ task: 'Mine.', sessionId: 'a', userId: 'ada' }, theirs);
  const list = async (query = '') =>
    (await call('GET', `/sessions${query}`, undefined, theirs)).body as { sessions: Json[]; nextCursor: string | null };
  await expect
    .poll(async () => (await list()).sessions.map(({ sessionId, userId }) => [sessionId, userId]))
    .toEqual([
      ['a', 'ada'],
      ['c', null],
      ['b', null],
      ['a', null],
    ]);
  const first = await list('?limit=3');
  expect(first.sessions).toHaveLength(3);
  const rest = await list(`?limit=3&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
  expect(rest).toMatchObject({ sessions: [{ sessionId: 'a', userId: null }], nextCursor: null });
  for (const bad of ['limit=0', 'limit=101', 'cursor=x', 'colour=red'])
    expect((await call('GET', `/sessions?${bad}`, undefined, theirs)).body).toMatchObject({
      errors: [{ path: bad.split('=')[0] }],
    });
  expect(turnsOf(await call('GET', '/sessions/a?userId=ada', undefined, theirs))[0]?.content).toBe('Mine.');
  for (const path of ['a', 'b', 'a?userId=ada', 'c?userId=ada']) {
    expect((await call('GET', `/sessions/${path}`)).status).toBe(404);
    expect((await call('DELETE', `/sessions/${path}`)).status).toBe(404);
  }
  expect((await call('GET', '/sessions/c?userId=ada', undefined, theirs)).status).toBe(404);
  expect((await run({ task: 'Own.', sessionId: 'b' })).body['status']).toBe('succeeded');
  expect(turnsOf(await call('GET', '/sessions/b', undefined, theirs))).toHaveLength(2);
});

const MARKER = 'zanzibar-7391';

type Row = Readonly<Record<string, AttributeValue | undefined>>;

/** Every item of every table. */
const rows = async (): Promise<readonly Row[]> => {
  const { TableNames = [] } = await engine.sdk.send(new ListTablesCommand());
  const found: Row[] = [];
  for (const TableName of TableNames) {
    let page: ScanCommandOutput | undefined;
    do {
      page = await engine.sdk.send(new ScanCommand({ TableName, ExclusiveStartKey: page?.LastEvaluatedKey }));
      found.push(...(page.Items ?? []));
    } while (page.LastEvaluatedKey !== undefined);
  }
  return found;
};
const textIn = (value: AttributeValue): string => {
  if (value.B === undefined) return JSON.stringify(value);
  const bytes = Buffer.from(value.B);
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
};
/** Where the marker stands, unpacked or not. */
const marked = async (): Promise<string[]> =>
  (await rows()).flatMap((row) =>
    Object.entries(row).flatMap(([name, value]) =>
      value !== undefined && textIn(value).includes(MARKER) ? [`${row['pk']?.S} ${row['sk']?.S} ${name}`] : [],
    ),
  );

const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.join(each.parentPath, each.name));
const markedFiles = (directory: string) => filesIn(directory).filter((file) => readFileSync(file).includes(MARKER));

it('an erased session is in no table and in no file of the server, its money stays on the books, and its id begins anew', async () => {
  const sessionId = 'gone';
  const say = `[[say:${MARKER}]] ${MARKER} ${'words of all kinds, '.repeat(300)}`;
  const headers = { 'idempotency-key': 'gone-1' };
  const first = await run({ task: say, sessionId }, headers);
  expect(first.body['output']).toBe(MARKER);
  const asynchronous = await submit({ task: `[[delay:300]] ${say}`, sessionId }, { 'idempotency-key': 'gone-2' });
  const sent = await call('POST', `/agent/runs/${asynchronous}/messages`, { content: `And ${MARKER}.` });
  expect(sent.status).toBe(202);
  await ended(asynchronous);
  await run({ task: `[[fault:400]] ${MARKER}`, sessionId }, { 'idempotency-key': 'gone-3' });
  const spent = async () => ((await call('GET', '/usage/budget')).body['day'] as Json)['spentUsd'];
  const before = await spent();
  expect((await marked()).length).toBeGreaterThan(5);
  expect((await call('DELETE', `/sessions/${sessionId}`)).status).toBe(204);
  expect(await marked()).toEqual([]);
  // Of the journal only the start and the end are left, once the end was delivered.
  await expect.poll(() => [server, other].flatMap(({ directory }) => markedFiles(directory))).toEqual([]);
  expect(await spent()).toBe(before);
  expect((await session(sessionId)).status).toBe(404);
  expect((await call('DELETE', `/sessions/${sessionId}`)).status).toBe(404);
  for (const runId of [String(first.body['runId']), asynchronous])
    expect((await call('GET', `/agent/runs/${runId}`)).status).toBe(404);
  const again = await run({ task: say, sessionId }, headers);
  expect(again.headers.get('idempotency-replayed')).toBeNull();
  expect(turnsOf(await session(sessionId))).toHaveLength(2);
});

/** Killed with all that it does when the test ends, or before. */
const startDoomed = (directory: string) => {
  const { env, nodeArguments } = stretchedTime();
  const given = {
    ...env,
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    RUN_TIMEOUT_MS: '3000',
    STREAM_TIMEOUT_MS: '3000',
  };
  const doomed = spawnServer({ directory, env: given, nodeArguments });
  const kill = async () => {
    doomed.child.kill('SIGKILL');
    await doomed.exited;
  };
  onTestFinished(kill);
  return { kill, ready: doomed.ready };
};
const directoryOfItsOwn = () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'ballast-session-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};
const post = (url: string, target: string, body: object) =>
  describedFetch(`${url}${target}`, {
    method: 'POST',
    headers: { 'x-api-key': 'ballast-dev-key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const isHeld = async (sessionId: string): Promise<boolean> =>
  (await rows()).some(({ sk, sessionId: id, holder }) => sk?.S === 'head' && id?.S === sessionId && holder);

it('an asynchronous holder that is killed goes on after a restart, and nobody comes between', async () => {
  const sessionId = 'killed-async';
  await run({ task: 'One.', sessionId });
  const before = await session(sessionId);
  const directory = directoryOfItsOwn();
  const doomed = startDoomed(directory);
  const submitted = await post(await doomed.ready, '/agent/runs', { task: '[[delay:1500 times=1]] Two.', sessionId });
  const { runId } = (await submitted.json()) as { runId: string };
  await until(runId, 'running');
  const waiting = await submit({ task: 'Three.', sessionId });
  await doomed.kill();
  expect(await session(sessionId)).toMatchObject({ body: before.body });
  expect((await run({ task: 'Now.', sessionId })).status).toBe(409);
  await startDoomed(directory).ready;
  expect(await ended(runId)).toMatchObject({ status: 'succeeded' });
  expect(await ended(waiting)).toMatchObject({ status: 'succeeded' });
  expect(turnsOf(await session(sessionId)).map((turn) => turn.runId)).toEqual([
    ...turnsOf(before).map((turn) => turn.runId),
    runId,
    runId,
    waiting,
    waiting,
  ]);
});

it('the journal of a run holds nothing of the conversation that it goes on from', async () => {
  const sessionId = 'journal';
  const words = (turn: number) => `Turn ${turn}. ${'abcdefghij '.repeat(800)}`;
  for (let turn = 1; turn <= 5; turn += 1) await run({ task: words(turn), sessionId });
  const directory = directoryOfItsOwn();
  const url = await startDoomed(directory).ready;
  const submitted = await post(url, '/agent/runs', { task: '[[delay:100000]] And now?', sessionId });
  const { runId } = (await submitted.json()) as { runId: string };
  // It has read the conversation by then, and calls the model.
  await until(runId, 'running');
  const executions = path.join(directory, '.ballast', 'executions');
  const text = filesIn(executions)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  expect(text).toContain(runId);
  expect(text).toContain('"session"');
  expect(text).not.toContain('abcdefghij');
});

// Half a minute: the lease of a synchronous run outlives its deadline by so much.
(FULL ? it : it.skip)(
  'a synchronous holder that is killed leaves the session as it was',
  async () => {
    const sessionId = 'killed-sync';
    await run({ task: 'One.', sessionId });
    const before = await session(sessionId);
    const doomed = startDoomed(directoryOfItsOwn());
    const held = post(await doomed.ready, '/agent/run', { task: '[[hang]] Hang.', sessionId }).catch(() => null);
    await expect.poll(() => isHeld(sessionId)).toBe(true);
    await doomed.kill();
    await held;
    expect((await run({ task: 'Now.', sessionId })).status).toBe(409);
    expect(await session(sessionId)).toMatchObject({ body: before.body });
    await expect
      .poll(async () => (await run({ task: 'Later.', sessionId })).status, {
        interval: 1_000,
        timeout: 60_000 * stretch(),
      })
      .toBe(200);
    expect(turnsOf(await session(sessionId)).map(({ content }) => content)).toEqual([
      ...turnsOf(before).map(({ content }) => content),
      'Later.',
      expect.any(String),
    ]);
  },
  200_000,
);
