import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../lib/kernel/clock.ts';
import type { Ids } from '../lib/kernel/ids.ts';
import type { Answer } from './answer.ts';
import { bindAll } from './bind.ts';
import { answerClientError } from './client-error.ts';

/** Longer than a load balancer or client keeps an idle connection, so that no request meets one that is being closed. */
const KEEP_ALIVE_MS = 65_000;

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
}

export interface Serving {
  readonly port: number;
  /**
   * Takes no more requests and gives those under way `graceMs`; then aborts them, and a second later cuts what is left.
   * Called again with less, it hurries.
   */
  close(graceMs: number): Promise<void>;
}

interface UnderWay {
  readonly response: ServerResponse;
  readonly leave: AbortController;
  readonly ended: Promise<unknown>;
}

/** Listens, and knows what is under way. Rejects with `StartRefused` when the port or an address cannot be had. */
export const serve = async ({ answer, ids, clock, hosts, port }: ServeOptions): Promise<Serving> => {
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
    const exchange = { request, response, clientSignal: leave.signal, expectsContinue };
    const entry: UnderWay = { response, leave, ended: Promise.all([answer(exchange), closed]) };
    underWay.add(entry);
    void entry.ended.then(() => underWay.delete(entry));
  };

  const create = (): Server =>
    createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false, joinDuplicateHeaders: true }, take(false))
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
    const stopped = bound.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const { response } of underWay) if (!response.headersSent) response.shouldKeepAlive = false;
    await within(graceMs, hurry.signal);
    for (const { leave } of underWay) leave.abort(new DOMException('the server is being stopped', 'AbortError'));
    await within(SETTLE_MS);
    for (const server of bound.servers) server.closeAllConnections();
    await Promise.all(stopped);
  };
  let closed: Promise<void> | undefined;
  return {
    port: bound.port,
    close(graceMs) {
      if (graceMs === 0) hurry.abort();
      closed ??= close(graceMs);
      return closed;
    },
  };
};
