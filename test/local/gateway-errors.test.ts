import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../local/read-body.ts';
import { buffered, serveFunction, type TestServer } from './serving.ts';

const length = buffered(({ body }) => {
  if (body === 'crash') throw new Error('crashed');
  return { statusCode: 200, body: String(body?.length ?? 0) };
});

let server: TestServer;
beforeAll(async () => {
  server = await serveFunction(length);
});
afterAll(() => server.close(0));

const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, { method: 'POST', ...init });

it.each<[string, string, RequestInit, number, string]>([
  [
    'a body over what Lambda takes',
    '/v1/messages',
    { body: 'x'.repeat(MAX_PAYLOAD_BYTES + 1) },
    413,
    'request_too_large',
  ],
  [
    'a body whose event is over it',
    '/v1/messages',
    { body: '"'.repeat(MAX_PAYLOAD_BYTES / 2) },
    413,
    'request_too_large',
  ],
  ['an unknown path', '/v1/complete', {}, 404, 'not_found_error'],
  ['another method', '/v1/messages?beta=true', { method: 'GET' }, 405, 'invalid_request_error'],
  ['a function that crashes', '/v1/messages', { body: 'crash' }, 500, 'api_error'],
])('%s is told to a client of the Anthropic API in its envelope', async (_what, path, init, status, type) => {
  const response = await ask(path, init);
  expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
  expect(await response.json()).toEqual({
    type: 'error',
    error: { type, message: expect.any(String) as string },
    request_id: response.headers.get('request-id'),
  });
});

it('a body of four megabytes, and one just under the limit, pass', async () => {
  for (const bytes of [4_000_000, MAX_PAYLOAD_BYTES - 4_096]) {
    const response = await ask('/v1/messages', { body: 'x'.repeat(bytes) });
    expect([response.status, await response.text()]).toEqual([200, String(bytes)]);
  }
});

it('elsewhere the same is a problem, also below a path that only begins like it', async () => {
  for (const path of ['/f/v1/x', '/v1x/messages', '/'])
    expect(await (await ask(path, { body: 'x'.repeat(MAX_PAYLOAD_BYTES + 1) })).json()).toHaveProperty('code');
});
