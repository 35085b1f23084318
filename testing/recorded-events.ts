import type { Readable } from 'node:stream';
import type { RunStream } from '../lib/agent/loop/run-stream.ts';
import type { Clock } from '../lib/kernel/clock.ts';
import { type AppError, asAppError } from '../lib/kernel/errors.ts';
import type { RunAnswer } from '../lib/run/answer.ts';
import { runAsEvents } from '../lib/run/http/run-events.ts';

/** An event of the run, as a caller hears it who asks for events. */
export interface RecordedEvent {
  /** As `text.delta` or `tool.started`. */
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type RecordedRun = { readonly events: readonly RecordedEvent[] } & (
  { readonly answer: RunAnswer; readonly error: null } | { readonly answer: null; readonly error: AppError }
);

const parse = (text: string): RecordedEvent[] =>
  text.split('\n\n').flatMap((block) => {
    const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
    return event === undefined || event === 'ping'
      ? []
      : [{ event, data: JSON.parse(data ?? '{}') as RecordedEvent['data'] }];
  });

/** Runs with a caller who asks for events, and hears all of them; pings are left out. A run that was refused at once has none. */
export const recordRun = async (
  run: (stream: RunStream) => Promise<RunAnswer>,
  { clock, requestId }: { readonly clock: Clock; readonly requestId: string },
): Promise<RecordedRun> => {
  const ended = Promise.withResolvers<RunAnswer>();
  const telling = (stream: RunStream): Promise<RunAnswer> => {
    ended.resolve(run(stream));
    return ended.promise;
  };
  const collected = async () => {
    const { body } = await runAsEvents(telling, { clock, requestId, failed() {} });
    let text = '';
    for await (const chunk of body as Readable) text += String(chunk);
    return parse(text);
  };
  const [events, end] = await Promise.allSettled([collected(), ended.promise]);
  const recorded = events.status === 'fulfilled' ? events.value : [];
  return end.status === 'fulfilled'
    ? { events: recorded, answer: end.value, error: null }
    : { events: recorded, answer: null, error: asAppError(end.reason) };
};
