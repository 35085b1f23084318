import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, endpointOf, type EndpointOptions, secretHeader } from '../../../lib/agent/define/endpoint.ts';
import { boundFetch } from '../../../lib/agent/tools/bound-fetch.ts';
import type { ToolSecrets } from '../../../lib/agent/tools/tool-secrets.ts';

let server: Server;
let base: string;
const seen: string[] = [];
const headers: IncomingHttpHeaders[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    headers.push(request.headers);
    const given = request.headers.authorization;
    if (request.url === '/guarded' && given !== 'Bearer new') {
      response.writeHead(401).end();
      return;
    }
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (request.url === '/slow') return;
    else response.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());

/** Values of the secret, in the order in which they are read; the last one stays. */
const secretsOf = (...values: string[]): Pick<ToolSecrets, 'get' | 'refresh'> => ({
  get: async () => values[0] ?? '',
  refresh: async () => (values.length > 1 ? (values.shift(), values[0] ?? '') : (values[0] ?? '')),
});

const bound = (
  endpoints: Record<string, EndpointOptions>,
  overrides = new Map<string, string>(),
  signal = new AbortController().signal,
  secrets = secretsOf(),
  stage = 'prod',
) => {
  const declared = Object.fromEntries(Object.entries(endpoints).map(([name, of]) => [name, endpointOf(of)]));
  return boundFetch({ fetch: globalThis.fetch, overrides, stage })(declared, secrets, signal, 'run_1:toolu_1');
};
const withSecrets = (endpoint: EndpointOptions, ...values: string[]) =>
  bound({ api: endpoint }, new Map(), new AbortController().signal, secretsOf(...values));

it('reaches an endpoint that the tool declares', async () => {
  const response = await bound({ api: base })('api', '/v1?q=a');
  expect(await response.text()).toBe('here');
  expect(seen.at(-1)).toBe('/v1?q=a');
});

it('reaches what stands in for an endpoint, below its path', async () => {
  const overrides = new Map([['https://api.example.com', `${base}/mirror/`]]);
  await bound({ api: 'https://api.example.com/shop/' }, overrides)('api', '/v1');
  expect(seen.at(-1)).toBe('/mirror/shop/v1');
});

it.each([
  ['an endpoint it does not declare', 'other', '/'],
  ['a name that every object has', 'constructor', '/'],
  ['a path that is a URL', 'api', 'https://example.com/'],
  ['a path that does not begin with a slash', 'api', '.example.com/'],
  ['a path with another user and host', 'api', '@example.com/'],
])('refuses %s', async (_title, endpoint, path) => {
  const before = seen.length;
  await expect(bound({ api: base })(endpoint, path)).rejects.toMatchObject({ code: 'internal' });
  expect(seen).toHaveLength(before);
});

it.each([
  ...['//example.com/a', '/orders//x', '/orders/../admin', '/orders/..', '/orders/%2e%2E/admin', '/orders/.%2e/admin'],
  ...[
    '/orders/%2e/x',
    '/orders/a%2fb',
    '/orders/a%2Fb?x',
    '/orders/%252e%252e/x',
    '/orders/a%252fb',
    '/orders/..;/admin',
  ],
  ...[
    '/orders/a\\..\\admin',
    '/orders/a%5c..',
    '/orders/.\t./admin',
    '/orders/a\nb',
    '/orders/.. ',
    '/orders/ ../admin',
    '/orders/.\u00a0',
    '/orders/a%00',
    '/..',
  ],
])('never leaves the path of its endpoint: %s', async (path) => {
  const before = seen.length;
  await expect(bound({ api: `${base}/shop` })('api', path)).rejects.toMatchObject({ code: 'invalid-request' });
  expect(seen).toHaveLength(before);
});

it.each([
  ['/orders/A-1/?q=a/../b//c\\#x', '/shop/orders/A-1/?q=a/../b//c\\'],
  ['/orders/a%20b.c..d;v=1/%E2%82%AC', '/shop/orders/a%20b.c..d;v=1/%E2%82%AC'],
  ['/orders/A 1 ü?q=a b', '/shop/orders/A%201%20%C3%BC?q=a%20b'],
  ['/', '/shop/'],
])('reaches whatever is below it: %s', async (path, reached) => {
  await bound({ api: `${base}/shop` })('api', path);
  expect(seen.at(-1)).toBe(reached);
});

it('reaches the URL of its stage, or that of all others', async () => {
  const url = { staging: `${base}/staging`, default: `${base}/other` };
  const reached = async (stage: string) => {
    await bound({ api: { url } }, new Map(), new AbortController().signal, secretsOf(), stage)('api', '/x');
    return seen.at(-1);
  };
  expect([await reached('staging'), await reached('prod'), await reached('constructor')]).toEqual([
    '/staging/x',
    '/other/x',
    '/other/x',
  ]);
});

it('follows no redirect', async () => {
  await expect(bound({ api: base })('api', '/moved')).rejects.toThrow();
  expect(seen.at(-1)).toBe('/moved');
});

it('ends with the signal of the call, whatever signal the tool passes', async () => {
  const call = new AbortController();
  const asked = bound({ api: base }, new Map(), call.signal)('api', '/slow', { signal: new AbortController().signal });
  call.abort();
  await expect(asked).rejects.toThrow();
});

describe('an endpoint with a credential', () => {
  it.each([
    ['a bearer token', () => bearer('shop'), 'authorization', 'Bearer s3cret-value'],
    ['a header of its own', () => secretHeader('X-Api-Key', 'shop'), 'x-api-key', 's3cret-value'],
  ])('is sent %s, whatever header of that name the tool sets', async (_title, authorization, header, value) => {
    const fetch = withSecrets({ url: base, authorization: authorization() }, 's3cret-value');
    await fetch('api', '/v1', { headers: { [header]: 'mine', accept: 'text/plain' } });
    expect(headers.at(-1)).toMatchObject({ [header]: value, accept: 'text/plain' });
  });

  it('is asked once more with the newer secret where the one it had was rotated', async () => {
    const fetch = withSecrets({ url: base, authorization: bearer('shop') }, 'old', 'new');
    const before = seen.length;
    const response = await fetch('api', '/guarded', { method: 'POST', body: 'order' });
    expect(response.status).toBe(200);
    expect(headers.slice(before).map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is asked once where there is no newer secret, and where the body can be sent once only', async () => {
    const before = seen.length;
    expect((await withSecrets({ url: base, authorization: bearer('shop') }, 'old')('api', '/guarded')).status).toBe(
      401,
    );
    const body = new Blob(['order']).stream();
    const fetch = withSecrets({ url: base, authorization: bearer('shop') }, 'old', 'new');
    const sent = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect((await fetch('api', '/guarded', sent)).status).toBe(401);
    const parts = async function* () {
      yield Buffer.from('order');
    };
    const other = withSecrets({ url: base, authorization: bearer('shop') }, 'old', 'new');
    const inParts = { method: 'POST', body: parts(), duplex: 'half' } as unknown as RequestInit;
    expect((await other('api', '/guarded', inParts)).status).toBe(401);
    expect(seen).toHaveLength(before + 3);
  });

  it('is left with its refusal where no newer secret can be read', async () => {
    const secrets = { get: async () => 'old', refresh: () => Promise.reject(new Error('no value')) };
    const endpoints = { api: { url: base, authorization: bearer('shop') } };
    const response = await bound(endpoints, new Map(), new AbortController().signal, secrets)('api', '/guarded');
    expect(response.status).toBe(401);
  });

  it('has its refusal let go of before it is asked once more', async () => {
    const order: string[] = [];
    const refusal = new ReadableStream({ cancel: () => void order.push('let go') });
    const answers = [new Response(refusal, { status: 401 }), new Response('here')];
    const fetch = async () => (order.push('asked'), answers.shift() ?? new Response());
    const endpoint = endpointOf({ url: 'https://api.example.com', authorization: bearer('shop') });
    const parts = { fetch, overrides: new Map<string, string>(), stage: 'prod' };
    const call = boundFetch(parts)({ api: endpoint }, secretsOf('old', 'new'), new AbortController().signal, 'run_1:1');
    expect(await (await call('api', '/')).text()).toBe('here');
    expect(order).toEqual(['asked', 'let go', 'asked']);
  });

  it('keeps it from every other endpoint', async () => {
    const fetch = bound({ api: base, shop: { url: base, authorization: bearer('shop') } });
    await fetch('api', '/v1');
    expect(headers.at(-1)).not.toHaveProperty('authorization');
  });
});

it('reaches into a private network where its endpoint, or what stands in for it, is declared so, and nowhere else', async () => {
  const networks: (string | undefined)[] = [];
  const ask = (endpoint: EndpointOptions, overrides = new Map<string, string>()) =>
    boundFetch({
      fetch: async (_url, _init, network) => (networks.push(network), new Response('here')),
      overrides,
      stage: 'prod',
    })({ api: endpointOf(endpoint) }, secretsOf('word'), new AbortController().signal, 'run_1:toolu_1');
  const url = 'https://api.example.com';
  await ask(url)('api', '/');
  await ask({ url, network: 'private' })('api', '/');
  await ask({ url, network: 'private', authorization: bearer('key') })('api', '/');
  await ask(url, new Map([[url, 'http://10.0.0.7:8080']]))('api', '/');
  await ask({ hosts: ['api.example.com'] })('api', `${url}/x`);
  expect(networks).toEqual(['public', 'private', 'private', 'private', undefined]);
});
