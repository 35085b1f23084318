import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createKeptConnections } from '../../lib/aws-sdk/kept-connections.ts';
import { createFakeClock } from '../fake-clock.ts';

it.each(['httpAgent', 'httpsAgent'] as const)(
  '%s gives up a connection that is not there after a second',
  async (kind) => {
    const clock = createFakeClock();
    const agent = createKeptConnections(clock)[kind];
    const nowhere = { host: 'nowhere.example', port: 1, lookup: () => undefined };
    const socket = agent.createConnection(nowhere);
    if (!socket) throw new Error('There is no socket.');
    const failed = once(socket, 'close').catch((error: unknown) => error);
    await clock.advance(999);
    expect([socket.destroyed, clock.pending]).toEqual([false, 1]);
    await clock.advance(1);
    expect(await failed).toMatchObject({ name: 'TimeoutError' });
    expect(clock.pending).toBe(0);
  },
);

it('each connection that was idle for 20 s goes, though another is busy all the time', async () => {
  const clock = createFakeClock();
  const connections = createKeptConnections(clock);
  const { httpAgent } = connections;
  const server = createServer((_, response) => response.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async () => {
    await new Promise((resolve, reject) => {
      const request = get({ port, host: '127.0.0.1', agent: httpAgent }, (response) => {
        response.once('close', resolve).resume();
      });
      request.once('error', reject);
    });
    await new Promise(setImmediate);
  };
  const open = () => Object.values(httpAgent.freeSockets).flatMap((sockets) => sockets ?? []).length;
  await Promise.all([ask(), ask(), ask()]);
  expect(open()).toBe(3);
  for (const seconds of [15, 15]) {
    await clock.advance(seconds * 1_000);
    connections.dropIdle();
    await ask();
  }
  // The one that was used after 15 s stays.
  await expect.poll(open).toBe(1);
  await clock.advance(20_001);
  connections.dropIdle();
  await expect.poll(open).toBe(0);
  server.closeAllConnections();
  server.close();
});
