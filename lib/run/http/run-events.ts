import type { RunStream } from '../../agent/loop/run-stream.ts';
import { createEventStream, EVENT_STREAM_HEADERS, type EventStream } from '../../http/response/event-stream.ts';
import { problemOf } from '../../http/response/problem.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import { asAppError } from '../../kernel/errors.ts';
import type { RunAnswer } from '../answer.ts';
import type { ShowTool } from './shown-tools.ts';

/** The contract's events, in its names. */
const told = (send: EventStream['send'], showTool: ShowTool | null, admitted: RunStream['admitted']): RunStream => ({
  runStarted: (runId) => send('run.started', { runId }),
  admitted,
  modelStarted: (model) => send('model.started', { model }),
  text: (text) => send('text.delta', { text }),
  reset: () => send('text.reset', {}),
  // Nothing of a synchronous run is replayed, and nobody writes to it.
  textIs: () => {},
  messageReceived: () => {},
  toolStarted: (toolUseId, name, input) =>
    send('tool.started', { toolUseId, name, ...(showTool !== null && { input: showTool(input?.()) }) }),
  toolFinished: (toolUseId, name, isError, durationMs, output) =>
    send('tool.finished', {
      toolUseId,
      name,
      isError,
      durationMs,
      ...(showTool !== null && { output: showTool(output?.()) }),
    }),
});

const response = ({ body }: EventStream, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  statusCode: 200,
  headers: { ...EVENT_STREAM_HEADERS, ...headers },
  body,
});

/** So long the head waits for a status of its own. Proxies cut a connection that is silent for a minute, API Gateway after five. */
const HEAD_WITHIN_MS = 13_000;

export interface RunTelling {
  readonly clock: Clock;
  readonly requestId: string;
  /** Told of a failure that goes to the caller as an event, so that the request's log line knows it too. */
  readonly failed: (error: unknown) => void;
  /** Default: tools are told by their names alone. */
  readonly showTool?: ShowTool | null;
}

/**
 * A run told as Server-Sent Events. The head is held back until a model call goes out, but not for long: a refusal before that is
 * thrown, so that its status is a real one. After it the last event is `run.succeeded` or `run.failed`, exactly one of them.
 */
export const runAsEvents = async (
  run: (stream: RunStream) => Promise<RunAnswer>,
  { clock, requestId, failed, showTool = null }: RunTelling,
): Promise<HttpResponse> => {
  const events = createEventStream(clock);
  const admitted = Promise.withResolvers<Readonly<Record<string, string>>>();
  let open = false;
  const openWith = (headers: Readonly<Record<string, string>>) => {
    open = true;
    admitted.resolve(headers);
  };
  const cancelOpening = clock.after(HEAD_WITHIN_MS, () => {
    events.send('ping', {});
    openWith({});
  });
  const stream = told(events.send, showTool, (headers) => {
    cancelOpening();
    openWith(headers);
  });
  void run(stream)
    .finally(cancelOpening)
    .then(
      (answer) => {
        events.send('run.succeeded', answer);
        admitted.resolve({});
      },
      (error: unknown) => {
        if (!open) return admitted.reject(error);
        failed(error);
        events.send('run.failed', problemOf(asAppError(error), requestId));
      },
    )
    .finally(() => events.end());
  return response(events, await admitted.promise);
};

/** A stored result told again as events: what a caller would have heard last time, without its pauses. */
export const replayAsEvents = (
  { status, body }: { readonly status: number; readonly body: object },
  clock: Clock,
  headers: Readonly<Record<string, string>>,
): HttpResponse => {
  const events = createEventStream(clock);
  const { runId, output } = body as { readonly runId?: unknown; readonly output?: unknown };
  events.send('run.started', { runId });
  if (status === 200) events.send('text.delta', { text: output });
  events.send(status === 200 ? 'run.succeeded' : 'run.failed', body);
  events.end();
  return response(events, headers);
};
