import type { Request } from '@middy/core';
import { corsHeaders } from '../http/cors.ts';
import { PROBLEMS } from '../http/problem.ts';
import { header, type HttpEvent, type HttpResponse, withoutEndSlash } from '../http/types.ts';
import { UPSTREAM_ID_HEADER, upstreamIdOf } from '../http/upstream-id.ts';
import type { WaitUntil } from '../kernel/background.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError, asAppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import { describeError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import type { Authenticated } from './authenticated.ts';

export interface ObservedOptions {
  readonly log: Log;
  readonly emit: Emit;
  /** Writes the metrics; never rejects. */
  readonly flush: () => Promise<void>;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Whose pages may call. Default: nobody's. */
  readonly corsOrigins?: ReadonlySet<string>;
}

/** What every handler knows of its request. */
export interface Observed extends HttpEvent {
  readonly requestId: string;
  readonly corsOrigins: ReadonlySet<string>;
  /** What every answer to it has: `request-id`, and what lets a page read it. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  /** `HEAD` is answered as `GET`, and the server leaves out the body. */
  readonly isHead: boolean;
  /** W3C trace id, the caller's own where a `traceparent` came. */
  readonly traceId: string;
  /** On the monotonic clock. */
  readonly startedMs: number;
  /** Keeps the process until this has ended, after the answer. */
  readonly waitUntil: WaitUntil;
  /** Set by a handler whose stream ended in a failure: its status line had gone out before. */
  failure?: unknown;
  /** Set by a handler that has asked the provider: the provider's own id of what was asked. */
  upstreamRequestId?: Redacted | null;
}

/** What outlives the answers to requests, by what they were given to say so: events are copied on their way. */
const leftOver = new WeakMap<WaitUntil, Promise<void>[]>();

type ObservedRequest = Request<Observed & Partial<Authenticated>, HttpResponse>;

/** Of a client that has left nobody can say more; the status is nginx's, and stands in the log alone. */
const CLIENT_LEFT = 499;

/** Whether the client is gone; told only by a platform that knows. */
const hasLeft = ({ context }: Request): boolean =>
  (context as { readonly clientSignal?: AbortSignal }).clientSignal?.aborted === true;

const NOBODY: ReadonlySet<string> = new Set();

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/**
 * Middy's hooks around the whole request: names it before anything runs, and writes its one canonical line and its
 * metrics when the last byte is out, which for a stream no `after` can do.
 */
export const observed = (
  { log, emit, flush, ids, clock, corsOrigins = NOBODY }: ObservedOptions,
  functionName: string,
) => ({
  // Every wait below has its own bound; a timer of Middy's would only race them.
  timeoutEarlyInMillis: 0,
  requestStart(request: Request) {
    const event = request.event as HttpEvent;
    const traceId = TRACEPARENT.exec(header(event, 'traceparent') ?? '')?.[1] ?? ids.trace();
    const requestId = event.requestContext?.requestId ?? ids.request();
    const isHead = event.httpMethod === 'HEAD';
    const work: Promise<void>[] = [];
    const waitUntil: WaitUntil = (more) => void work.push(more);
    leftOver.set(waitUntil, work);
    request.event = {
      ...event,
      ...(isHead ? { httpMethod: 'GET' } : {}),
      path: withoutEndSlash(event.path),
      requestId,
      corsOrigins,
      isHead,
      traceId,
      ownHeaders: { ...corsHeaders(corsOrigins, header(event, 'origin')), 'request-id': requestId },
      startedMs: clock.monotonicMs(),
      waitUntil,
    } satisfies Observed;
  },
  async requestEnd(request: Request) {
    const { event, response } = request as ObservedRequest;
    const error = request.error ?? event.failure;
    const code = error ? asAppError(error).code : null;
    // A failure in a stream has a status of its own; any other error was answered with the response's.
    const isAnswered = event.failure === undefined || request.error;
    // A call with a key goes on without its client. Any other failure stays one, whoever was there to hear of it.
    const ends = header(event, 'idempotency-key') === undefined;
    const left = code === 'upstream-timeout' && ends && hasLeft(request);
    const answered = code && !isAnswered ? PROBLEMS[code].status : (response?.statusCode ?? 500);
    const status = left ? CLIENT_LEFT : answered;
    const fields = {
      function: label(functionName),
      method: label(event.isHead ? 'HEAD' : event.httpMethod),
      status,
      requestId: label(event.requestId),
      traceId: label(event.traceId),
      upstreamRequestId: event.upstreamRequestId ?? upstreamIdOf(response?.headers[UPSTREAM_ID_HEADER]) ?? undefined,
      durationMs: clock.monotonicMs() - event.startedMs,
      ...(event.principal ? { tenantId: label(event.principal.tenantId), keyId: label(event.principal.keyId) } : {}),
    };
    if (left) log.info(safe`request abandoned`, fields);
    else if (!error) log.info(safe`request`, fields);
    else if (status >= 500) log.error(safe`request failed`, { ...fields, ...describeError(error) });
    else
      log.info(safe`request refused`, { ...fields, ...(error instanceof AppError ? { code: label(error.code) } : {}) });
    const { durationMs } = fields;
    emit({
      type: 'request.finished',
      function: fields.function,
      status,
      error: left ? null : code && label(code),
      durationMs,
    });
    // Before what may last longer than the platform lets the function live.
    await flush();
    const over = await Promise.allSettled(leftOver.get(event.waitUntil) ?? []);
    if (over.length > 0) await flush();
  },
});
