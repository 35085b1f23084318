import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../fake-clock.ts';
import { buffered, serveFunction, type TestServer } from './serving.ts';

const servers: TestServer[] = [];
const serving = async (...given: Parameters<typeof serveFunction>) => {
  const server = await serveFunction(...given);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close(0))));

const echo = buffered((event) => ({ statusCode: 200, headers: {}, body: JSON.stringify(event) }));

describe('a buffered function behind the local server', () => {
  it('gets the event and answers with its status, headers and body', async () => {
    const { url } = await serving(
      buffered(({ path, body, pathParameters }) => ({
        statusCode: 201,
        headers: { 'X-Own': 'yes', 'content-type': 'application/json', 'Content-Length': '3', Connection: 'close' },
        multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
        body: JSON.stringify({ path, body, pathParameters }),
      })),
    );
    const response = await fetch(`${url}/f/a%20b`, { method: 'POST', body: '{"task":"⚓ שלום"}' });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('connection')).toBe('keep-alive');
    expect(response.headers.get('request-id')).toBe('req_1');
    expect(await response.json()).toEqual({
      path: '/f/a%20b',
      body: '{"task":"⚓ שלום"}',
      pathParameters: { proxy: 'a b' },
    });
  });

  it('keeps its own request id', async () => {
    const { url } = await serving(buffered(() => ({ statusCode: 200, headers: { 'Request-Id': 'mine' }, body: '' })));
    expect((await fetch(`${url}/f/x`)).headers.get('request-id')).toBe('mine');
  });

  it('may answer with bytes', async () => {
    const { url } = await serving(buffered(() => ({ statusCode: 200, body: '/wA=', isBase64Encoded: true })));
    expect([...new Uint8Array(await (await fetch(`${url}/f/x`)).arrayBuffer())]).toEqual([255, 0]);
  });

  it('answers HEAD without a body and 204 without a length', async () => {
    const { url } = await serving(
      buffered(({ httpMethod }) => ({ statusCode: httpMethod === 'HEAD' ? 200 : 204, body: 'abc' })),
    );
    const head = await fetch(`${url}/f/x`, { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['3', '']);
    const empty = await fetch(`${url}/f/x`);
    expect([empty.headers.get('content-length'), await empty.text()]).toEqual([null, '']);
  });

  it('knows how much time it has left, and whom it answers', async () => {
    const clock = createFakeClock();
    const handler = buffered(async ({ requestContext }, context) => {
      await clock.advance(1_000);
      const body = JSON.stringify([
        context.getRemainingTimeInMillis(),
        context.functionName,
        context.awsRequestId === requestContext.requestId,
        requestContext.identity.sourceIp,
      ]);
      return { statusCode: 200, body };
    });
    const { url } = await serving(handler, clock);
    expect(await (await fetch(`${url}/f/x`)).json()).toEqual([9_000, 'ballast-local-tested', true, '127.0.0.1']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('canary'))],
    ['answers with nothing', () => undefined],
    ['answers with text', () => 'canary'],
    ['answers without a status', () => ({ body: 'canary' })],
    ['answers with a status that there is not', () => ({ statusCode: 99, body: 'canary' })],
    ['answers with a body that is no text', () => ({ statusCode: 200, body: { canary: 1 } })],
    [
      'answers with a header that would split the answer',
      () => ({ statusCode: 200, headers: { 'x-left': '1', a: 'x\r\nb: canary' } }),
    ],
    ['answers with a header that is no text', () => ({ statusCode: 200, headers: { a: { canary: 1 } } })],
    ['answers with more than Lambda allows', () => ({ statusCode: 200, body: 'canary'.repeat(1_100_000) })],
  ])('that %s is a 500 to its client, and one line in the log that says nothing of it', async (_, handler) => {
    const { url, lines } = await serving(buffered(handler));
    const response = await fetch(`${url}/f/x`);
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'application/problem+json']);
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', requestId: 'req_1', status: 500 });
    expect([response.headers.get('request-id'), response.headers.get('x-left')]).toEqual(['req_1', null]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      message: 'function failed',
      function: 'tested',
      requestId: 'req_1',
    });
    expect(text + lines.join('')).not.toContain('canary');
  });

  it('is not called for a path that is not there, one that does not decode, nor a query that does not', async () => {
    const { url } = await serving(echo);
    for (const [path, status, code] of [
      ['/g', 404, 'not-found'],
      ['/f/%zz', 400, 'invalid-request'],
      ['/f/x?a=%ff', 400, 'invalid-request'],
    ]) {
      const response = await fetch(`${url}${path}`, { method: 'POST', body: 'unread' });
      expect([response.status, await response.json()]).toMatchObject([status, { code, status }]);
      expect(response.headers.get('request-id')).toMatch(/^req_/);
    }
  });

  it('is reached on both loopback addresses at one port', async () => {
    const { port } = await serving(echo);
    expect((await fetch(`http://127.0.0.1:${port}/f/x`)).status).toBe(200);
    const v6 = await fetch(`http://[::1]:${port}/f/x`).catch((error: unknown) => error as Error);
    // A machine without IPv6 has the one address only.
    if (v6 instanceof Response) expect(v6.status).toBe(200);
  });

  it('serves requests at once and one after the other on a connection', async () => {
    const { url } = await serving(echo);
    const sizes = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const response = await fetch(`${url}/f/${at}`, { method: 'POST', body: 'x'.repeat(at * 1_000) });
        return (((await response.json()) as { body: string | null }).body ?? '').length;
      }),
    );
    expect(sizes).toEqual(Array.from({ length: 50 }, (_, at) => at * 1_000));
  });
});
