import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { reply, type ScriptedAnswer, status, toolCalls } from '../upstream/answers.ts';
import { endAfter, gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { paidOf, post, type PostOptions, postStream, question } from './ask.ts';
import { readError } from './envelope.ts';
import { readStream } from './read-stream.ts';

let fleet: Fleet;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleet({ MAX_RETRIES: '0' });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

let key: string;
let keys = 0;
beforeEach(() => {
  key = `key-${(keys += 1)}`;
});
const FORMS = [
  ['JSON', post],
  ['a stream', postStream],
] as const;
type Send = (typeof FORMS)[number][1];
const ask = (send: Send, body: object = {}, options: PostOptions = {}) =>
  send(caller, send === post ? question(body) : body, {
    ...options,
    headers: { 'idempotency-key': key, ...options.headers },
  });
const calls = () => paidOf(fleet.upstream.requests).length;
const [, other] = [0, 1] as const;

const ANSWERS: readonly (readonly [string, ScriptedAnswer])[] = [
  ['a text', reply('kept: héllo 🚢 \u2028', { usage: { read: 7 } })],
  ['calls of tools', toolCalls([{ name: 'calculate', input: { a: ['ü'] } }], { text: 'Let me see.' })],
  ['a long text', reply('Ballast, '.repeat(20_000))],
];

describe.each(FORMS)('a repeated key, asked as %s,', (_form, send) => {
  it.each(ANSWERS)('gives %s again byte for byte, from the other process and unpaid', async (_what, answer) => {
    fleet.upstream.script('*', [answer, reply('another')]);
    const before = calls();
    const first = await ask(send);
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([200, null]);
    const bytes = await first.text();
    const again = await ask(send, {}, { server: fleet.servers[other] });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(again.headers.get('request-id')).toMatch(/^req_/);
    const same = (await again.text()) === bytes;
    expect(same).toBe(true);
    expect(calls()).toBe(before + 1);
  });

  it('whose first request still runs is in progress, and told when to come back', async () => {
    const gate = createGate();
    fleet.upstream.script('*', [gatedBefore(3, gate, reply('once'))]);
    const first = ask(send);
    await gate.reached;
    const error = await readError(await ask(send, {}, { server: fleet.servers[other] }));
    expect([error.status, error.type]).toEqual([409, 'invalid_request_error']);
    expect(error.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(error.headers.get('x-should-retry')).toBeNull();
    gate.open();
    expect((await first).status).toBe(200);
    await (await first).text();
    expect((await ask(send)).headers.get('idempotency-replayed')).toBe('true');
  });

  it('of another body, or another form, is refused', async () => {
    fleet.upstream.script('*', [reply()]);
    await (await ask(send)).text();
    const changed = [ask(send, { max_tokens: 7 }), ask(send === post ? postStream : post)];
    for (const response of await Promise.all(changed))
      expect(await readError(response)).toMatchObject({ status: 422, type: 'invalid_request_error' });
  });

  it('of the same body gives the first answer, whatever the version, the betas and the query are now', async () => {
    fleet.upstream.script('*', [reply('by the first betas'), reply('by others')]);
    const first = await (await ask(send, {}, { headers: { 'anthropic-beta': 'a-1' } })).text();
    const headers = { 'anthropic-beta': 'b-2', 'anthropic-version': '2026-10-21' };
    const again = await ask(send, {}, { headers, query: '?beta=true' });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await again.text()).toBe(first);
  });

  it.each<[string, object, ScriptedAnswer, number]>([
    ['was not valid', { max_tokens: -1 }, reply(), 400],
    ['had no price', { model: 'claude-fable-5-2' }, reply(), 422],
    ['was refused by Anthropic', {}, status(400), 400],
    ['met an upstream that was away', {}, status(503), 503],
  ])('whose first request %s is free again', async (_why, body, answer, expected) => {
    fleet.upstream.script('*', [answer, reply()]);
    expect((await readError(await ask(send, body))).status).toBe(expected);
    const again = await ask(send, { max_tokens: 900 });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, null]);
    await again.text();
  });

  it.each(['before its content', 'amid its content'])('lets the call go on when its caller leaves %s', async (when) => {
    const gate = createGate();
    fleet.upstream.script('*', [
      gatedBefore(when === 'amid its content' ? 4 : 2, gate, reply('still here, all of it')),
    ]);
    const index = fleet.upstream.requests.length;
    const leave = new AbortController();
    const left = ask(send, {}, { signal: leave.signal }).then((response) => response.text());
    await gate.reached;
    leave.abort();
    await expect(left).rejects.toThrow();
    gate.open();
    await expect.poll(async () => (await ask(send)).status).toBe(200);
    const again = await ask(send);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const heard = await again.text();
    expect(heard).toContain(send === post ? 'still here, all of it' : 'message_stop');
    expect(fleet.upstream.requests).toHaveLength(index + 1);
    expect(fleet.upstream.requests[index]?.aborted).toBe(false);
  });
});

it('a stream that broke after it had cost something breaks in the same bytes when it is asked for again', async () => {
  fleet.upstream.script('*', [endAfter(5, reply('half an answer, and no more')), reply('another')]);
  const first = await readStream(await ask(postStream));
  expect(first.events.at(-1)?.event).toBe('error');
  const again = await ask(postStream);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
  expect(await again.text()).toBe(first.bytes);
});

it('of 50 requests at once over two processes one calls the model, and the others wait or hear its answer', async () => {
  const gate = createGate();
  fleet.upstream.script('*', [gatedBefore(3, gate, reply('once'))]);
  const before = calls();
  const asked = Array.from({ length: 50 }, (_, at) => ask(postStream, {}, { server: fleet.servers[at % 2]! }));
  await gate.reached;
  gate.open();
  const heard = new Set<string>();
  for (const response of await Promise.all(asked)) {
    const text = await response.text();
    if (response.status === 200) heard.add(text);
    else expect(response.status).toBe(409);
  }
  expect(heard.size).toBe(1);
  expect(calls()).toBe(before + 1);
});

it('another tenant’s key of the same name is another key', async () => {
  fleet.upstream.script('*', [reply('mine'), reply('theirs')]);
  const theirs = await fleet.addTenant();
  await (await ask(post)).text();
  const response = await post(theirs, question(), { headers: { 'idempotency-key': key } });
  expect(await response.json()).toMatchObject({ content: [{ text: 'theirs' }] });
});

it.each(['', 'x'.repeat(256)])('a key of a wrong length is refused (%#)', async (wrong) => {
  expect(await readError(await ask(post, {}, { headers: { 'idempotency-key': wrong } }))).toMatchObject({
    status: 400,
    type: 'invalid_request_error',
  });
});
