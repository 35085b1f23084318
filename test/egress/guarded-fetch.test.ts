import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, type EgressFetch } from '../../lib/egress/guarded-fetch.ts';
import { allowedAddresses, type Lookup, type Network } from '../../lib/egress/pinned-addresses.ts';

let server: Server;
let port: number;
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const WORDS = 'grüezi '.repeat(50);
const ENCODED = { gzip: gzipSync(WORDS), deflate: deflateSync(WORDS), br: brotliCompressSync(WORDS) };

const answer = (url: string, response: ServerResponse): void => {
  const [, kind = '', detail = ''] = url.split('/');
  if (kind === 'moved') response.writeHead(302, { location: '/elsewhere' }).end();
  else if (kind === 'empty') response.writeHead(204).end();
  else if (kind === 'slow') response.writeHead(200).write('begun');
  else if (kind === 'silent') return;
  else if (kind === 'cut') response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
  else if (kind in ENCODED)
    response.writeHead(200, { 'content-encoding': kind }).end(ENCODED[kind as keyof typeof ENCODED]);
  else response.writeHead(Number(detail) || 200, { 'x-two': ['a', 'b'] }).end('here');
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      answer(url, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => void (seen.length = 0));
afterAll(() => server.closeAllConnections());

const v4 = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 }));
const LOCAL: Lookup = async () => v4('127.0.0.1');
const get: EgressFetch = (...asked) => createGuardedFetch({ lookup: LOCAL })(...asked);
const here = (path: string) => new URL(`http://localhost:${port}${path}`);
const nameOf = (error: unknown): string => (error as Error & { cause?: Error }).cause?.name ?? '';
/** What reaching for a host came to: the name of what stopped it. */
const reached = (lookup: Lookup, host: string, network?: 'private'): Promise<string> =>
  createGuardedFetch({ lookup })(new URL(`http://${host}:${port}/`), {}, network).then(() => 'reached', nameOf);

describe('a host is reached', () => {
  it.each([
    ['of a private network', '10.0.0.1'],
    ['link-local, as the metadata of clouds', '169.254.169.254'],
    ['of this machine', '127.0.0.1'],
    ['shared', '100.64.0.1'],
  ])('never where its name leads to an address that is %s', async (_title, address) => {
    expect(await reached(async () => v4(address), 'pages.example.com')).toBe('AddressRefused');
    expect(seen).toEqual([]);
  });

  it.each(['10.0.0.1', '169.254.169.254', '[::ffff:127.0.0.1]', '[fd00:ec2::254]', '0.0.0.0', '127.0.0.2'])(
    'never by an address that is written as %s',
    async (host) => {
      const lookup: Lookup = () => Promise.reject(new Error('nobody looks an address up'));
      expect(await reached(lookup, host)).toBe('AddressRefused');
      expect(seen).toEqual([]);
    },
  );

  it('in a private network only where its endpoint says so, and the metadata of a cloud not even then', async () => {
    const all = v4('93.184.216.34', '10.0.0.1', '169.254.169.254', '127.0.0.1');
    const { signal } = new AbortController();
    const of = async (network: Network) =>
      (await allowedAddresses(async () => all, 'inner.example.com', network, signal)).map(({ address }) => address);
    expect(await of('public')).toEqual(['93.184.216.34']);
    expect(await of('private')).toEqual(['93.184.216.34', '10.0.0.1']);
    expect(await reached(async () => v4('169.254.169.254'), 'inner.example.com', 'private')).toBe('AddressRefused');
  });

  it('at the address that was looked at, although its name leads elsewhere a moment later', async () => {
    let lookups = 0;
    const lookup: Lookup = async () => ((lookups += 1) === 1 ? v4('127.0.0.1') : v4('169.254.169.254'));
    const response = await createGuardedFetch({ lookup })(here('/pinned'), {});
    expect([await response.text(), lookups]).toEqual(['here', 1]);
  });

  it('and this machine by its own names alone', async () => {
    expect(await reached(LOCAL, 'localhost')).toBe('reached');
    expect(await reached(async () => v4('93.184.216.34', '10.0.0.1'), 'localhost')).toBe('AddressRefused');
  });
});

describe('a request', () => {
  it('goes out as fetch sends it', async () => {
    await get(here('/a?b=c'), {
      method: 'POST',
      body: JSON.stringify({ größe: 1 }),
      headers: { 'x-key': 'k', host: 'other' },
    });
    await get(here('/form'), { method: 'PUT', body: new URLSearchParams({ a: 'b' }) });
    await get(here('/stream'), { method: 'POST', body: new Blob(['one', 'two']).stream() });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/a?b=c',
        body: '{"größe":1}',
        headers: { 'x-key': 'k', host: `localhost:${port}`, 'content-length': '13' },
      },
      { method: 'PUT', body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } },
      { method: 'POST', body: 'onetwo', headers: { 'transfer-encoding': 'chunked' } },
    ]);
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'ballast', connection: 'close' });
  });

  it.each(Object.keys(ENCODED))('is answered in %s, and read as text', async (encoding) => {
    const response = await get(here(`/${encoding}`), {});
    expect(await response.text()).toBe(WORDS);
  });

  it('has status, headers and body of its answer', async () => {
    const response = await get(here('/as/404'), {});
    expect([response.status, response.headers.get('x-two'), await response.text()]).toEqual([404, 'a, b', 'here']);
    expect((await get(here('/empty'), {})).body).toBeNull();
    expect((await get(here('/x'), { method: 'HEAD' })).body).toBeNull();
  });

  it('follows no redirect: it is an error, or an answer for who wants it', async () => {
    await expect(get(here('/moved'), {})).rejects.toThrow('fetch failed');
    const response = await get(here('/moved'), { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/elsewhere']);
    expect(seen.map(({ url }) => url)).toEqual(['/moved', '/moved']);
  });

  it('ends where it is aborted: before, while it waits, and in its body', async () => {
    const reason = new Error('stopped');
    await expect(get(here('/x'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(seen).toEqual([]);
    const waiting = new AbortController();
    const asked = get(here('/silent'), { signal: waiting.signal });
    while (seen.length === 0) await new Promise((done) => setImmediate(done));
    waiting.abort(reason);
    await expect(asked).rejects.toBe(reason);
    const reading = new AbortController();
    const response = await get(here('/slow'), { signal: reading.signal });
    reading.abort(reason);
    await expect(response.text()).rejects.toThrow();
  });

  it('fails as fetch does where nobody answers, or the answer breaks off', async () => {
    const { port: free } = await new Promise<AddressInfo>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address() as AddressInfo;
        probe.close(() => resolve(address));
      });
    });
    await expect(get(new URL(`http://localhost:${free}/`), {})).rejects.toThrow(TypeError);
    const response = await get(here('/cut'), {});
    await expect(response.text()).rejects.toThrow();
  });
});
