import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Child, serveParent, startChild } from './gateway-child.ts';

const serve = async (upstream: string): Promise<string> => {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((asked, answer) => {
    const { method, url = '/', headers } = asked;
    const passed = request(upstream + url, { method, headers, agent }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

if (import.meta.main) serveParent(await serve(process.argv[2] ?? ''));

/** Starts a server that passes everything on and does nothing else, in a process of its own. */
export const startBare = (upstream: string): Promise<Child> => startChild('./gateway-bare.ts', [upstream]);
