import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lookup } from '../../lib/egress/pinned-addresses.ts';
import { createPostOnce, type Posted, TRY_MS } from '../../lib/webhooks/post-once.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';

let target: HttpTarget;
let clock: FakeClock;
beforeEach(async () => {
  target = await startHttpTarget();
  clock = createFakeClock();
});
afterEach(() => target.close());

const v4 = (address: string) => ({ address, family: 4 });
const LOCAL: Lookup = async () => [v4('127.0.0.1')];

const portOf = (url: string): string => new URL(url).port;

/** Posts to a host at the target's port; the clock moves where only time can help. */
const posted = async (
  url: string,
  { hosts = ['localhost', '127.0.0.1', '[::1]', '*.example.com'], lookup = LOCAL } = {},
): Promise<Posted> => {
  const post = createPostOnce({ clock, hosts, lookup });
  const message = { url, headers: { 'webhook-id': 'msg_1' }, body: '{"größe":1}' };
  let result: Posted | undefined;
  void post(message).then((each) => (result = each));
  while (result === undefined) {
    await new Promise((done) => setImmediate(done));
    if (target.hanging) await clock.advance(1_000);
  }
  expect(clock.pending).toBe(0);
  return result;
};
const hook = (host = 'localhost', path = '/hook?token=1') => `http://${host}:${portOf(target.url)}${path}`;

describe('a post', () => {
  it('arrives as it is', async () => {
    expect(await posted(hook())).toEqual({ status: 200, error: null, retryAfterMs: null, durationMs: 0 });
    expect(target.seen).toMatchObject([
      { method: 'POST', path: '/hook?token=1', body: '{"größe":1}', headers: { 'webhook-id': 'msg_1' } },
    ]);
  });

  it.each([204, 400, 410, 500, 503])('is answered with %i', async (status) => {
    target.script({ status });
    expect(await posted(hook())).toMatchObject({ status, error: null });
  });

  it('says how long the receiver wants to be left alone', async () => {
    target.script({ status: 429, headers: { 'retry-after': '7' } });
    expect(await posted(hook())).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });

  it('ends where the receiver reads and says nothing', async () => {
    target.script('hang');
    expect(await posted(hook())).toMatchObject({ status: null, error: 'timeout', durationMs: TRY_MS });
  });

  it('ends where the receiver cuts the connection, or is not there', async () => {
    target.script('cut');
    expect(await posted(hook())).toMatchObject({ status: null, error: 'Error/ECONNRESET' });
    const url = hook();
    await target.close();
    expect(await posted(url)).toMatchObject({ status: null, error: 'Error/ECONNREFUSED' });
  });

  it('ends with the head of an answer whose body has no end', async () => {
    const endless: Server = createServer((request, response) => {
      request.resume();
      response.writeHead(200).write('x'.repeat(100_000));
    });
    await new Promise<void>((listening) => endless.listen(0, '127.0.0.1', listening));
    try {
      const { port } = endless.address() as AddressInfo;
      expect(await posted(`http://localhost:${port}/`)).toMatchObject({ status: 200 });
    } finally {
      endless.closeAllConnections();
      endless.close();
    }
  });

  it('follows no redirect', async () => {
    target.script({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } }, { status: 200 });
    expect(await posted(hook())).toMatchObject({ status: 302, error: null });
    target.script({ status: 307, headers: { location: `${target.url}/elsewhere` } }, { status: 200 });
    expect(await posted(hook())).toMatchObject({ status: 307 });
    expect(target.seen.map(({ path }) => path)).toEqual(['/hook?token=1', '/hook?token=1']);
  });
});

describe('an address that is not public', () => {
  it.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00:ec2::254', '0.0.0.0'])(
    'is never connected to: an allowed host that leads to %s',
    async (address) => {
      const lookup: Lookup = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
      const url = `https://hooks.example.com:${portOf(target.url)}/`;
      expect(await posted(url, { lookup })).toMatchObject({ status: null, error: 'no-public-address' });
      expect(target.seen).toEqual([]);
    },
  );

  it('is not connected to as a literal, in whatever form', async () => {
    // Nobody would look these up: a connection takes a literal as it is.
    const lookup: Lookup = async () => [v4('8.8.8.8')];
    const literals = ['127.0.0.2', '[::ffff:127.0.0.1]', '2130706434', '0x7f000002', '[fd00::1]', '10.0.0.1'];
    for (const host of literals) {
      const url = new URL(`https://${host}:${portOf(target.url)}/`);
      expect(await posted(url.href, { hosts: [url.hostname], lookup })).toMatchObject({ error: 'no-public-address' });
    }
  });

  it('is left out beside a public one', async () => {
    const asked: string[] = [];
    const lookup: Lookup = async (host) => {
      asked.push(host);
      return [v4('127.0.0.1'), v4('10.0.0.1')];
    };
    expect(await posted(hook(), { lookup })).toMatchObject({ status: 200 });
    expect(asked).toEqual(['localhost']);
  });

  it('is not reached by a name that means this machine and leads elsewhere', async () => {
    expect(await posted(hook(), { lookup: async () => [v4('169.254.169.254')] })).toMatchObject({
      error: 'no-public-address',
    });
  });

  it('is not reached by a second look-up: the connection goes to the address that was looked at', async () => {
    const other = createServer((request, response) => {
      request.resume();
      response.writeHead(202).end();
    });
    // The system knows `localhost` by another address, at which nobody listens.
    await new Promise<void>((listening) => other.listen(0, '127.0.0.9', listening));
    try {
      const { port } = other.address() as AddressInfo;
      const lookup: Lookup = async () => [v4('127.0.0.9')];
      expect(await posted(`http://localhost:${port}/`, { lookup })).toMatchObject({ status: 202 });
      expect(await posted(`http://127.0.0.1:${port}/`, { lookup })).toMatchObject({ error: 'Error/ECONNREFUSED' });
    } finally {
      other.close();
    }
  });
});

it('a host that the setting does not name any more gets nothing', async () => {
  expect(await posted(hook(), { hosts: ['hooks.example.com'] })).toMatchObject({ error: 'host-not-allowed' });
  expect(target.seen).toEqual([]);
});

it('a look-up that fails or hangs is a try without an answer', async () => {
  const failing: Lookup = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
  expect(await posted(hook(), { lookup: failing })).toMatchObject({ status: null, error: 'Error/ENOTFOUND' });
  const post = createPostOnce({ clock, hosts: ['localhost'], lookup: () => new Promise(() => undefined) });
  const hanging = post({ url: hook(), headers: {}, body: '' });
  await clock.advance(10 * TRY_MS);
  expect(await hanging).toMatchObject({ status: null, error: 'timeout', durationMs: TRY_MS });
});
