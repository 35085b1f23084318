import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../fake-clock.ts';
import { answered, connectRaw } from './exchange.ts';
import { buffered, serveFunction, streaming, type TestServer } from './serving.ts';

const servers: TestServer[] = [];
const serving = async (...given: Parameters<typeof serveFunction>) => {
  const server = await serveFunction(...given);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close(0))));

const ok = buffered(() => ({ statusCode: 200, body: 'ok' }));
/** A stream that is only watched would not hold up a server that stops, and is not counted. */
const POST = 'POST /f/x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n';
/** More than the buffers of two sockets hold. */
const LARGE = 'x'.repeat(6_000_000);

async function* onePart() {
  yield LARGE.repeat(4);
}
async function* manyParts() {
  for (let part = 0; part < 64; part += 1) yield 'x'.repeat(1 << 20);
}

/** Until the server waits for something. */
const untilTimed = async (clock: { readonly pending: number }) => {
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('a client that is slow', () => {
  it.each([
    ['never ends its head', 'GET /f/x HTTP/1.1\r\nhost: x\r\nx-a: '],
    ['sends nothing at all', ''],
  ])('and %s is answered in the shape of the contract, and cut', async (_, part) => {
    const { port } = await serving(ok, undefined, { headMs: 50 });
    const client = connectRaw(port);
    client.socket.write(part);
    const all = await client.closed;
    expect(all).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(JSON.parse(all.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      code: 'invalid-request',
      detail: 'The request did not arrive in time.',
    });
  });

  it('and takes a minute for its body is told so, and cut; a second before it is still waited for', async () => {
    const clock = createFakeClock();
    const { port } = await serving(ok, clock);
    const client = connectRaw(port);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"task":');
    await untilTimed(clock);
    await clock.advance(59_000);
    client.socket.write('"');
    await clock.advance(1_000);
    const all = await client.closed;
    expect(all).toMatch(/^HTTP\/1.1 400 /);
    expect(all).toMatch(/connection: close/i);
    expect(JSON.parse(all.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      code: 'invalid-request',
      detail: 'The body did not arrive within 60 s.',
    });
  });

  it('and a second faster than that is answered, and leaves no timer behind', async () => {
    const clock = createFakeClock();
    const { port } = await serving(ok, clock);
    const client = connectRaw(port);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nab');
    await untilTimed(clock);
    await clock.advance(59_000);
    client.socket.write('cd');
    expect(await client.until(answered)).toMatch(/^HTTP\/1.1 200 /);
    while (clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    client.socket.destroy();
  });

  it.each([
    ['a streamed answer', streaming(manyParts)],
    ['the rest of a streamed answer', streaming(onePart)],
    ['an answer in one piece', buffered(() => ({ statusCode: 200, body: LARGE }))],
  ])('and never reads %s is cut after five minutes, and not before', async (_, handler) => {
    const clock = createFakeClock();
    const server = await serving(handler, clock);
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause().write(POST);
    await untilTimed(clock);
    let waitedMs = 0;
    for (; server.underWay().length > 0 && waitedMs < 3_000_000; waitedMs += 10_000) await clock.advance(10_000);
    expect(waitedMs).toBeGreaterThanOrEqual(300_000);
    expect(server.underWay()).toEqual([]);
    // What it had taken before is still there to be read.
    await once(socket.resume(), 'close');
    expect(server.lines).toEqual([]);
  });
});
