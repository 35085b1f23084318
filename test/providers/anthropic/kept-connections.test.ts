import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { shortlyKept } from '../../../lib/providers/anthropic/kept-connections.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { systemClock } from '../../upstream/system-clock.ts';

it('a connection is let go although the other side promises to keep it for ten minutes', async () => {
  const server = createServer({ keepAliveTimeout: 600_000 }, (_request, response) => void response.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const answer = await fetch(url, { dispatcher: shortlyKept(systemClock, 20)() } as object);
  expect([answer.headers.get('keep-alive'), await answer.text()]).toEqual(['timeout=600', 'hello']);
  const [socket] = await connected;
  // By the client, which waits for nothing else; a promise that is believed would hang here.
  if (!socket.readableEnded) await once(socket, 'end');
});

it('none is used again once the clocks have gone apart, as over a freeze, and each is while they go together', async () => {
  const clock = createFakeClock();
  const dispatcher = shortlyKept(clock);
  const first = dispatcher();
  await clock.advance(3_600_000);
  expect(dispatcher()).toBe(first);
  clock.stepWall(60_000);
  const second = dispatcher();
  expect([second === first, dispatcher()]).toEqual([false, second]);
});
