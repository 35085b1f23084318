import type { Request } from '@middy/core';
import { httpEventOf } from '../http/http-event.ts';
import { corsHeaders } from '../http/response/cors.ts';
import { PROBLEMS } from '../http/response/problem.ts';
import { shownRoute } from '../http/shown-route.ts';
import { header, type HttpEvent, type HttpResponse, withoutEndSlash } from '../http/types.ts';
import { UPSTREAM_ID_HEADER, upstreamIdOf } from '../http/upstream-id.ts';
import type { WaitUntil } from '../kernel/background.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError, asAppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import { readTraceparent } from '../kernel/ids/trace-context.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Shutdown } from '../kernel/shutdown.ts';
import { type WriteCanonical } from '../telemetry/context/canonical-line.ts';
import { workFields } from '../telemetry/context/tally-work.ts';
import type { WorkContext, WorkContexts } from '../telemetry/context/work-context.ts';
import { describeError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import { callerFields, runChanged } from './attributed.ts';
import type { Authenticated } from './authenticated.ts';
import { letGo } from './let-go.ts';

export interface ObservedOptions {
  readonly log: Log;
  /** Writes the line of a request. Default: as `log` does. */
  readonly canonical?: WriteCanonical;
  readonly emit: Emit;
  /** Writes the metrics, and tells hooks of the runs of the request (by `requestId`); never rejects. */
  readonly flush: (endedBy: string) => Promise<void>;
  readonly ids: Ids;
  readonly clock: Clock;
  /** What every line and event of the request is told to belong to. Default: nothing is. */
  readonly contexts?: WorkContexts;
  /** Whether a trace that begins here is recorded. Default: not. */
  readonly recordsTraces?: boolean;
  /** Whose pages may call. Default: nobody's. */
  readonly corsOrigins?: ReadonlySet<string>;
  /** What the end of the process waits for. Default: nobody ends it. */
  readonly shutdown?: Pick<Shutdown, 'enter' | 'signal'> | undefined;
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
  /** Whether the trace is recorded: as its beginner said, or as the stage does. */
  readonly sampled: boolean;
  /** The caller's span; `null`: the trace begins here. */
  readonly parentId: string | null;
  readonly workContext?: WorkContext | undefined;
  /** On the monotonic clock. */
  readonly startedMs: number;
  /** Keeps the process until this has ended, after the answer. */
  readonly waitUntil: WaitUntil;
  /** One object for all copies of the event: each middleware hands on a copy. */
  readonly ending: Ending;
}

/** What becomes known of a request while it is answered. */
interface Ending {
  /** Of a stream that ended in a failure: its status line had gone out before. */
  failure?: unknown;
  /** The provider's own id of what it was asked. */
  upstreamRequestId?: string | null;
  /** What outlives the answer. */
  readonly work: Promise<void>[];
  /** The process may end without it. */
  readonly leave: () => void;
}

type ObservedRequest = Request<Observed & Partial<Authenticated>, HttpResponse>;

/** Of a client that has left nobody can say more; the status is nginx's, and stands in the log alone. */
const CLIENT_LEFT = 499;

/** Whether the client is gone; told only by a platform that knows. */
const hasLeft = ({ context }: Request): boolean =>
  (context as { readonly clientSignal?: AbortSignal }).clientSignal?.aborted === true;

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Middy's hooks around the whole request: names it before anything runs, and writes its one canonical line and its
 * metrics when the last byte is out, which for a stream no `after` can do.
 */
export const observed = (
  {
    log,
    canonical: write = (message, fields, _wentWell, level = 'info') => log[level](message, fields),
    emit,
    flush,
    ids,
    clock,
    contexts,
    recordsTraces = false,
    corsOrigins = NOBODY,
    shutdown,
  }: ObservedOptions,
  functionName: string,
  /** How many requests the handler is answering. */
  inFlight = { count: 0 },
) => ({
  // Every wait below has its own bound; a timer of Middy's would only race them.
  timeoutEarlyInMillis: 0,
  requestStart(request: Request) {
    letGo(request.context);
    const event = httpEventOf(request.event);
    const caller = readTraceparent(header(event, 'traceparent'));
    const trace = caller ?? { traceId: ids.trace(), sampled: recordsTraces };
    const given = event.requestContext?.requestId;
    // An event that somebody wrote by hand may say anything, which would be a header.
    const requestId = given && label(given) === given ? given : ids.request();
    const workContext = contexts?.enter(functionName, request.context);
    contexts?.know({ requestId, trace, ...runChanged(event) });
    const isHead = event.httpMethod === 'HEAD';
    const ending: Ending = { work: [], leave: shutdown?.enter() ?? (() => undefined) };
    request.event = {
      ...event,
      ...(isHead ? { httpMethod: 'GET' } : {}),
      path: withoutEndSlash(event.path),
      resource: withoutEndSlash(event.resource),
      requestId,
      corsOrigins,
      isHead,
      traceId: trace.traceId,
      sampled: trace.sampled,
      parentId: caller?.parentId ?? null,
      workContext,
      ownHeaders: { ...corsHeaders(corsOrigins, header(event, 'origin')), 'request-id': requestId },
      startedMs: clock.monotonicMs(),
      waitUntil: (more) => void ending.work.push(more),
      ending,
    } satisfies Observed;
    inFlight.count += 1;
  },
  async requestEnd(request: Request) {
    const { event, response } = request as ObservedRequest;
    const { failure, upstreamRequestId, work } = event.ending;
    const error = request.error ?? failure;
    const code = error ? asAppError(error).code : null;
    // A failure in a stream has a status of its own; any other error was answered with the response's.
    const isAnswered = failure === undefined || request.error;
    // A call with a key goes on without its client. Any other failure stays one, whoever was there to hear of it.
    const ends = header(event, 'idempotency-key') === undefined;
    const left = code === 'upstream-timeout' && ends && hasLeft(request);
    const statusLine = response?.statusCode ?? 500;
    const answered = code && !isAnswered ? PROBLEMS[code].status : statusLine;
    const status = left ? CLIENT_LEFT : answered;
    const fields = {
      function: label(functionName),
      method: label(event.isHead ? 'HEAD' : event.httpMethod),
      route: shownRoute(event.resource),
      status,
      requestId: label(event.requestId),
      traceId: label(event.traceId),
      upstreamRequestId: upstreamIdOf(upstreamRequestId ?? response?.headers[UPSTREAM_ID_HEADER]) ?? undefined,
      durationMs: clock.monotonicMs() - event.startedMs,
      ...(event.principal ? callerFields(event.principal) : {}),
      ...(event.workContext ? workFields(event.workContext) : {}),
    };
    if (left) write(safe`request abandoned`, fields, false);
    else if (!error) write(safe`request`, fields, event.workContext?.degraded === undefined);
    else if (status >= 500) write(safe`request failed`, { ...fields, ...describeError(error) }, false, 'error');
    else
      write(
        safe`request refused`,
        { ...fields, ...(error instanceof AppError ? { code: label(error.code) } : {}) },
        false,
      );
    const { durationMs } = fields;
    emit({
      type: 'request.finished',
      function: fields.function,
      method: fields.method,
      route: fields.route,
      status,
      statusLine,
      error: left ? null : code && label(code),
      durationMs,
      inFlight: inFlight.count--,
    });
    // Before what may last longer than the platform lets the function live.
    await flush(event.requestId);
    if (work.length > 0) {
      await Promise.allSettled(work);
      await flush(event.requestId);
    }
    event.ending.leave();
  },
});
