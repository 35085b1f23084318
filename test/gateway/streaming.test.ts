import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent } from '../../local/simulated-claude/wire.ts';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { neverAnswer, rawStream, reply, type ScriptedAnswer, status } from '../upstream/answers.ts';
import * as broken from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { exchanges, paidOf, post, postStream } from './ask.ts';
import { readError } from './envelope.ts';
import { readStream, streamReader } from './read-stream.ts';

const FIRST_MS = 600;
const IDLE_MS = 400;

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  const limits = { FIRST_TOKEN_TIMEOUT_MS: String(FIRST_MS), STREAM_IDLE_TIMEOUT_MS: String(IDLE_MS) };
  fleet = await startFleetOfOne({ MAX_RETRIES: '1', ...limits });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const attemptsSince = (from: number) => paidOf(fleet.upstream.requests).length - from;
const attempts = () => paidOf(fleet.upstream.requests).length;
/** Words of the upstream's own errors, which are nobody's business. */
const OWN_WORDS = /scripted \d{3}/;

const withHeaders =
  (headers: Readonly<Record<string, string>>, answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) =>
    [...answer(asked)].map((step) =>
      step.do === 'head' ? { ...step, headers: { ...step.headers, ...headers } } : step,
    );

describe('a stream', () => {
  it('says nothing, not even a status, before the upstream’s first content, and then all of it at once', async () => {
    const [gate, later] = [createGate(), createGate()];
    const answer = broken.gatedBefore(2, gate, broken.gatedBefore(4, later, reply('one text, and another')));
    fleet.upstream.script('*', [answer]);
    let answered = false;
    const asking = postStream(caller).then((response) => ((answered = true), response));
    await gate.reached;
    await exchanges(caller);
    expect(answered).toBe(false);
    gate.open();
    await later.reached;
    const reader = streamReader(await asking);
    for (const name of ['message_start', 'ping', 'content_block_start', 'content_block_delta'])
      expect((await reader.next())?.event).toBe(name);
    later.open();
    expect((await reader.rest()).at(-1)?.event).toBe('message_stop');
  });

  it('keeps every ping where it was', async () => {
    const ping = encodeEvent({ type: 'ping' });
    const [head, ...rest] = [...reply('a text of two pieces')({ model: 'm', stream: true, requestId: 'req_1' })];
    const sent = rest.flatMap((step) => (step.do === 'send' ? [String(step.bytes)] : []));
    const pieces = sent.flatMap((piece) => [piece, ping]).slice(0, -1);
    expect(head?.do).toBe('head');
    fleet.upstream.script('*', [rawStream(pieces)]);
    expect(await (await postStream(caller)).text()).toBe(pieces.join(''));
  });

  it.each<[string, ScriptedAnswer]>([
    ['fails', status(500)],
    ['is overloaded in its first event', broken.errorEventAfter(0, reply())],
    ['is cut after its start', broken.endAfter(2, reply())],
    ['stalls after its start', broken.stallAfter(2, reply())],
    ['only pings', broken.pingsOnly(50, reply())],
    ['never answers', neverAnswer()],
  ])('that %s before its content is asked for again, unseen', async (_what, answer) => {
    fleet.upstream.script('*', [answer, reply('whole')]);
    const from = attempts();
    const { events, text, status: told } = await readStream(await postStream(caller));
    expect([told, text, attemptsSince(from)]).toEqual([200, 'whole', 2]);
    expect(events.filter(({ event }) => event === 'message_start')).toHaveLength(1);
  });

  it.each<[string, ScriptedAnswer, number, string]>([
    ['fails', status(500), 502, 'api_error'],
    ['is overloaded in its first event', broken.errorEventAfter(0, reply()), 503, 'overloaded_error'],
    ['is cut after its start', broken.endAfter(2, reply()), 502, 'api_error'],
    ['stalls after its start', broken.stallAfter(2, reply()), 504, 'timeout_error'],
    ['ends before it begins', broken.endAfter(0, reply()), 502, 'api_error'],
  ])('that %s before its content, again and again, is an error with a status', async (_what, answer, code, type) => {
    fleet.upstream.script('*', [answer]);
    const error = await readError(await postStream(caller));
    expect([error.status, error.type, error.headers.get('x-should-retry')]).toEqual([code, type, 'false']);
    expect(error.message).not.toMatch(OWN_WORDS);
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['is overloaded', broken.errorEventAfter(5, reply('a text of some length')), 'overloaded_error'],
    ['fails', broken.errorEventAfter(5, reply('a text of some length'), 500), 'api_error'],
    ['is cut', broken.endAfter(5, reply('a text of some length')), 'api_error'],
    ['is torn', broken.resetAfter(5, reply('a text of some length')), 'api_error'],
    ['stalls', broken.stallAfter(5, reply('a text of some length')), 'timeout_error'],
    ['sends what is no JSON', broken.malformedAfter(5, reply('a text of some length')), 'api_error'],
  ])(
    'that %s amid its content ends with one `error` event, and is not asked for again',
    async (_what, answer, type) => {
      fleet.upstream.script('*', [answer]);
      const from = attempts();
      const response = await postStream(caller);
      const { events, bytes, text } = await readStream(response);
      const errors = events.filter(({ event }) => event === 'error');
      expect(errors).toHaveLength(1);
      expect(events.at(-1)?.data).toEqual({
        type: 'error',
        error: { type, message: expect.any(String) as string },
        request_id: response.headers.get('request-id'),
      });
      expect(text).toBe('a text of some length'.slice(0, text.length));
      expect(text).not.toBe('');
      expect(bytes).not.toMatch(OWN_WORDS);
      expect(attemptsSince(from)).toBe(1);
    },
  );

  it('without its `message_stop` is given one', async () => {
    fleet.upstream.script('*', [broken.withoutEvent('message_stop', reply('whole'))]);
    const { bytes, text } = await readStream(await postStream(caller));
    expect(text).toBe('whole');
    expect(bytes).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    expect(bytes.match(/event: message_stop/g)).toHaveLength(1);
  });

  it('that breaks before its content is a message all the same, asked as JSON, and broken amid it too', async () => {
    for (const answer of [broken.endAfter(2, reply()), broken.endAfter(5, reply('a text of some length'))]) {
      fleet.upstream.script('*', [answer, reply('whole')]);
      expect(await (await post(caller)).json()).toMatchObject({ content: [{ type: 'text', text: 'whole' }] });
    }
  });
});

describe('the head of an answer', () => {
  const OF_ANTHROPIC = {
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-input-tokens-limit': '400000',
    'anthropic-organization-id': 'org-of-the-provider',
    'retry-after': '17',
    'set-cookie': 'harbour=1',
  };
  it.each([
    ['JSON', post, 'application/json'],
    ['a stream', postStream, 'text/event-stream'],
  ])('tells Ballast’s limits as %s, and nothing of those behind it', async (_form, send, type) => {
    const limited = await fleet.addTenant({ requestsPerMinute: 60, tokensPerMinute: 100_000 });
    fleet.upstream.script('*', [withHeaders(OF_ANTHROPIC, reply())]);
    const { headers, ...response } = await (async () => {
      const got = await send(limited);
      return { headers: got.headers, body: await got.text() };
    })();
    expect(response.body).not.toBe('');
    expect(headers.get('content-type')).toMatch(new RegExp(`^${type}`));
    expect(headers.get('anthropic-ratelimit-requests-limit')).toBe('60');
    expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('59');
    expect(headers.get('anthropic-ratelimit-tokens-limit')).toBe('100000');
    expect(Date.parse(headers.get('anthropic-ratelimit-tokens-reset') ?? '')).toBeGreaterThan(0);
    for (const name of [
      'anthropic-ratelimit-input-tokens-limit',
      'anthropic-organization-id',
      'retry-after',
      'set-cookie',
    ])
      expect([name, headers.get(name)]).toEqual([name, null]);
    const unlimited = await send(caller);
    await unlimited.text();
    expect([...unlimited.headers.keys()].filter((name) => name.startsWith('anthropic-ratelimit'))).toEqual([]);
  });
});
