import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

export interface Served {
  readonly url: string;
  readonly seen: { requests: number; connections: number };
}

/** An HTTP server that is gone after the test; `request` is the how manieth it is, from 1. */
export const serve = async (
  answer: (response: ServerResponse, request: IncomingMessage, count: number) => void,
  host = '127.0.0.1',
): Promise<Served> => {
  const seen = { requests: 0, connections: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    answer(response, request, seen.requests);
    // Whoever wants to read what was asked has begun to by now.
    request.resume();
  });
  server.on('connection', () => (seen.connections += 1));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, seen };
};
