import type { ErrorCode } from '../../lib/kernel/errors.ts';
import { type ClientView, type Fields, nothing, parse } from './client-view.ts';
import { parseEvents } from './parse-events.ts';
import type { Transcript } from './transcript.ts';

/** What an error may be that comes of an upstream: its status, its type in the envelope, and the code that both stand for. */
const ERRORS: readonly (readonly [status: number, type: string, code: ErrorCode])[] = [
  [400, 'invalid_request_error', 'invalid-request'],
  [403, 'permission_error', 'forbidden'],
  [429, 'rate_limit_error', 'rate-limited'],
  [502, 'api_error', 'upstream-error'],
  [503, 'overloaded_error', 'upstream-overloaded'],
  [504, 'timeout_error', 'upstream-timeout'],
];

/** An envelope, under a status or, in a stream, without one. */
const errorOf = (body: Fields, under: number | null): ClientView => {
  const { type } = (body['error'] ?? {}) as Fields;
  if (body['type'] !== 'error' || typeof body['request_id'] !== 'string') return nothing('an error without envelope');
  const known = ERRORS.find(([status, own]) => own === type && (under ?? status) === status);
  if (known === undefined) return nothing(`a ${String(type)} under ${under}`);
  return { kind: 'error', code: known[2], status: known[0] };
};

/** What the model wrote: text, and inputs of tools where they come in pieces. */
const wordsOf = (content: unknown): string =>
  (content as readonly Fields[])
    .map(({ text, partial_json: input }) => text ?? input)
    .filter((words) => typeof words === 'string')
    .join('');

/** A JSON answer of `POST /v1/messages`. */
export const hearMessage = ({ status, contentType, bytes, degraded }: Transcript): ClientView => {
  const body = parse(bytes);
  if (body === null) return nothing('a body that is no JSON');
  if (!contentType.startsWith('application/json')) return nothing(`a ${status} that is no JSON`);
  if (status !== 200) return errorOf(body, status);
  if (!Array.isArray(body['content'])) return nothing('an answer without content');
  const { model, stop_reason: stopReason } = body;
  const output = wordsOf(body['content']);
  return { kind: 'answer', output, streamed: null, resets: 0, model, whole: true, stopReason, servedBy: degraded };
};

/** A streamed one: a message from its start to its stop, or to one error. */
export const hearMessageEvents = (transcript: Transcript): ClientView => {
  if (transcript.status !== 200) return hearMessage(transcript);
  if (!transcript.contentType.startsWith('text/event-stream')) return nothing('no event stream');
  const { events, whole } = parseEvents(transcript.bytes);
  if (!whole) return nothing('an end inside an event');
  const told = events.map(({ event, data }) => ({ event, data: parse(data) }));
  if (told.some(({ data }) => data === null)) return nothing('an event that is no JSON');
  const starts = told.filter(({ event }) => event === 'message_start');
  if (starts.length !== 1 || told[0] !== starts[0]) return nothing('no single first event');
  const ends = told.filter(({ event }) => event === 'message_stop' || event === 'error');
  const last = told.at(-1);
  if (ends.length !== 1 || last !== ends[0]) return nothing('no single last event');
  if (last?.event === 'error') return errorOf(last.data ?? {}, null);
  const { model } = (starts[0]?.data?.['message'] ?? {}) as Fields;
  const deltas = told.map(({ data }) => (data?.['delta'] ?? {}) as Fields);
  const stopReason = deltas.findLast((delta) => 'stop_reason' in delta)?.['stop_reason'];
  const { degraded: servedBy } = transcript;
  return {
    kind: 'answer',
    output: wordsOf(deltas),
    streamed: null,
    resets: 0,
    model,
    whole: true,
    stopReason,
    servedBy,
  };
};
