import { Readable } from 'node:stream';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { HttpResponse } from '../../lib/http/types.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import type { Log } from '../../lib/telemetry/log.ts';
import { createAnswer } from '../../local/answer.ts';
import type { ProxyEvent } from '../../local/http-event.ts';
import { serve, type Serving } from '../../local/http-server.ts';
import type { Handler, LambdaContext } from '../../local/invoke.ts';
import { createMatchRoute } from '../../local/match-route.ts';
import type { IsForUs } from '../../local/own-hosts.ts';
import { systemClock } from '../../local/system-clock.ts';

/** A log that keeps its lines as they would be written. */
export const createRecordingLog = () => {
  const lines: string[] = [];
  const keep = (message: string, fields: object = {}) => void lines.push(JSON.stringify({ message, ...fields }));
  return { lines, log: { debug: keep, info: keep, warn: keep, error: keep } satisfies Log };
};

type Buffered = (event: ProxyEvent, context: LambdaContext) => unknown;

export const buffered = (handler: Buffered): Handler => handler as Handler;

/** A function as the project writes its streaming ones: Middy around a body that is generated. */
export const streaming = (body: (event: ProxyEvent, context: LambdaContext) => AsyncIterable<string>): Handler =>
  middy({ executionMode: executionModeStreamifyResponse }).handler(
    (event: unknown, context: unknown): HttpResponse => ({
      statusCode: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: Readable.from(body(event as ProxyEvent, context as LambdaContext)),
    }),
  ) as unknown as Handler;

export interface TestServer extends Serving {
  readonly url: string;
  /** Lines of the server's own log. */
  readonly lines: readonly string[];
}

/** The local server with one function, reached by every path below `/f`, and as a client of the Anthropic API reaches one. */
export const serveFunction = async (
  handler: Handler,
  clock: Clock = systemClock,
  { isForUs = () => true, ...more }: { readonly headMs?: number; readonly isForUs?: IsForUs } = {},
): Promise<TestServer> => {
  let requests = 0;
  const ids = { request: () => `req_${(requests += 1)}` };
  const definition = { name: 'tested', timeoutMs: 10_000 };
  const route = { definition, template: '/f/{proxy+}', method: 'ANY', streaming: true };
  const { lines, log } = createRecordingLog();
  const matchRoute = createMatchRoute([route, { ...route, template: '/v1/messages', method: 'POST' }]);
  const answer = createAnswer({
    matchRoute,
    handlers: new Map([['tested', handler]]),
    log,
    ids,
    clock,
    corsOrigins: new Set(),
    isForUs,
  });
  const serving = await serve({ answer, ids, clock, hosts: ['127.0.0.1', '::1'], port: 0, ...more });
  return { ...serving, url: `http://127.0.0.1:${serving.port}`, lines };
};
