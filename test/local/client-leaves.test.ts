import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../fake-clock.ts';
import { createGate } from '../upstream/gate.ts';
import { connectRaw } from './exchange.ts';
import { buffered, serveFunction, streaming, type TestServer } from './serving.ts';

const servers: TestServer[] = [];
const serving = async (...given: Parameters<typeof serveFunction>) => {
  const server = await serveFunction(...given);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close(0))));

const GET = 'GET /f/x HTTP/1.1\r\nhost: x\r\n\r\n';

describe('a client that leaves', () => {
  it('aborts the signal of a buffered function, whose failure then is nobody’s', async () => {
    const called = createGate();
    const aborted = Promise.withResolvers<unknown>();
    const { port, lines, url } = await serving(
      buffered(async (event, { clientSignal }) => {
        if (event.path === '/f/after') return { statusCode: 200, body: String(clientSignal.aborted) };
        clientSignal.addEventListener('abort', () => aborted.resolve(clientSignal.reason));
        await called.arrive();
        return clientSignal.throwIfAborted();
      }),
    );
    const client = connectRaw(port);
    client.socket.write(GET);
    await called.reached;
    client.socket.destroy();
    expect(await aborted.promise).toMatchObject({ name: 'AbortError' });
    called.open();
    expect(await (await fetch(`${url}/f/after`)).text()).toBe('false');
    expect(lines).toEqual([]);
  });

  it('aborts the signal of a streaming function, which may go on writing into the void to its end', async () => {
    const gate = createGate();
    const aborted = Promise.withResolvers<void>();
    const written = Promise.withResolvers<string>();
    const { port, lines } = await serving(
      streaming(async function* (_event, { clientSignal }) {
        clientSignal.addEventListener('abort', () => aborted.resolve());
        yield 'before';
        await gate.arrive();
        for (let at = 0; at < 100; at += 1) yield 'x'.repeat(64 * 1024);
        written.resolve('to its end');
      }),
    );
    const client = connectRaw(port);
    client.socket.write(GET);
    await client.until((all) => all.includes('before'));
    client.socket.destroy();
    await aborted.promise;
    gate.open();
    expect(await written.promise).toBe('to its end');
    expect(lines).toEqual([]);
  });

  it('aborts nothing once its answer has ended', async () => {
    const signals: AbortSignal[] = [];
    const { port } = await serving(
      buffered((_event, { clientSignal }) => {
        signals.push(clientSignal);
        return { statusCode: 200, body: 'done' };
      }),
    );
    const client = connectRaw(port);
    client.socket.write(GET);
    await client.until((all) => all.endsWith('done'));
    client.socket.end();
    await client.closed;
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is one that takes nothing for five minutes, too', async () => {
    const clock = createFakeClock();
    const aborted = Promise.withResolvers<string>();
    const { port } = await serving(
      streaming(async function* (_event, { clientSignal }) {
        clientSignal.addEventListener('abort', () => aborted.resolve('aborted'));
        while (!clientSignal.aborted) yield 'x'.repeat(64 * 1024);
      }),
      clock,
    );
    const client = connectRaw(port);
    client.socket.once('data', () => client.socket.pause()).write(GET);
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(300_000);
    expect(await aborted.promise).toBe('aborted');
    client.socket.destroy();
  });
});
