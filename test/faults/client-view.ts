import { parseEvents } from './parse-events.ts';
import type { Transcript } from './transcript.ts';

/** What the bytes of an answer say, whatever the way it was asked for. */
export type ClientView =
  | {
      readonly kind: 'answer';
      readonly output: string;
      /** All text as it was streamed, without what was taken back; `null` where nothing is streamed. */
      readonly streamed: string | null;
      /** How often text was taken back. */
      readonly resets: number;
      readonly model: unknown;
      /** Whether the answer says that it is a whole one. */
      readonly whole: boolean;
      readonly stopReason: unknown;
      /** Who else answered; `null`: the model that was asked. */
      readonly servedBy: unknown;
    }
  | { readonly kind: 'error'; readonly code: string; readonly status: number }
  /** Neither: what is wrong with it. */
  | { readonly kind: 'nothing'; readonly why: string };

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const nothing = (why: string): ClientView => ({ kind: 'nothing', why });

/** The object that a text is; `null` where it is none. */
export const parse = (text: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
};

const answerOf = (body: Fields, streamed: string | null, resets = 0): ClientView => {
  const { output, model, status, stopReason, degraded } = body;
  if (typeof output !== 'string') return nothing('an answer without output');
  const { reason, servedBy = null } = (degraded ?? {}) as Fields;
  if (degraded !== null && typeof reason !== 'string') return nothing('degraded, and not said why');
  return { kind: 'answer', output, streamed, resets, model, whole: status === 'succeeded', stopReason, servedBy };
};

const problemOf = ({ code, status }: Fields): ClientView =>
  typeof code === 'string' && typeof status === 'number'
    ? { kind: 'error', code, status }
    : nothing('an error that is no problem');

/** A JSON answer of `POST /agent/run`. */
export const hearJson = ({ status, contentType, bytes }: Transcript): ClientView => {
  const body = parse(bytes);
  if (body === null) return nothing('a body that is no JSON');
  if (status === 200) return answerOf(body, null);
  if (!contentType.startsWith('application/problem+json')) return nothing(`a ${status} that is no problem`);
  const problem = problemOf(body);
  return problem.kind === 'error' && problem.status !== status
    ? nothing(`a problem of ${problem.status} under ${status}`)
    : problem;
};

/** A streamed answer of `POST /agent/run`; the text of a model call begins anew at each `text.reset`. */
export const hearEvents = (transcript: Transcript): ClientView => {
  if (transcript.status !== 200) return hearJson(transcript);
  if (!transcript.contentType.startsWith('text/event-stream')) return nothing('no event stream');
  const { events, whole } = parseEvents(transcript.bytes);
  if (!whole) return nothing('an end inside an event');
  const told = events.map(({ event, data }) => ({ event, data: parse(data) }));
  if (told[0]?.event !== 'run.started') return nothing('no run.started');
  const ends = told.filter(({ event }) => event === 'run.succeeded' || event === 'run.failed');
  const last = told.at(-1);
  if (ends.length !== 1 || last !== ends[0]) return nothing('no single last event');
  if (last?.data?.['runId'] !== told[0].data?.['runId']) return nothing('an end of another run');

  const calls = [''];
  for (const { event, data } of told) {
    if (event === 'model.started') calls.push('');
    if (event === 'text.reset') calls.splice(-1, 1, '');
    if (event === 'text.delta') calls.push(`${calls.pop()}${String(data?.['text'])}`);
  }
  if (last?.event === 'run.failed') return problemOf(last.data ?? {});
  const resets = told.filter(({ event }) => event === 'text.reset').length;
  return answerOf(last?.data ?? {}, calls.join(''), resets);
};
