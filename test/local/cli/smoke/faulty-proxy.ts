import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What stands between a client and a stage, and does not do what it should. */
export interface Fault {
  /** Holds every answer back until it is whole. */
  readonly holdsBack?: boolean;
  /** Cuts what says nothing for so long. */
  readonly cutsAfterMs?: number;
  /** Ends every stream after so many bytes, as if it were whole. */
  readonly endsAfterBytes?: number;
  /** Headers that do not reach the client, or with `>` before them the stage. */
  readonly drops?: readonly string[];
  /** Makes another body of one, or leaves it as it is. */
  readonly changes?: (url: string, body: string) => string;
  /** Answers by itself, where it fits; `null`: as the stage does. */
  readonly answers?: (request: IncomingMessage) => { readonly status: number; readonly body: string } | null;
}

/** About one connection, and so not of the next one. */
const OF_ONE_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

const withoutDropped = <T extends Record<string, unknown>>(headers: T, drops: readonly string[]): T =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => ![...OF_ONE_HOP, ...drops].includes(name))) as T;

const forward = (fault: Fault, target: URL, request: IncomingMessage, response: ServerResponse): void => {
  const { drops = [], cutsAfterMs, endsAfterBytes = Infinity } = fault;
  const upwards = drops.filter((name) => name.startsWith('>')).map((name) => name.slice(1));
  const sent = http.request({
    host: target.hostname,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: withoutDropped(request.headers, [...upwards, 'host']),
  });
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    if (cutsAfterMs !== undefined) timer = setTimeout(() => response.socket?.destroy(), cutsAfterMs);
  };
  heard();
  response.once('close', () => {
    clearTimeout(timer);
    sent.destroy();
  });
  let isAnswered = false;
  // A server that refuses a large body may close before it has read all of it: its answer stands.
  sent.on('error', () => (isAnswered ? request.resume() : response.destroy()));
  sent.once('response', (answer) => {
    isAnswered = true;
    const { statusCode = 502, headers } = answer;
    const head = () => response.writeHead(statusCode, withoutDropped(headers, drops));
    const { changes } = fault;
    if (fault.holdsBack === true || changes !== undefined)
      return void buffer(answer).then(
        (whole) => {
          delete headers['content-length'];
          const body = changes === undefined ? whole : changes(request.url ?? '', whole.toString());
          head().end(body);
        },
        () => response.destroy(),
      );
    head();
    // Its head reaches the client before there is anything to say.
    response.flushHeaders();
    let bytes = 0;
    answer.on('data', (part: Buffer) => {
      heard();
      bytes += part.length;
      if (bytes > endsAfterBytes && String(headers['content-type']).startsWith('text/event-stream')) response.end();
      else response.write(part);
    });
    answer.once('end', () => response.end());
    answer.once('error', () => response.destroy());
  });
  request.pipe(sent);
};

/** A proxy before a server, with a fault that can be changed. */
export const startFaultyProxy = async (target: string) => {
  const proxy = {
    fault: {} as Fault,
    url: '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = http.createServer({ maxHeaderSize: 64_000 }, (request, response) => {
    const own = proxy.fault.answers?.(request) ?? null;
    if (own === null) return forward(proxy.fault, new URL(target), request, response);
    request.resume();
    request.once('end', () => response.writeHead(own.status, { 'content-type': 'application/json' }).end(own.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
};
