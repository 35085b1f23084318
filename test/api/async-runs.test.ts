import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY } from './fleet.ts';
import { startServer, type TestServer } from './start-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Record<string, unknown>;

const DEV_KEY = 'ballast-dev-key';

const call = async (method: string, target: string, body?: object, headers: Record<string, string> = {}) => {
  const response = await server.ask(target, {
    method,
    headers: { 'x-api-key': DEV_KEY, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Json };
};
const submit = async (body: object, headers: Record<string, string> = {}): Promise<string> => {
  const submitted = await call('POST', '/agent/runs', body, headers);
  expect(submitted.status).toBe(202);
  return String(submitted.body['runId']);
};
const ENDED = ['succeeded', 'incomplete', 'failed', 'cancelled', 'timed_out'];
const until = async (runId: string, ...statuses: string[]): Promise<Json> => {
  await expect
    .poll(async () => (await call('GET', `/agent/runs/${runId}`)).body['status'], { interval: 50 })
    .toSatisfy((status: string) => statuses.includes(status));
  return (await call('GET', `/agent/runs/${runId}`)).body;
};
const ended = (runId: string) => until(runId, ...ENDED);

interface Told {
  readonly id: number;
  readonly event: string;
  readonly data: Json;
}
const eventsOf = async (runId: string): Promise<Told[]> => {
  const text = await (await server.ask(`/agent/runs/${runId}/events`)).text();
  return [...text.matchAll(/id: (\d+)\nevent: (.*)\ndata: (.*)\n/g)].map(([, id, event = '', data = '']) => ({
    id: Number(id),
    event,
    data: JSON.parse(data) as Json,
  }));
};
const shown = (events: readonly Told[]): string =>
  events.reduce((text, { event, data }) => {
    if (event === 'text.reset') return '';
    return event === 'text.delta' ? text + String(data['text']) : text;
  }, '');
/** The steps of a run's trace that are of one kind, beside its model calls. */
const traced = async (runId: string, kind: string): Promise<Json[]> =>
  ((await call('GET', `/agent/runs/${runId}/trace`)).body['steps'] as Json[]).filter((step) => step['kind'] === kind);
const toolUseOf = (run: Json) => (run['approvals'] as { toolUseId: string }[])[0]?.toolUseId ?? '';

it('a run that is submitted goes on by itself, and is told to the end', async () => {
  const submitted = await call('POST', '/agent/runs', { task: 'What is 17 * 23?', metadata: { ticket: '7' } });
  const runId = String(submitted.body['runId']);
  expect(submitted).toMatchObject({ status: 202, body: { runId, status: 'queued' } });
  expect(submitted.headers.get('location')).toBe(`/agent/runs/${runId}`);
  const run = await ended(runId);
  expect(run).toMatchObject({
    status: 'succeeded',
    mode: 'async',
    output: 'Simulated Claude: calculate says: 391',
    usage: { modelCalls: 2, toolCalls: 1 },
    metadata: { ticket: '7' },
    approvals: [],
  });
  const events = await eventsOf(runId);
  expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
  expect(events.map(({ event }) => event).filter((event) => event !== 'text.delta' && event !== 'text.reset')).toEqual(
    'run.queued run.started model.started tool.started tool.finished model.started run.succeeded'.split(' '),
  );
  expect(shown(events)).toBe(run['output']);
  expect((await call('GET', `/agent/runs/${runId}/trace`)).body['steps']).toMatchObject([
    { kind: 'model' },
    { kind: 'tool', name: 'calculate' },
    { kind: 'model' },
  ]);
});

it('`Prefer: wait` answers with the run if it ends in time, and with 202 if not', async () => {
  const asked = { task: 'What is 2 + 2?', userId: 'cleo' };
  const waited = await call('POST', '/agent/runs', asked, { prefer: 'respond-async, wait=60' });
  expect(waited).toMatchObject({ status: 200, body: { status: 'succeeded', mode: 'async', userId: 'cleo' } });
  const late = await call('POST', '/agent/runs', { task: '[[delay:60000]] Wait.' }, { prefer: 'wait=1' });
  expect(late).toMatchObject({ status: 202, body: { status: 'queued' } });
  expect((await call('POST', `/agent/runs/${String(late.body['runId'])}/cancel`)).status).toBe(202);
});

it('an answer that was given before is given again, by whichever of both ways it is asked', async () => {
  const asked = { task: '[[say:Kept.]]', cache: 'use' };
  const headers = { prefer: 'wait=60' };
  const answers = [
    await call('POST', '/agent/runs', asked, headers),
    await call('POST', '/agent/runs', asked, headers),
    await call('POST', '/agent/run', asked),
  ];
  expect(answers.map(({ body: { output, cache } }) => [output, cache])).toEqual([
    ['Kept.', 'miss'],
    ['Kept.', 'hit'],
    ['Kept.', 'hit'],
  ]);
});

it('two submissions with one key are one run; another body is refused', async () => {
  const headers = { 'idempotency-key': 'once' };
  const [first, second] = [
    await call('POST', '/agent/runs', { task: 'Once.' }, headers),
    await call('POST', '/agent/runs', { task: 'Once.' }, headers),
  ];
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(second.headers.get('location')).toBe(first.headers.get('location'));
  expect((await call('POST', '/agent/runs', { task: 'Twice.' }, headers)).status).toBe(422);
});

const REFUND = '[[tool:issue_refund {"orderId": "A-1", "amountUsd": "12.00"}]]';

it.each([
  ['approve', {}, /refundId.*A-1.*12\.00/],
  ['deny', { reason: 'Too old.' }, /denied this call. Their reason: Too old\./],
  ['edit', { input: { orderId: 'A-1', amountUsd: '3.00' } }, /changed the input.*3\.00/],
])('a tool waits for a person: %s', async (decision, more, output) => {
  const runId = await submit({ agent: 'clerk', task: REFUND });
  const waiting = await until(runId, 'awaiting_approval');
  const toolUseId = toolUseOf(waiting);
  expect(waiting['approvals']).toMatchObject([
    { tool: 'issue_refund', input: { orderId: 'A-1', amountUsd: '12.00' }, requestedAt: expect.any(String) as string },
  ]);
  const path = `/agent/runs/${runId}/approvals/${toolUseId}`;
  const bad = await call('POST', path, { decision: 'edit', input: { orderId: 'A-1', amountUsd: 3 } });
  expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'input.amountUsd' }] } });
  expect((await call('POST', path, { decision: 'approve', input: {} })).status).toBe(400);
  expect((await call('POST', `${path}x`, { decision: 'approve' })).status).toBe(404);
  expect((await call('POST', path, { decision, ...more })).status).toBe(204);
  expect((await call('POST', path, { decision: 'deny' })).status).toBe(409);
  const run = await ended(runId);
  expect(run['output']).toMatch(output);
  const told = (await eventsOf(runId)).map(({ event }) => event);
  for (const event of ['approval.requested', 'run.waiting', 'run.resumed', 'approval.decided'])
    expect(told.filter((each) => each === event)).toHaveLength(1);
  const audit = (await call('GET', '/admin/audit', undefined, { 'x-api-key': ADMIN_KEY })).body['entries'] as Json[];
  expect(audit.find(({ target }) => target === `${runId}/${toolUseId}`)).toMatchObject({
    action: 'approval.decided',
    changes: { decision: { to: decision } },
  });
  expect(await traced(runId, 'approval')).toMatchObject([
    { name: 'issue_refund', toolUseId, decision, decidedBy: expect.stringMatching(/^dev-demo-/) as string },
  ]);
});

it('a synchronous run of an agent that needs approval is refused, before anything is paid', async () => {
  expect(await call('POST', '/agent/run', { agent: 'clerk', task: REFUND })).toMatchObject({
    status: 409,
    body: { code: 'run-conflict' },
  });
});

it('a cancelled run ends within seconds, its call aborted and booked', async () => {
  const runId = await submit({ task: '[[delay:100000]] Hang.' });
  await until(runId, 'running');
  expect((await call('POST', `/agent/runs/${runId}/cancel`)).status).toBe(202);
  const run = await ended(runId);
  expect(run).toMatchObject({ status: 'cancelled' });
  expect(run).not.toHaveProperty('error');
  expect((await eventsOf(runId)).at(-1)).toMatchObject({ event: 'run.cancelled', data: { runId } });
  for (const action of ['cancel', 'resume', 'messages'])
    expect((await call('POST', `/agent/runs/${runId}/${action}`, { content: 'Late.' })).status).toBe(
      action === 'resume' ? 400 : 409,
    );
});

it('a run that waits for a person is cancelled as well', async () => {
  const runId = await submit({ agent: 'clerk', task: REFUND });
  await until(runId, 'awaiting_approval');
  await call('POST', `/agent/runs/${runId}/cancel`);
  expect(await ended(runId)).toMatchObject({ status: 'cancelled', usage: { modelCalls: 1 } });
});

it('a message is read by the next call, one with `interrupt` at once', async () => {
  const polite = await submit({ task: '[[delay:1500 times=1]] Begin politely.' });
  await until(polite, 'running');
  expect(await call('POST', `/agent/runs/${polite}/messages`, { content: '[[say:And now this.]]' })).toMatchObject({
    status: 202,
    body: { messageId: expect.stringMatching(/^msg_/) as string },
  });
  expect(await ended(polite)).toMatchObject({ output: 'And now this.', usage: { modelCalls: 2 } });

  const rude = await submit({ task: '[[delay:100000 times=1]] Begin slowly.' });
  await until(rude, 'running');
  await call('POST', `/agent/runs/${rude}/messages`, { content: '[[say:Stopped.]]', interrupt: true });
  expect(await ended(rude)).toMatchObject({ output: 'Stopped.', usage: { modelCalls: 1 } });
  const told = await eventsOf(rude);
  expect(told.filter(({ event }) => event === 'message.received')).toHaveLength(1);
  expect(await traced(polite, 'message')).toMatchObject([
    { name: expect.stringMatching(/^msg_/) as string, modelCall: 2 },
  ]);
  const [message] = await traced(rude, 'message');
  expect(message).toMatchObject({ modelCall: 2, interrupt: true });
  // Sent before the next call read it, by the clock of the server: the call in flight had to end for it.
  expect(message?.['durationMs']).toBeGreaterThan(0);
  expect(await traced(rude, 'model')).toMatchObject([{ interrupted: true }, { status: 'succeeded' }]);
});

it.each([
  ['[[hang]]', '[[say:ok1]]', 'ok1'],
  ['[[over:100000]] [[count:30]]', 'Only this.', 'Only this.'],
])('a message that interrupts %s is the new task of the simulated Claude', async (task, content, output) => {
  const runId = await submit({ task });
  await until(runId, 'running');
  await call('POST', `/agent/runs/${runId}/messages`, { content, interrupt: true });
  expect(await ended(runId)).toMatchObject({
    status: 'succeeded',
    output: expect.stringContaining(output) as string,
    usage: { modelCalls: 1 },
  });
});

it('a run pauses where its limit has no room, and goes on where it was when it is raised', async () => {
  const runId = await submit({ task: 'What is 5 + 5?', maxCostUsd: '0.0000001', onLimit: 'pause' });
  expect(await until(runId, 'awaiting_budget', ...ENDED)).toMatchObject({ status: 'awaiting_budget' });
  expect((await call('POST', `/agent/runs/${runId}/resume`, { maxCostUsd: '0.00000001' })).status).toBe(400);
  expect((await call('POST', `/agent/runs/${runId}/resume`, { maxCostUsd: '1' })).status).toBe(202);
  expect(await ended(runId)).toMatchObject({ status: 'succeeded', usage: { modelCalls: 2 } });
  expect((await call('POST', `/agent/runs/${runId}/resume`)).status).toBe(409);
  expect(await traced(runId, 'wait')).toMatchObject([{ name: 'budget', modelCall: 1, resumed: true }]);
  const waited = (await eventsOf(runId)).find(({ event }) => event === 'run.waiting');
  expect(waited?.data).toMatchObject({
    reason: 'budget',
    detail: "What is left of the run's own limit does not cover another model call.",
    limitUsd: '0.0000001',
    usedUsd: '0',
    askedUsd: expect.stringMatching(/^0\.0\d+$/) as string,
  });
});

it('runs are listed newest first, by filter and page, and each tenant sees its own', async () => {
  const mine = [await submit({ task: 'One.', userId: 'ada' }), await submit({ task: 'Two.', userId: 'ada' })];
  for (const runId of mine) await ended(runId);
  const list = async (query: string, key = DEV_KEY) =>
    (await call('GET', `/agent/runs?${query}`, undefined, { 'x-api-key': key })).body as {
      runs: { runId: string }[];
      nextCursor: string | null;
    };
  await expect.poll(async () => (await list('userId=ada')).runs.map(({ runId }) => runId)).toEqual(mine.toReversed());
  const first = await list('userId=ada&limit=1');
  expect(first.runs.map(({ runId }) => runId)).toEqual([mine[1]]);
  const second = await list(`userId=ada&limit=1&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
  expect(second.runs.map(({ runId }) => runId)).toEqual([mine[0]]);
  expect((await list('userId=ada', ADMIN_KEY)).runs).toEqual([]);
  expect((await call('GET', `/agent/runs/${mine[0]}`)).body).toMatchObject({ userId: 'ada' });
  // The last day of the calendar takes in all that there is.
  expect((await list('userId=ada&to=9999-12-31')).runs).toHaveLength(2);
  expect((await list('userId=ada&from=0000-01-01&to=9999-12-31T23:59:59.999Z')).runs).toHaveLength(2);
  const days = [
    'from=yesterday',
    'from=2026-02-30',
    'to=2027-02-29',
    'to=2026-04-31T12:00:00Z',
    'from=2026-12-01T24:00Z',
  ];
  for (const bad of ['limit=0', 'limit=101', 'status=gone', 'cursor=x', 'colour=red', ...days])
    expect((await call('GET', `/agent/runs?${bad}`)).body).toMatchObject({ errors: [{ path: bad.split('=')[0] }] });
});

/** What is sent to the routes that take something. */
const BODIES: Readonly<Record<string, object>> = {
  '/agent/runs/{runId}/messages': { content: 'Hello.' },
  '/agent/runs/{runId}/resume': { maxCostUsd: '5' },
  '/agent/runs/{runId}/approvals/{toolUseId}': { decision: 'approve' },
};

const ORDER = ['get', 'post', 'put', 'patch', 'delete'];

type Described = Record<string, Record<string, { readonly requestBody?: object }>>;

/** Every route that the server describes, but those of administrators and the gateway: what is read first, what is erased last. */
const describedRoutes = async (names: Readonly<Record<string, string>>) => {
  const { paths } = (await call('GET', '/openapi.json')).body as { paths: Described };
  const routes = Object.entries(paths)
    .filter(([path]) => !/^\/(?:admin|v1)\//.test(path))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, described]) => ({ path, method, described })))
    .toSorted((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
  return routes.map(({ path, method, described }) => ({
    isNamed: path.includes('{'),
    method: method.toUpperCase(),
    target: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? `unknown ${name}`),
    body: BODIES[path],
    isKnown: (described.requestBody === undefined) === (BODIES[path] === undefined),
  }));
};

it('nothing of another tenant is there by any route that names it, and no other route tells of it', async () => {
  const sessionId = 'walled';
  const inSession = await submit({ task: 'Mine alone.', sessionId, userId: 'walled-user' });
  await ended(inSession);
  const runId = await submit({ agent: 'clerk', task: REFUND });
  const toolUseId = toolUseOf(await until(runId, 'awaiting_approval'));
  const routes = await describedRoutes({ runId, toolUseId, sessionId: `${sessionId}?userId=walled-user` });
  const named = routes.filter(({ isNamed }) => isNamed);
  expect(named.filter(({ isKnown, target }) => !isKnown || target.includes('unknown'))).toEqual([]);
  expect(named.length).toBeGreaterThanOrEqual(10);
  const mine = async () =>
    Promise.all(
      [`/agent/runs/${runId}`, `/agent/runs/${runId}/trace`].map(async (path) => (await call('GET', path)).body),
    );
  const before = await mine();

  const answerOf = async (route: (typeof routes)[number], key: string) => {
    const { method, target, body } = route;
    const headers = { 'x-api-key': key, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await server.ask(target, init);
    const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    const text = isEndless ? ((await response.body?.cancel()) ?? '') : await response.text();
    return { route: `${method} ${target}`, status: response.status, text };
  };
  for (const route of named)
    expect(await answerOf(route, ADMIN_KEY)).toMatchObject({ route: `${route.method} ${route.target}`, status: 404 });
  for (const route of routes.filter(({ isNamed, method }) => !isNamed && method === 'GET')) {
    const { text } = await answerOf(route, ADMIN_KEY);
    for (const word of [runId, inSession, toolUseId, sessionId, 'walled-user']) expect(text).not.toContain(word);
  }
  expect(await mine()).toEqual(before);
  // To its owner all of it is there.
  for (const route of named) expect(await answerOf(route, DEV_KEY)).not.toMatchObject({ status: 404 });

  expect((await call('POST', '/admin/tenants/demo/runs/cancel')).status).toBe(403);
  const waiting = await submit({ agent: 'clerk', task: REFUND });
  await until(waiting, 'awaiting_approval');
  const all = await call('POST', '/admin/tenants/demo/runs/cancel', undefined, { 'x-api-key': ADMIN_KEY });
  expect(all.status).toBe(202);
  expect(all.body['cancelled']).toBeGreaterThanOrEqual(1);
  expect(await ended(waiting)).toMatchObject({ status: 'cancelled' });
  const none = await call('POST', '/admin/tenants/nobody/runs/cancel', undefined, { 'x-api-key': ADMIN_KEY });
  expect(none).toMatchObject({ status: 404, body: { code: 'not-found' } });
});

it.each([
  [{ task: 'x', onLimit: 'wait' }, 'onLimit'],
  [{ task: 'x', cache: 'never' }, 'cache'],
  [{ task: 'x', timeoutMs: 86_400_001 }, 'timeoutMs'],
  [{ task: 'x', agent: 'nobody' }, 'agent'],
  [{ task: 'x', colour: 'red' }, 'colour'],
])('refuses %j', async (body, path) => {
  expect(await call('POST', '/agent/runs', body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
});
