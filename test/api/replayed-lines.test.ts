import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { ADMIN_KEY } from './fleet.ts';
import { startServer, type TestServer } from './start-server.ts';

const ADA = 'ada@example.org';
const USER = bookedName(pseudonymOf(ADA));

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;

const send = async (
  method: string,
  path: string,
  body: object | null,
  headers: Readonly<Record<string, string>> = {},
) => {
  const response = await server.ask(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== null && { body: JSON.stringify(body) }),
  });
  await response.text();
  return response;
};

/** What makes of a request another one, for the same key. */
const OTHER: Readonly<Record<string, object>> = {
  '/agent/run': { task: 'Bye.' },
  '/agent/runs': { task: 'Bye.' },
  '/v1/messages': { max_tokens: 33 },
};

/** What the log says of a request once it is over. */
const lineOf = async ({ headers }: Response): Promise<Json> => {
  const requestId = headers.get('request-id');
  const lines = () =>
    server
      .printed()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes(String(requestId)))
      .map((line) => JSON.parse(line) as Json)
      .filter(({ message }) => /^request/.test(String(message)));
  await expect.poll(() => lines().length).toBe(1);
  return lines()[0] ?? {};
};

it.each<[string, object, string]>([
  ['/agent/run', { task: 'Hello.', userId: ADA }, 'assistant'],
  ['/agent/runs', { task: 'Hello.', userId: ADA }, 'assistant'],
  [
    '/v1/messages',
    {
      model: 'claude-haiku-5-5',
      max_tokens: 32,
      messages: [{ role: 'user', content: 'Hello.' }],
      metadata: { user_id: ADA },
    },
    'gateway',
  ],
])(
  'the line of a request to %s that is answered once more says for whom it is, and whom it asked',
  async (path, body, agent) => {
    const key = { 'idempotency-key': `line of ${path}` };
    expect((await send('POST', path, body, key)).ok).toBe(true);
    const again = await send('POST', path, body, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await lineOf(again)).toMatchObject({ user: USER, agent });
    const reused = await send('POST', path, { ...body, ...OTHER[path] }, key);
    expect(reused.status).toBe(422);
    expect(await lineOf(reused)).toMatchObject({ user: USER, agent });
    expect(server.printed()).not.toContain(ADA);
  },
);

it('the line of a run that is answered once more says which agent its session has', async () => {
  const turn = { task: 'Hello.', userId: ADA, sessionId: 'line' };
  expect((await send('POST', '/agent/run', { ...turn, agent: 'assistant' })).status).toBe(200);
  const key = { 'idempotency-key': 'line of a session' };
  expect((await send('POST', '/agent/run', turn, key)).status).toBe(200);
  const again = await send('POST', '/agent/run', turn, key);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await lineOf(again)).toMatchObject({ user: USER, agent: 'assistant' });
});

it('the line of an erasure says of whom, by the pseudonym', async () => {
  const path = `/admin/tenants/demo/users/${encodeURIComponent(ADA)}`;
  const erased = await send('DELETE', path, null, { 'x-api-key': ADMIN_KEY });
  expect(erased.status).toBe(202);
  expect(await lineOf(erased)).toMatchObject({ user: USER, method: 'DELETE' });
  const refused = await send('DELETE', path.replace('demo', 'nobody'), null, { 'x-api-key': ADMIN_KEY });
  expect(refused.status).toBe(404);
  expect(await lineOf(refused)).toMatchObject({ user: USER });
  expect(server.printed()).not.toContain(ADA);
});
