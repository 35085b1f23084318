import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boundFetch } from '../../../lib/agent/tools/bound-fetch.ts';

let server: Server;
let base: string;
const seen: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (request.url === '/slow') return;
    else response.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());

const bound = (
  endpoints: Record<string, string>,
  overrides = new Map<string, string>(),
  signal = new AbortController().signal,
) => boundFetch({ fetch: globalThis.fetch, overrides })(endpoints, signal);

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

it('stays on its host whatever the path looks like', async () => {
  await bound({ api: base })('api', '//example.com/a/../b');
  expect(seen.at(-1)).toBe('//example.com/b');
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
