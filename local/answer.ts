import type { IncomingMessage, ServerResponse } from 'node:http';
import { anthropicErrorResponse } from '../lib/http/response/anthropic-error.ts';
import { COMMON_HEADERS } from '../lib/http/response/common-headers.ts';
import { corsHeaders } from '../lib/http/response/cors.ts';
import { problemResponse } from '../lib/http/response/problem.ts';
import type { Clock } from '../lib/kernel/clock.ts';
import { AppError } from '../lib/kernel/errors.ts';
import type { Ids } from '../lib/kernel/ids/ids.ts';
import { label, safe } from '../lib/kernel/redacted.ts';
import { describeError } from '../lib/telemetry/describe-error.ts';
import type { Log } from '../lib/telemetry/log.ts';
import { type ProxyEvent, proxyEvent, splitTarget } from './http-event.ts';
import { type Handler, invoke } from './invoke.ts';
import { isStreaming } from './lambda-shim.ts';
import type { Match, MatchRoute } from './match-route.ts';
import type { IsForUs } from './own-hosts.ts';
import { checkDeclaredLength, checkEventSize, readBody } from './read-body.ts';
import { checkHead } from './request-head.ts';
import { writeResponse } from './write-response.ts';

export interface AnswerOptions {
  readonly matchRoute: MatchRoute;
  /** By the name of the function. */
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly log: Log;
  readonly ids: Pick<Ids, 'request'>;
  readonly clock: Clock;
  /** Whose pages may read an answer. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly isForUs: IsForUs;
}

/** One request that is being answered. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the client has left before its answer ended, or by the server when it stops. */
  readonly clientSignal: AbortSignal;
  /** Whether the client waits for leave before it sends its body. */
  readonly expectsContinue: boolean;
  /** To be called for an answer that its client can come back for: it is given up as soon as the server stops. */
  readonly endWithServer: () => void;
}

/** Answers a request; resolves when its function has ended, and never rejects. */
export type Answer = (exchange: Exchange) => Promise<void>;

interface Read {
  readonly match: Match;
  readonly event: ProxyEvent;
}

/** Clients of the Anthropic API read errors of another shape, also those about requests that no function ever saw. */
const errorResponseFor = ({ url = '/' }: IncomingMessage) =>
  splitTarget(url).path.startsWith('/v1/') ? anthropicErrorResponse : problemResponse;

/** Plays API Gateway: takes the request apart, calls the function behind its path, and answers for both when they fail. */
export const createAnswer = (options: AnswerOptions): Answer => {
  const { matchRoute, handlers, log, ids, clock, corsOrigins, isForUs } = options;
  const checkHost = (request: IncomingMessage, requestId: string) => {
    if (isForUs(request)) return;
    log.warn(safe`host refused`, { requestId: label(requestId) });
    throw new AppError('forbidden', safe`The host of the request is none of this server: ALLOWED_HOSTS can name it.`);
  };
  const read = async ({ request, response, expectsContinue }: Exchange, requestId: string): Promise<Read> => {
    const target = splitTarget(request.url ?? '/');
    const method = request.method ?? 'GET';
    const at = clock.now();
    checkHost(request, requestId);
    checkHead(request);
    const match = matchRoute(method, target.path);
    checkDeclaredLength(request);
    if (expectsContinue) response.writeContinue();
    const body = await readBody(request, clock, () => (response.shouldKeepAlive = false));
    const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const event = proxyEvent({ request, method, target, sourceIp, body, match, requestId, at });
    checkEventSize(event);
    return { match, event };
  };

  const call = async (exchange: Exchange, requestId: string, { match, event }: Read) => {
    const { response, clientSignal } = exchange;
    const { definition } = match.route;
    const handler = handlers.get(definition.name);
    if (handler === undefined) throw new Error('the function was not loaded');
    // It watches what goes on elsewhere: to wait for its end would hold the server up for nothing.
    if (event.httpMethod === 'GET' && isStreaming(handler)) exchange.endWithServer();
    try {
      await invoke({ definition, handler, event, requestId, clientSignal, clock }, response);
    } catch (error) {
      // A function that was interrupted because its client left has nobody to tell, and nothing has failed.
      if (clientSignal.aborted) return;
      const fields = { function: label(definition.name), requestId: label(requestId), ...describeError(error) };
      log.error(safe`function failed`, fields);
      throw new AppError('internal', safe`Something broke on our side.`, { cause: error });
    }
  };
  return async (exchange) => {
    const { response } = exchange;
    const requestId = ids.request();
    try {
      await call(exchange, requestId, await read(exchange, requestId));
    } catch (error) {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const told = error instanceof AppError ? error : new AppError('invalid-request', safe`The request was cut off.`);
      const refused = errorResponseFor(exchange.request)(told, requestId);
      const headers = {
        ...COMMON_HEADERS,
        ...refused.headers,
        ...corsHeaders(corsOrigins, exchange.request.headers.origin),
      };
      writeResponse(response, { ...refused, headers }, requestId);
    }
  };
};
