import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../lib/kernel/clock.ts';
import type { Ids } from '../lib/kernel/ids/ids.ts';
import type { Answer } from './answer.ts';
import { bindAll } from './bind.ts';
import { answerClientError } from './client-error.ts';
import { splitTarget } from './http-event.ts';
import { MAX_PARSED_HEAD_BYTES } from './request-head.ts';
import { STALLED_MS } from './response-stream.ts';

/** Longer than a load balancer or client keeps an idle connection, so that no request meets one that is being closed. */
const KEEP_ALIVE_MS = 65_000;

/** How long the head of a request may take; Node looks at it once in `CHECK_MS`. Bodies have a limit of their own. */
const HEAD_MS = 20_000;
const CHECK_MS = 5_000;

/** What a function that was told to end has for its last writes. */
const SETTLE_MS = 1_000;

export interface ServeOptions {
  readonly answer: Answer;
  readonly ids: Pick<Ids, 'request'>;
  readonly clock: Clock;
  /** Addresses to listen on, all at one port. */
  readonly hosts: readonly string[];
  /** `0` takes any free one. */
  readonly port: number;
  /** How long the head of a request may take. Default: 20 s. */
  readonly headMs?: number;
}

export interface Serving {
  readonly port: number;
  /** Requests whose answers the server would wait for, as `POST /agent/run`. */
  underWay(): readonly string[];
  /**
   * Takes no more requests and gives those under way `graceMs`, those that end with the server nothing; then aborts them,
   * and a second later cuts what is left.
   * Called again with less, it hurries.
   */
  close(graceMs: number): Promise<void>;
}

interface UnderWay {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly leave: AbortController;
  readonly ended: Promise<unknown>;
  endsWithServer: boolean;
}

const stopped = () => new DOMException('the server is being stopped', 'AbortError');

/** Listens, and knows what is under way. Rejects with `StartRefused` when the port or an address cannot be had. */
export const serve = async ({ answer, ids, clock, hosts, port, headMs = HEAD_MS }: ServeOptions): Promise<Serving> => {
  const underWay = new Set<UnderWay>();
  let closing = false;

  const take = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const leave = new AbortController();
    const closed = new Promise<void>((resolve) => {
      response.once('close', () => {
        if (!response.writableFinished) leave.abort(new DOMException('the client has left', 'AbortError'));
        resolve();
      });
    });
    if (closing) response.shouldKeepAlive = false;
    const endWithServer = () => {
      entry.endsWithServer = true;
      if (closing) leave.abort(stopped());
    };
    const exchange = { request, response, clientSignal: leave.signal, expectsContinue, endWithServer };
    const begun = Promise.withResolvers<unknown>();
    const entry: UnderWay = { request, response, leave, ended: begun.promise, endsWithServer: false };
    underWay.add(entry);
    const given = answer(exchange).then(() => {
      // What is left lies in buffers; a client that takes none of it would be kept for ever.
      const callOff = clock.after(STALLED_MS, () => response.destroy());
      if (response.closed) callOff();
      else response.once('close', callOff);
    });
    begun.resolve(Promise.all([given, closed]));
    void entry.ended.then(() => underWay.delete(entry));
  };

  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: headMs,
    connectionsCheckingInterval: Math.min(headMs, CHECK_MS),
    maxHeaderSize: MAX_PARSED_HEAD_BYTES,
    requireHostHeader: false,
    joinDuplicateHeaders: true,
  };
  const create = (): Server =>
    Object.assign(createServer(options, take(false)), { maxHeadersCount: 0 })
      .on('checkContinue', take(true))
      .on('checkExpectation', take(false))
      .on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => answerClientError(error, socket, ids));

  const bound = await bindAll(create, hosts, port);
  const idle = () => Promise.all([...underWay].map(({ ended }) => ended));
  const within = async (ms: number, signal?: AbortSignal): Promise<void> => {
    const late = Promise.withResolvers<void>();
    const callOff = clock.after(ms, late.resolve);
    signal?.addEventListener('abort', () => late.resolve(), { once: true });
    await Promise.race([idle(), late.promise]);
    callOff();
  };

  const hurry = new AbortController();
  const close = async (graceMs: number) => {
    closing = true;
    const allClosed = bound.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const { response } of underWay) if (!response.headersSent) response.shouldKeepAlive = false;
    for (const { leave, endsWithServer } of underWay) if (endsWithServer) leave.abort(stopped());
    await within(graceMs, hurry.signal);
    for (const { leave } of underWay) leave.abort(stopped());
    await within(SETTLE_MS);
    for (const server of bound.servers) server.closeAllConnections();
    await Promise.all(allClosed);
  };
  let closed: Promise<void> | undefined;
  return {
    port: bound.port,
    underWay: () =>
      [...underWay]
        .filter(({ endsWithServer }) => !endsWithServer)
        .map(({ request }) => `${request.method} ${splitTarget(request.url ?? '/').path}`),
    close(graceMs) {
      if (graceMs === 0) hurry.abort();
      closed ??= close(graceMs);
      return closed;
    },
  };
};
