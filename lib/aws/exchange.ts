import http from 'node:http';
import https from 'node:https';
import { ageMs, markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import { AwsFailure } from './failure.ts';

/** Connections of an environment to one service, kept alive; more requests than that wait for one, as with the SDK. */
const MAX_SOCKETS = 50;

/**
 * A connection that nobody used for so long is not used again. A function freezes between requests, and what the other side
 * or a network in between has closed meanwhile is seen only when the next request breaks on it. A judgement: far above the
 * pauses of an environment that is busy, and a new connection costs one that was idle for so long little.
 */
const IDLE_MS = 20_000;

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Names and values, one after the other. */
export type HeaderList = readonly string[];

export interface Exchange {
  /**
   * One `POST /`, sent once. Rejects with a `TimeoutError` after `idleTimeoutMs` without the head of an answer or more of its
   * body, with what broke the connection, or as the signal says.
   */
  post(headers: HeaderList, body: string, signal?: AbortSignal): Promise<Answer>;
  /** Lets go of the connections. What is under way on them breaks; what still waits for one may go out. */
  destroy(): void;
}

export interface ExchangeOptions {
  readonly endpoint: string;
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
}

const aborted = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new AwsFailure('AbortError', null);

/** Speaks HTTP to one endpoint over connections that are kept. */
export const createExchange = ({ endpoint, idleTimeoutMs, clock }: ExchangeOptions): Exchange => {
  const { protocol, hostname, port } = new URL(endpoint);
  const web = protocol === 'https:' ? https : http;
  // An address of version 6 stands in brackets only inside a URL.
  const host = hostname.replace(/^\[|\]$/g, '');
  const agent = new web.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  let used = markOf(clock);

  const dropIdle = () => {
    if (ageMs(clock, used) > IDLE_MS)
      for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) socket.destroy();
    used = markOf(clock);
  };

  const post: Exchange['post'] = (headers, body, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted(signal));
      dropIdle();
      // As a list they are taken as they are; as an object each would be looked at and copied.
      const sent = web.request({ method: 'POST', host, port, path: '/', headers, agent });
      const settle = () => {
        stopWaiting();
        signal?.removeEventListener('abort', leave);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
        sent.destroy();
      };
      const leave = () => signal && fail(aborted(signal));
      let heardAt = clock.monotonicMs();
      let looked = false;
      const heard = () => {
        heardAt = clock.monotonicMs();
        looked = false;
      };
      /** Of one timer; to set a new one with each word of an answer would cost more than to read it. */
      const look = () => {
        const restMs = heardAt + idleTimeoutMs - clock.monotonicMs();
        if (restMs > 0) stopWaiting = clock.after(restMs, look);
        else if (looked) fail(new AwsFailure('TimeoutError', null));
        else {
          // Where this process was held up, the answer may be there and unread: timers come before sockets.
          looked = true;
          stopWaiting = clock.after(0, look);
        }
      };
      let stopWaiting = clock.after(idleTimeoutMs, look);
      signal?.addEventListener('abort', leave, { once: true });
      sent.on('error', fail);
      sent.once('response', (response) => {
        heard();
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => {
          heard();
          parts.push(part);
        });
        response.on('error', fail);
        response.once('end', () => {
          settle();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          });
        });
      });
      sent.end(body);
    });

  return { post, destroy: () => agent.destroy() };
};
