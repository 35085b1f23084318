import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What messages about alarms are signed with. */
export const ALARM_SECRET = 'a-secret-of-the-alarms';

/** Whom alarms reach, on this machine. */
export const startReceiver = async () => {
  const receiver = {
    url: '',
    /** The bodies that came. */
    messages: [] as string[],
    status: 200,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = http.createServer((request, response) => {
    void text(request).then((body) => {
      receiver.messages.push(body);
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`;
  return receiver;
};
