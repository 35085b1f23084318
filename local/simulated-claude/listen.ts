import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request, its body read, and the response that is still to be written. */
export interface Exchange {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly response: ServerResponse;
  /** Aborts when the connection closes before the response has ended: the client left, or the server did. */
  readonly signal: AbortSignal;
}

export interface Listening {
  readonly url: string;
  /** Connections accepted so far. */
  readonly sockets: { readonly opened: number; readonly open: number };
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** Longer than any test or demo keeps a connection idle, so that no request meets a socket that is being closed. */
const KEEP_ALIVE_MS = 120_000;

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/** An HTTP server on 127.0.0.1 that hands each request, read to its end, to `handle`. Rejects when the port is taken. */
export const listen = async (port: number, handle: (exchange: Exchange) => Promise<void>): Promise<Listening> => {
  const open = new Set<Socket>();
  let opened = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const raw = await readAll(request);
    const { pathname: path, search: query } = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET', headers } = request;
    await handle({ method, path, query, headers, raw, response, signal: gone.signal });
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    // A client that leaves in the middle of its own body rejects the read; a torn connection is all the answer it gets.
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => {
    opened += 1;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get sockets() {
      return { opened, open: open.size };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};
