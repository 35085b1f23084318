import type { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../kernel/clock.ts';
import type { Environment } from '../kernel/environment.ts';
import { createKeptConnections } from './kept-connections.ts';
import { limitTime, timedOut } from './time-limit.ts';
import { UnreadableAnswer } from './unreadable-answer.ts';

export interface RequestHandlerOptions {
  readonly clock: Clock;
  /** Longest time without the head of an answer or more of its body. */
  readonly idleTimeoutMs: number;
  /** The variables that name proxies; default: it goes by none. */
  readonly proxyEnv?: Environment;
}

const read = (body: Readable, onBytes: () => void): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    body.on('data', (part: Buffer) => {
      onBytes();
      parts.push(part);
    });
    body.once('error', reject);
    body.once('end', () => resolve(Buffer.concat(parts)));
  });

/** `{…}`: the SDK takes an empty answer for one that says nothing, and one that breaks off is no JSON. */
const isObject = (body: Buffer): boolean => body.at(0) === 0x7b && body.at(-1) === 0x7d;

const isJson = (headers: Readonly<Record<string, string>>): boolean =>
  headers['content-type']?.startsWith('application/x-amz-json') ?? false;

/**
 * How the SDK's clients send: by the SDK's own handler, over connections of ours, whole answers read. The waits are timed by the
 * clock that is passed in, and not by the SDK, which takes an answer that is there and unread for silence.
 */
export const createRequestHandler = ({
  clock,
  idleTimeoutMs,
  proxyEnv = {},
}: RequestHandlerOptions): NodeHttpHandler => {
  const connections = createKeptConnections(clock, proxyEnv);
  const { httpAgent, httpsAgent } = connections;
  // 0: no limit of the SDK's.
  const handler = new NodeHttpHandler({
    httpAgent,
    httpsAgent,
    connectionTimeout: 0,
    requestTimeout: 0,
    socketTimeout: 0,
  });
  const send = handler.handle.bind(handler);
  const handle: NodeHttpHandler['handle'] = async (request, options = {}) => {
    connections.dropIdle();
    const given = options.abortSignal as AbortSignal | undefined;
    const ending = new AbortController();
    let isSilent = false;
    const limit = limitTime(clock, idleTimeoutMs, () => {
      isSilent = true;
      ending.abort();
    });
    const leave = () => ending.abort(given?.reason);
    if (given?.aborted) leave();
    else given?.addEventListener('abort', leave, { once: true });
    try {
      const { response } = await send(request, { ...options, abortSignal: ending.signal });
      limit.onBytes();
      response.body = await read(response.body as Readable, () => limit.onBytes());
      if (response.statusCode === 200 && isJson(request.headers) && !isObject(response.body as Buffer))
        throw new UnreadableAnswer();
      return { response };
    } catch (error) {
      throw isSilent ? timedOut('The answer') : error;
    } finally {
      limit.stop();
      given?.removeEventListener('abort', leave);
    }
  };
  return Object.assign(handler, { handle });
};
