import { describe, expect, it } from 'vitest';
import { answered, ASKED, fault, PASSED_ON, refused, STAND_IN } from './fault.ts';
import { judge, type Judgement, verdictDue } from './judge.ts';
import type { Transcript } from './transcript.ts';
import { JSON_WAY, MESSAGES_JSON, MESSAGES_STREAM, type Way } from './ways.ts';

const TEXT = 'the whole of the answer';

const WELL = fault({ name: 'w', script: () => ({}), expected: answered(ASKED), attempts: { [ASKED]: 1 } });
const DOWN = { ...WELL, expected: refused('upstream-overloaded') };
const STOOD_IN = { ...WELL, expected: answered(STAND_IN), attempts: { [STAND_IN]: 1 } };
const MISTAKEN = { ...WELL, expected: refused('invalid-request') };

const message = (over: object = {}) => ({
  type: 'message',
  model: ASKED,
  content: [{ type: 'text', text: TEXT }],
  stop_reason: 'end_turn',
  ...over,
});
const envelope = (type: string, text = 'It is overloaded.') => ({
  type: 'error',
  error: { type, message: text },
  request_id: 'req_1',
});

const json = (body: unknown, over: Partial<Transcript> = {}): Transcript => ({
  status: 200,
  contentType: 'application/json',
  degraded: null,
  bytes: JSON.stringify(body),
  ended: 'properly',
  ms: 20,
  ...over,
});
const stream = (events: readonly { type: string }[], over: Partial<Transcript> = {}): Transcript =>
  json(null, {
    contentType: 'text/event-stream',
    bytes: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    ...over,
  });

const START = { type: 'message_start', message: { model: ASKED } };
const said = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
const DELTA = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };
const STOP = { type: 'message_stop' };
const WHOLE = [START, said(TEXT), DELTA, STOP];

const on = (tried: typeof WELL, way: Way, transcript: Transcript): Judgement => {
  const [model = ASKED] = Object.keys(tried.attempts);
  const attempts = [{ model, at: 0, opening: false }];
  return judge({ fault: tried, text: TEXT, way }, { transcripts: [transcript], attempts });
};
const wrong = (why: string): Judgement => ({ verdict: 'fail', why: expect.stringContaining(why) as string });
const right = (verdict: 'pass' | 'safe'): Judgement => ({ verdict, why: null });

const [J, S] = [MESSAGES_JSON, MESSAGES_STREAM];
const byStandIn = json(message({ model: STAND_IN }), { degraded: 'fallback-model' });

describe('of messages it is judged', () => {
  it.each<[string, Judgement, Judgement]>([
    ['a message', on(WELL, J, json(message())), right('pass')],
    ['a streamed one', on(WELL, S, stream(WHOLE)), right('pass')],
    ['a stand-in that says so', on(STOOD_IN, J, byStandIn), right('pass')],
    ['a stand-in in secret', on(STOOD_IN, J, { ...byStandIn, degraded: null }), wrong('served by null')],
    ['an error', on(DOWN, J, json(envelope('overloaded_error'), { status: 503 })), right('safe')],
    ['an error in a stream', on(DOWN, S, stream([START, said('x'), envelope('overloaded_error')])), right('safe')],
    ['an error of another type', on(DOWN, S, stream([START, envelope('api_error')])), wrong('upstream-error, not')],
    [
      'a type under a false status',
      on(DOWN, J, json(envelope('overloaded_error'), { status: 502 })),
      wrong('under 502'),
    ],
    ['an error without its envelope', on(DOWN, J, json({ code: 'x' }, { status: 503 })), wrong('without envelope')],
    ['an end without a stop', on(WELL, S, stream(WHOLE.slice(0, -1))), wrong('no single last event')],
    ['words after the stop', on(WELL, S, stream([...WHOLE, said('!')])), wrong('no single last event')],
    ['a second start', on(WELL, S, stream([START, ...WHOLE])), wrong('no single first event')],
    ['text twice', on(WELL, S, stream([START, said(TEXT), said(TEXT), DELTA, STOP])), wrong('the wrong text')],
    ['an event of no JSON', on(WELL, S, stream(WHOLE, { bytes: 'event: a\ndata: {\n\n' })), wrong('no JSON')],
  ])('%s', (_title, judged, expected) => {
    expect(judged).toEqual(expected);
  });

  it('what the upstream says of the client’s own mistake may be told to that client, and nothing else of it', () => {
    const words = envelope('invalid_request_error', 'scripted 400');
    expect(on(MISTAKEN, J, json(words, { status: 400 }))).toEqual(right('safe'));
    const others = envelope('overloaded_error', 'scripted 529');
    expect(on(DOWN, J, json(others, { status: 503 }))).toEqual(wrong('must not tell'));
    expect(on(DOWN, S, stream([START, others]))).toEqual(wrong('must not tell'));
  });
});

it('what is due may differ from one time of asking to the next', () => {
  const flapping = { ...WELL, asks: 2, expectedBy: { [PASSED_ON]: [answered(ASKED), refused('upstream-error')] } };
  const tried = { ...flapping, attemptsBy: { [PASSED_ON]: { [ASKED]: 2 } } };
  const attempts = [0, 1].map((at) => ({ model: ASKED, at, opening: false }));
  const [whole, broken] = [stream(WHOLE), stream([START, envelope('api_error')])];
  const judged = (transcripts: readonly Transcript[]) =>
    judge({ fault: tried, text: TEXT, way: S }, { transcripts, attempts });
  expect(judged([whole, broken])).toEqual(right('safe'));
  expect(judged([broken, whole]).verdict).toBe('fail');
  expect([verdictDue({ fault: tried, way: S }), verdictDue({ fault: tried, way: JSON_WAY })]).toEqual(['safe', 'pass']);
});
