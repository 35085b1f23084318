import { wantsEvents } from '../../http/response/event-stream.ts';
import { header, type HttpEvent, type HttpResponse } from '../../http/types.ts';
import type { StoredResult } from '../../idempotency/answer.ts';
import type { Clock } from '../../kernel/clock.ts';
import { attributeWork } from '../../telemetry/context/tally-work.ts';
import type { WorkContext } from '../../telemetry/context/work-context.ts';
import type { RunAnswer } from '../answer.ts';
import { replayAsEvents } from './run-events.ts';

interface Repeated extends HttpEvent {
  readonly workContext?: WorkContext | undefined;
}

const isAnswer = (status: number, body: object): body is Pick<RunAnswer, 'agent'> => status === 200 && 'agent' in body;

/** A run's kept answer again, as JSON or as events, whichever is asked for now. */
export const replayRun =
  (clock: Clock) =>
  ({ status, body }: StoredResult, event: Repeated): HttpResponse => {
    // Where its session decided which agent answers, the request itself does not say.
    if (isAnswer(status, body)) attributeWork(event.workContext, { agent: body.agent, userId: null });
    const headers = { 'idempotency-replayed': 'true' };
    if (wantsEvents(header(event, 'accept'))) return replayAsEvents({ status, body }, clock, headers);
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    return {
      statusCode: status,
      headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
      body: JSON.stringify(body),
    };
  };
