import { wantsEvents } from '../../http/response/event-stream.ts';
import { header, type HttpEvent, type HttpResponse } from '../../http/types.ts';
import type { StoredResult } from '../../idempotency/answer.ts';
import type { Clock } from '../../kernel/clock.ts';
import { replayAsEvents } from './run-events.ts';

/** A run's kept answer again, as JSON or as events, whichever is asked for now. */
export const replayRun =
  (clock: Clock) =>
  ({ status, body }: StoredResult, event: HttpEvent): HttpResponse => {
    const headers = { 'idempotency-replayed': 'true' };
    if (wantsEvents(header(event, 'accept'))) return replayAsEvents({ status, body }, clock, headers);
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    return {
      statusCode: status,
      headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
      body: JSON.stringify(body),
    };
  };
