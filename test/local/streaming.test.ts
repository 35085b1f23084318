import { once } from 'node:events';
import { connect } from 'node:net';
import type { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Handler } from '../../local/invoke.ts';
import { createGate } from '../upstream/gate.ts';
import { connectRaw } from './exchange.ts';
import { serveFunction, streaming, type TestServer } from './serving.ts';

const servers: TestServer[] = [];
const serving = async (...given: Parameters<typeof serveFunction>) => {
  const server = await serveFunction(...given);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close(0))));

const GET = 'GET /f/x HTTP/1.1\r\nhost: x\r\n\r\n';

/** A function that uses the runtime's own calls, without Middy. */
const byHand = (act: (stream: Writable) => unknown): Handler =>
  (
    globalThis as unknown as { awslambda: { streamifyResponse: (handler: unknown) => Handler } }
  ).awslambda.streamifyResponse((_event: unknown, stream: Writable) => act(stream));

describe('a streaming function behind the local server', () => {
  it('has its status and headers out before its first byte, and each chunk before the next is made', async () => {
    const first = createGate();
    const second = createGate();
    const { url } = await serving(
      streaming(async function* () {
        await first.arrive();
        yield 'one ⚓';
        await second.arrive();
        yield 'two';
      }),
    );
    const response = await fetch(`${url}/f/x`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(response.headers.get('request-id')).toBe('req_1');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    first.open();
    expect((await reader?.read())?.value).toBe('one ⚓');
    await second.reached;
    second.open();
    expect((await reader?.read())?.value).toBe('two');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('makes no more than its client takes', async () => {
    let made = 0;
    const { port } = await serving(
      streaming(async function* () {
        for (; made < 2_000; made += 1) yield 'x'.repeat(64 * 1024);
      }),
    );
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => socket.pause()).write(GET);
    for (let before = -1; before !== made || made === 0;) {
      before = made;
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(made).toBeLessThan(1_000);
    let last = '';
    socket.on('data', (bytes) => (last = (last + bytes.toString('latin1')).slice(-5))).resume();
    while (last !== '0\r\n\r\n') await once(socket, 'data');
    expect(made).toBe(2_000);
    socket.destroy();
  });

  it('that is short goes out whole, in one write', async () => {
    const { port } = await serving(
      streaming(async function* () {
        yield 'all ';
        yield 'of it';
      }),
    );
    const socket = connect(port, '127.0.0.1');
    const [first] = (await once(
      socket.setEncoding('latin1').once('connect', () => socket.write(GET)),
      'data',
    )) as [string];
    expect(first).toMatch(/^HTTP\/1\.1 200 [^]*all [^]*of it\r\n0\r\n\r\n$/);
    socket.destroy();
  });

  it('that fails in the middle cuts the connection, so that its part is not taken for the whole', async () => {
    const { port, lines } = await serving(
      streaming(async function* () {
        yield 'part';
        throw new Error('canary');
      }),
    );
    const client = connectRaw(port);
    client.socket.write(GET);
    const all = await client.closed;
    expect(all).toContain('part');
    expect(all).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('canary');
  });

  it.each([
    ['throws before its answer began', () => Promise.reject(new Error('canary'))],
    ['returns without an end', () => undefined],
    ['writes without a status', (stream: Writable) => void stream.end('canary')],
  ])('that %s is a 500', async (_, act) => {
    const { url, lines } = await serving(byHand(act));
    const response = await fetch(`${url}/f/x`);
    expect([response.status, await response.json()]).toMatchObject([500, { code: 'internal' }]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('canary');
  });
});
