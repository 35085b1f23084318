import { describe, expect, it } from 'vitest';
import type { Attempt } from './attempts.ts';
import { BROKEN_TEXT } from './broken-attempt.ts';
import { answered, ASKED, fault, refused, STAND_IN } from './fault.ts';
import { type Case, judge, type Judgement } from './judge.ts';
import { OPENING_TEXT } from './opening.ts';
import type { Transcript } from './transcript.ts';
import { AGENT, JSON_WAY, STREAM } from './ways.ts';

const TEXT = 'the whole of the answer';
const RUN = { runId: 'run_1' };

/** A 500 once: answered by the second attempt. */
const MENDED = fault({
  name: 'm',
  script: () => ({}),
  expected: answered(ASKED),
  attempts: { [ASKED]: 2 },
  pauseMs: 100,
});
/** A cut amid the content, once. */
const CUT = { ...MENDED, seen: true };
/** A model that is down: its stand-in answers. */
const STOOD_IN = { ...MENDED, expected: answered(STAND_IN), attempts: { [ASKED]: 1, [STAND_IN]: 1 } };
/** All are down. */
const DOWN = { ...MENDED, expected: refused('upstream-overloaded') };

const at = (model: string, ms: number, opening = false): Attempt => ({ model, at: ms, opening });
const TWO = [at(ASKED, 0), at(ASKED, 100)];

const SUCCEEDED = { ...RUN, status: 'succeeded', output: TEXT, model: ASKED, stopReason: 'end_turn', degraded: null };
const PROBLEM = { status: 503, code: 'upstream-overloaded', detail: 'The model provider is overloaded.' };

const json = (body: unknown, over: Partial<Transcript> = {}): Transcript => ({
  status: 200,
  contentType: 'application/json',
  degraded: null,
  bytes: JSON.stringify(body),
  ended: 'properly',
  ms: 20,
  ...over,
});
const problem = (body: object, status = 503): Transcript =>
  json(body, { status, contentType: 'application/problem+json' });

type Event = readonly [string, object];
const bytesOf = (events: readonly Event[]): string =>
  events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('');
const stream = (events: readonly Event[], over: Partial<Transcript> = {}): Transcript =>
  json(null, { contentType: 'text/event-stream', bytes: bytesOf(events), ...over });

const STARTED: Event = ['run.started', RUN];
const CALLED: Event = ['model.started', { model: ASKED }];
const RESET: Event = ['text.reset', {}];
const DONE: Event = ['run.succeeded', SUCCEEDED];
const said = (text: string): Event => ['text.delta', { text }];
const failed = (body: object): Event => ['run.failed', { ...RUN, ...body }];

const RETRIED = [STARTED, CALLED, said('half'), RESET, said(TEXT), DONE];

const on = (tried: Case['fault'], way: Case['way'], transcript: Transcript, attempts: readonly Attempt[] = TWO) =>
  judge({ fault: tried, text: TEXT, way }, { transcripts: [transcript], attempts });

describe('what is right', () => {
  const degraded = { reason: 'upstream-overloaded', servedBy: 'fallback-model' };
  const byStandIn = json({ ...SUCCEEDED, model: STAND_IN, degraded });
  const agentRun = stream([STARTED, CALLED, said(OPENING_TEXT), CALLED, said('half'), RESET, said(TEXT), DONE]);
  it.each<[string, Judgement, Judgement['verdict']]>([
    ['the full answer', on(MENDED, JSON_WAY, json(SUCCEEDED)), 'pass'],
    ['the full answer as events', on(CUT, STREAM, stream(RETRIED)), 'pass'],
    ['the answer after a tool', on(CUT, AGENT, agentRun, [at(ASKED, 0, true), ...TWO]), 'pass'],
    ['a stand-in that says so', on(STOOD_IN, JSON_WAY, byStandIn, [at(ASKED, 0), at(STAND_IN, 1)]), 'pass'],
    ['the error that is due', on(DOWN, JSON_WAY, problem(PROBLEM)), 'safe'],
    ['the error as the last event', on(DOWN, STREAM, stream([STARTED, CALLED, said('x'), failed(PROBLEM)])), 'safe'],
    ['the error before any event', on(DOWN, STREAM, problem(PROBLEM)), 'safe'],
  ])('%s', (_title, judged, verdict) => {
    expect(judged).toEqual({ verdict, why: null });
  });

  it('an error where an answer could be had is safe, and said not to be what is due', () => {
    expect(on(MENDED, JSON_WAY, problem(PROBLEM))).toEqual({ verdict: 'safe', why: 'upstream-overloaded' });
  });
});

describe('a client is failed by', () => {
  const events = bytesOf(RETRIED);
  it.each<[string, string, Judgement]>([
    ['a stream that just ends', 'no single last event', on(CUT, STREAM, stream([STARTED, CALLED, said(TEXT)]))],
    ['an end inside an event', 'an end inside an event', on(CUT, STREAM, stream([], { bytes: events.slice(0, -2) }))],
    ['a stream that is torn', 'a broken connection', on(CUT, STREAM, stream(RETRIED, { ended: 'broken' }))],
    ['a stream without end', 'no end within', on(CUT, STREAM, stream(RETRIED, { ended: 'never' }))],
    [
      'no byte at all',
      'a broken connection',
      on(MENDED, JSON_WAY, json(null, { status: null, bytes: '', ended: 'broken' })),
    ],
    ['two ends', 'no single last event', on(CUT, STREAM, stream([...RETRIED, failed(PROBLEM)]))],
    ['words after the end', 'no single last event', on(CUT, STREAM, stream([...RETRIED, said('!')]))],
    [
      'the end of another run',
      'an end of another run',
      on(DOWN, STREAM, stream([STARTED, failed({ ...PROBLEM, runId: 'run_2' })])),
    ],
    [
      'text that is not taken back',
      'streamed: half',
      on(CUT, STREAM, stream([STARTED, CALLED, said('half'), said(TEXT), DONE])),
    ],
    ['a cut that nobody had to see', 'before any content', on(MENDED, STREAM, stream(RETRIED))],
    ['text in twice', 'streamed: ', on(CUT, STREAM, stream([STARTED, CALLED, said(TEXT), said(TEXT), DONE]))],
    ['half an answer', 'the wrong text', on(MENDED, JSON_WAY, json({ ...SUCCEEDED, output: TEXT.slice(0, 9) }))],
    [
      'text of a broken attempt',
      'text of a broken attempt',
      on(MENDED, JSON_WAY, json({ ...SUCCEEDED, output: BROKEN_TEXT + TEXT })),
    ],
    ['half a body', 'no JSON', on(MENDED, JSON_WAY, json(null, { bytes: '{"output":"the who' }))],
    [
      'an answer cut short',
      'incomplete by deadline',
      on(MENDED, JSON_WAY, json({ ...SUCCEEDED, status: 'incomplete', stopReason: 'deadline' })),
    ],
    ['another stop reason', 'stopped by null', on(MENDED, JSON_WAY, json({ ...SUCCEEDED, stopReason: null }))],
    ['a stand-in in secret', 'served by null', on(STOOD_IN, JSON_WAY, json({ ...SUCCEEDED, model: STAND_IN }))],
    ['a stand-in under the asked name', 'answered by', on(STOOD_IN, JSON_WAY, json(SUCCEEDED))],
    ['an answer where there is none', 'an answer where there is none', on(DOWN, JSON_WAY, json(SUCCEEDED))],
    [
      'another code than is due',
      'upstream-error, not upstream-overloaded',
      on(DOWN, JSON_WAY, problem({ status: 502, code: 'upstream-error' }, 502)),
    ],
    [
      'a code that is none of an upstream',
      'no such error: 500 internal',
      on(MENDED, JSON_WAY, problem({ status: 500, code: 'internal' }, 500)),
    ],
    ['a code under another status', 'a problem of 503 under 500', on(DOWN, JSON_WAY, problem(PROBLEM, 500))],
    [
      'a problem with a false status',
      'no such error: 200',
      on(DOWN, STREAM, stream([STARTED, failed({ ...PROBLEM, status: 200 })])),
    ],
    ["the upstream's own words", 'must not tell', on(DOWN, JSON_WAY, problem({ ...PROBLEM, detail: 'scripted 529' }))],
    [
      'a stack',
      'must not tell',
      on(DOWN, JSON_WAY, problem({ ...PROBLEM, detail: 'Error\n    at play (play.ts:1:1)' })),
    ],
    ['an answer that comes too late', '60000 ms, more than', on(MENDED, JSON_WAY, json(SUCCEEDED, { ms: 60_000 }))],
    ['one attempt too many', 'attempts: 3 of', on(MENDED, JSON_WAY, json(SUCCEEDED), [...TWO, at(ASKED, 300)])],
    ['one attempt too few', 'attempts: 1 of', on(MENDED, JSON_WAY, json(SUCCEEDED), [at(ASKED, 0)])],
    [
      'an attempt at another model',
      'attempts: 1 of claude-haiku',
      on(MENDED, JSON_WAY, json(SUCCEEDED), [at(ASKED, 0), at(STAND_IN, 100)]),
    ],
    [
      'an attempt that comes too early',
      'after 99 ms, asked for 100',
      on(MENDED, JSON_WAY, json(SUCCEEDED), [at(ASKED, 0), at(ASKED, 99)]),
    ],
    [
      'a call that was made before',
      '1 model calls before',
      on(MENDED, JSON_WAY, json(SUCCEEDED), [at(ASKED, 0, true), ...TWO]),
    ],
    [
      'a request that is missing',
      '0 requests, not 1',
      judge({ fault: MENDED, text: TEXT, way: STREAM }, { transcripts: [], attempts: TWO }),
    ],
  ])('%s', (_title, why, judged) => {
    expect(judged).toEqual({ verdict: 'fail', why: expect.stringContaining(why) as string });
  });
});

it('the worst of several requests counts', () => {
  const both = { ...MENDED, asks: 2 };
  const transcripts = [json(SUCCEEDED), json({ ...SUCCEEDED, output: 'half' })];
  expect(judge({ fault: both, text: TEXT, way: JSON_WAY }, { transcripts, attempts: TWO }).verdict).toBe('fail');
});
