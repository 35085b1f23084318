import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoDbClient } from '../../lib/dynamodb/client.ts';

const servers: Server[] = [];

const serve = async (answer: RequestListener) => {
  const seen = { requests: 0, connections: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    answer(request, response);
  });
  server.on('connection', () => (seen.connections += 1));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createDynamoDbClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  return { client, seen };
};

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the DynamoDB client', () => {
  it('never repeats a request by itself', async () => {
    const { client, seen } = await serve((_, response) => void response.writeHead(500).end('{}'));
    await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(seen.requests).toBe(1);
    client.destroy();
  });

  it('keeps its connection for the next request', async () => {
    const { client, seen } = await serve((_, response) => void response.end('{"TableNames":[]}'));
    for (let request = 0; request < 3; request += 1) await client.send(new ListTablesCommand());
    expect(seen).toEqual({ requests: 3, connections: 1 });
    client.destroy();
  });

  it('gives up on an answer that does not come', async () => {
    const { client } = await serve(() => undefined);
    await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({ name: 'TimeoutError' });
    client.destroy();
  }, 10_000);

  it('gives up on headers that keep coming and do not end', async () => {
    const { client } = await serve((_, { socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket?.write('x-more: 1\r\n'), 200);
      socket?.once('close', () => clearInterval(drip));
    });
    await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({ name: 'TimeoutError' });
    client.destroy();
  }, 10_000);

  it('gives up on an answer that begins and does not end', async () => {
    const { client } = await serve((_, response) => void response.writeHead(200).write('{"Table'));
    await expect(client.send(new ListTablesCommand())).rejects.toBeInstanceOf(Error);
    client.destroy();
  }, 10_000);
});
