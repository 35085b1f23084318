import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describedFetch } from '../openapi/described-fetch.ts';
import { startServer, type TestServer } from './start-server.ts';

const ORIGIN = 'https://app.example';
const JSON_TYPE = { 'content-type': 'application/json' };
const hello = { model: 'claude-sonnet-5-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'Hello' }] };

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ CORS_ORIGINS: `${ORIGIN},http://localhost:5173` });
});
afterAll(() => server[Symbol.asyncDispose]());

/** What a browser does before it sends and after it has an answer; throws where it would not let the page see one. */
const browser: typeof describedFetch = async (target, init = {}) => {
  const headers = new Headers(init.headers);
  const asked = { 'access-control-request-method': init.method ?? 'GET' };
  const names = [...headers.keys()].join(',');
  const preflight = await describedFetch(target, {
    method: 'OPTIONS',
    headers: { ...asked, origin: ORIGIN, 'access-control-request-headers': names },
  });
  if (preflight.status !== 204) throw new TypeError('the preflight is refused');
  const allowed = (preflight.headers.get('access-control-allow-headers') ?? '').split(',');
  if ([...headers.keys()].some((name) => !allowed.includes(name))) throw new TypeError('a header is not allowed');
  headers.set('origin', ORIGIN);
  const response = await describedFetch(target, { ...init, headers });
  if (response.headers.get('access-control-allow-origin') !== ORIGIN) throw new TypeError('the answer is withheld');
  return response;
};

it('the official client works in a page: messages, streams, models and errors', async () => {
  const client = new Anthropic({
    apiKey: 'ballast-dev-key',
    baseURL: server.url,
    fetch: browser,
    maxRetries: 0,
    logLevel: 'off',
    dangerouslyAllowBrowser: true,
  });
  expect((await client.messages.create(hello)).type).toBe('message');
  expect((await client.messages.stream(hello).finalMessage()).type).toBe('message');
  expect((await client.models.list()).data.length).toBeGreaterThan(0);
  await expect(client.messages.create({ ...hello, messages: [] })).rejects.toThrow(Anthropic.BadRequestError);
});

it('a page may use the rest of the API too: runs as JSON and events, replays, usage, and errors of every layer', async () => {
  const ask = (path: string, init: RequestInit = {}) =>
    browser(`${server.url}${path}`, {
      ...init,
      headers: { 'x-api-key': 'ballast-dev-key', ...(init.headers as Record<string, string>) },
    });
  const run = (headers: object) =>
    ask('/agent/run', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: '{"task":"Hello"}' });
  const once = { 'idempotency-key': 'page-1' };
  for (const headers of [{}, { accept: 'text/event-stream' }, once, once])
    expect((await run(headers)).status).toBe(200);
  expect((await run(once)).headers.get('idempotency-replayed')).toBe('true');
  expect((await ask('/usage/budget')).status).toBe(200);
  expect((await ask('/usage/budget', { headers: { 'x-api-key': 'nobody' } })).status).toBe(401);
  expect((await ask('/agents', { method: 'PUT' })).status).toBe(405);
  const large = { method: 'POST', headers: JSON_TYPE, body: 'x'.repeat(6_300_000) };
  expect((await ask('/v1/messages', large)).status).toBe(413);
  const unknown = await describedFetch(`${server.url}/no/such/path`, { headers: { origin: ORIGIN } });
  expect([unknown.status, unknown.headers.get('access-control-allow-origin')]).toEqual([404, ORIGIN]);
});

it('HEAD is answered like GET, without the body', async () => {
  for (const path of [
    '/health',
    '/health/live',
    '/openapi.json',
    '/agents',
    '/v1/models',
    '/usage/budget',
    '/nowhere',
  ]) {
    const [head, get] = [await server.ask(path, { method: 'HEAD' }), await server.ask(path)];
    expect([path, head.status, await head.text()]).toEqual([path, get.status, '']);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    await get.text();
  }
  const refused = await server.ask('/agent/run', { method: 'HEAD' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  await expect.poll(() => server.printed()).toContain('"method":"HEAD"');
});

it('a path with a slash at its end is the one without', async () => {
  for (const path of ['/health', '/agents', '/v1/models', '/admin/circuits']) {
    const [plain, slashed] = [await server.ask(path), await server.ask(`${path}/`)];
    expect([path, slashed.status]).toEqual([path, plain.status]);
    await Promise.all([plain.text(), slashed.text()]);
  }
  const post = (path: string) =>
    server.ask(path, {
      method: 'POST',
      headers: { ...JSON_TYPE, 'idempotency-key': 'slash-1' },
      body: JSON.stringify(hello),
    });
  const first = await (await post('/v1/messages')).text();
  const again = await post('/v1/messages/');
  expect([again.headers.get('idempotency-replayed'), await again.text()]).toEqual(['true', first]);
});
