import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../api/start-server.ts';
import { reply } from '../upstream/answers.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { question } from './ask.ts';
import { readError } from './envelope.ts';

let upstream: ScriptedUpstream;
let inner: TestServer;
let outer: TestServer;
const post = (server: TestServer, path: string, body: object, headers: Record<string, string> = {}) =>
  server.ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
    body: JSON.stringify(body),
  });
const PATHS: [string, object | null][] = [
  ['/v1/messages', question()],
  ['/v1/messages', question({ stream: true })],
  ['/v1/messages', question({ max_tokens: 0 })],
  ['/v1/messages/count_tokens', { model: question().model, messages: question().messages }],
  ['/v1/models', null],
  ['/v1/models/claude-sonnet-5-5', null],
];
const send = (server: TestServer, [path, body]: (typeof PATHS)[number], headers: Record<string, string> = {}) =>
  body === null ? server.ask(path, { headers }) : post(server, path, body, headers);
const toldUpstream = (path: string) =>
  upstream.requests.findLast((each) => each.path === path)?.headers['x-ballast-hops'];

/** Two Ballasts, one behind the other. The inner one takes what has passed one other. */
beforeAll(async () => {
  upstream = await startScriptedUpstream();
  inner = await startServer({ ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: upstream.url, MAX_HOPS: '1' });
  outer = await startServer({ ANTHROPIC_API_KEY: 'ballast-dev-key', ANTHROPIC_BASE_URL: inner.url, MAX_RETRIES: '0' });
});
afterAll(async () => {
  await Promise.all([inner[Symbol.asyncDispose](), outer[Symbol.asyncDispose]()]);
  await upstream.close();
});

describe.each(PATHS)('%s', (path, body) => {
  it('tells the provider how many Ballasts it has passed, this one included', async () => {
    upstream.script('*', [reply()]);
    await (await send(inner, [path, body])).text();
    expect(toldUpstream(path)).toBe('1');
    await (await send(outer, [path, body])).text();
    expect(toldUpstream(path)).toBe('2');
  });

  it('is refused where it has passed more than MAX_HOPS allows, and asks nobody', async () => {
    const before = upstream.requests.length;
    for (const [server, hops] of [
      [inner, '2'],
      [inner, '9999'],
      [outer, '1'],
    ] as const) {
      const error = await readError(await send(server, [path, body], { 'x-ballast-hops': hops }));
      expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
      expect(error.message).toMatch(/MAX_HOPS/);
    }
    expect(upstream.requests.slice(before).map((each) => each.path)).not.toContain(path);
  });
});

it.each(['-1', '1.5', 'one', '0x0', '', '99999999999999999999', '0, 0', ' '])(
  'a count of hops that is no number is refused: %j',
  async (hops) => {
    const response = await post(inner, '/v1/messages', question(), { 'x-ballast-hops': hops });
    expect(await readError(response)).toMatchObject({ status: 400, type: 'invalid_request_error' });
  },
);

it('a run counts its own calls on from what its request has passed, and is refused like a message', async () => {
  upstream.script('*', [reply()]);
  expect((await inner.run({ task: 'Hello' })).status).toBe(200);
  expect(toldUpstream('/v1/messages')).toBe('1');
  // As a service would send it that makes a run of each message, whose model is asked through that service again.
  expect((await inner.run({ task: 'Hello' }, { 'x-ballast-hops': '1' })).status).toBe(200);
  expect(toldUpstream('/v1/messages')).toBe('2');
  const refused = await outer.run({ task: 'Hello' }, { 'x-ballast-hops': '1' });
  expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ code: 'invalid-request' })]);
});
