import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { rawStream, reply, status } from '../upstream/answers.ts';
import { MODEL, paidOf, post, postStream, question, STAND_IN } from './ask.ts';
import { bytesOf, RECORDINGS } from './recordings.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '1' });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const read = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
const asked = () => paidOf(fleet.upstream.requests).at(-1)!;

describe.each(RECORDINGS)('a recording: $title', (recording) => {
  it('reaches a client that streams byte for byte', async () => {
    fleet.upstream.script('*', [rawStream(recording.pieces)]);
    const response = await postStream(caller);
    expect(response.status).toBe(200);
    const [heard, sent] = [await read(response), bytesOf(recording)];
    // Long ones are told apart by where they differ.
    const at = heard.findIndex((byte, index) => byte !== sent[index]);
    expect([heard.length, at, heard.subarray(at, at + 40).toString()]).toEqual([sent.length, -1, '']);
  });

  it('is a whole message for one that does not', async () => {
    fleet.upstream.script('*', [rawStream(recording.pieces)]);
    const response = await post(caller);
    expect(response.headers.get('content-type')).toBe('application/json');
    const body = (await response.json()) as { content: unknown };
    const { content, ...rest } = recording.message;
    expect(body).toMatchObject(rest);
    expect(body.content).toEqual(content);
  });
});

/** Bodies as somebody's own serialiser may write them, every one of them accepted by Anthropic. */
const BODIES: readonly (readonly [string, string])[] = [
  [
    'in odd spacing',
    ` {\n\t"model" :"${MODEL}" , "max_tokens":\r\n50,"messages":[ {"role":"user","content":"a"} ]  }\n`,
  ],
  [
    'with numbers in other forms',
    `{"model":"${MODEL}","max_tokens":1e2,"x":1.0,"y":-0.0,"z":12345678901234567890,"messages":[{"role":"user","content":"a"}]}`,
  ],
  [
    'with escaped and raw Unicode',
    String.raw`{"model":"${MODEL}","max_tokens":50,"messages":[{"role":"user","content":"h\u00e9 é \uD83D\uDEA2 🚢 \/"}]}`,
  ],
  [
    'with its keys upside down',
    `{"messages":[{"content":"a","role":"user"}],"future":{"stream":false,"model":"claude-opus-5-5"},"max_tokens":50,"model":"${MODEL}"}`,
  ],
  [
    'with a model of an escaped name',
    String.raw`{"model":"claude\u002dsonnet-5-5","max_tokens":50,"messages":[{"role":"user","content":"a"}]}`,
  ],
];

describe.each(BODIES)('a body %s', (_title, body) => {
  it('reaches Anthropic byte for byte but for `stream`', async () => {
    fleet.upstream.script('*', [reply()]);
    expect((await post(caller, body)).status).toBe(200);
    // A member is added, with the one comma that it needs.
    expect(asked().raw.toString()).not.toBe(body);
    expect(
      asked()
        .raw.toString()
        .replace(/\s*,\s*"stream"\s*:\s*true|"stream"\s*:\s*true\s*,\s*/, ''),
    ).toBe(body);
  });

  it('that streams reaches it byte for byte', async () => {
    fleet.upstream.script('*', [reply()]);
    const streaming = body.replace('{', '{"stream" : true ,');
    expect((await post(caller, streaming)).status).toBe(200);
    expect(asked().raw.toString()).toBe(streaming);
  });

  it('that says not to stream has just that word changed', async () => {
    fleet.upstream.script('*', [reply()]);
    const silent = body.replace('{', '{"stream" : false ,');
    expect((await post(caller, silent)).headers.get('content-type')).toBe('application/json');
    expect(asked().raw.toString()).toBe(silent.replace('false', 'true'));
  });
});

it('the query, the version and the betas of a client go along, whatever they are', async () => {
  fleet.upstream.script('*', [reply()]);
  for (const version of ['2023-06-01', '2026-10-21']) {
    const headers = { 'anthropic-version': version, 'anthropic-beta': 'a-1,b-2' };
    expect((await postStream(caller, {}, { headers, query: '?beta=true&x=%C3%BC' })).status).toBe(200);
    expect(asked().headers).toMatchObject(headers);
    expect(Object.fromEntries(new URLSearchParams(asked().query))).toEqual({ beta: 'true', x: 'ü' });
  }
});

it('betas that come in lines of their own go along, all of them', async () => {
  fleet.upstream.script('*', [reply()]);
  const { hostname, port } = new URL(fleet.servers[0].url);
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    const own = { 'x-api-key': caller.key, 'content-type': 'application/json', 'anthropic-beta': ['a-1,b-2', 'c-3'] };
    const sent = request({ hostname, port, path, method: 'POST', headers: own });
    sent.end(JSON.stringify(question()));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await response.resume().toArray();
    expect(response.statusCode).toBe(200);
    const seen = fleet.upstream.requests.findLast((each) => each.path === path);
    expect(seen?.headers['anthropic-beta']).toBe('a-1,b-2,c-3');
  }
});

it('a parameter that comes more than once goes along as often, in its order', async () => {
  fleet.upstream.script('*', [reply()]);
  const query = '?beta=true&x=2&y=%C3%BC%20x&x=1&x=&x=2&__proto__=a%26b';
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    const seen = () => fleet.upstream.requests.filter((each) => each.path === path);
    const before = seen().length;
    expect((await post(caller, question(), { query, path })).status).toBe(200);
    expect(seen()).toHaveLength(before + 1);
    const told = new URLSearchParams(seen().at(-1)?.query);
    expect([...told.keys()].sort()).toEqual([...new URLSearchParams(query).keys()].sort());
    expect(told.getAll('x')).toEqual(['2', '1', '', '2']);
    expect([told.get('y'), told.get('beta'), told.get('__proto__')]).toEqual(['ü x', 'true', 'a&b']);
  }
});

it('who names no version is taken to mean the first one', async () => {
  fleet.upstream.script('*', [reply()]);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: BODIES[0]![1] };
  expect((await caller.ask('/v1/messages', init)).status).toBe(200);
  expect(asked().headers['anthropic-version']).toBe('2023-06-01');
  expect(asked().headers['anthropic-beta']).toBeUndefined();
});

it('output that a budget lowers is all that differs', async () => {
  const poor = await fleet.addTenant({ dailyBudgetUsd: '0.05' });
  fleet.upstream.script('*', [reply()]);
  const body = BODIES[0]![1].replace('"max_tokens":\r\n50', '"max_tokens":\r\n100000').replace('{', '{"stream":true,');
  expect((await post(poor, body)).status).toBe(200);
  const lowered = Number(asked().body?.['max_tokens']);
  expect(lowered).toBeGreaterThanOrEqual(256);
  expect(lowered).toBeLessThan(100_000);
  expect(asked().raw.toString()).toBe(body.replace('100000', String(lowered)));
});

describe('a model that stands in', () => {
  const body = BODIES[0]![1].replace('{', '{"stream":true,');
  it('is asked in the same bytes, but for its name, and said so in the head and in the message', async () => {
    const stoodIn = await fleet.addTenant({ fallbackModels: { [MODEL]: [STAND_IN] } });
    fleet.upstream.script(MODEL, [status(529)]);
    fleet.upstream.script(STAND_IN, [reply('From the stand-in.')]);
    const streamed = await post(stoodIn, body);
    expect([streamed.status, streamed.headers.get('x-ballast-degraded')]).toEqual([200, 'fallback-model']);
    expect(await streamed.text()).toContain(`"model":"${STAND_IN}"`);
    expect(asked().raw.toString()).toBe(body.replace(MODEL, STAND_IN));
    const json = await post(stoodIn);
    expect([json.status, json.headers.get('x-ballast-degraded')]).toEqual([200, 'fallback-model']);
    expect(await json.json()).toMatchObject({ model: STAND_IN, content: [{ text: 'From the stand-in.' }] });
  });

  it('is asked in the bytes of every turn and block that it is told, where thinking of the other model is left out', async () => {
    const stoodIn = await fleet.addTenant({ fallbackModels: { [MODEL]: [STAND_IN] } });
    fleet.upstream.script(MODEL, [status(529)]);
    fleet.upstream.script(STAND_IN, [reply()]);
    const called = String.raw`{ "type":"tool_use", "id":"t","name":"find","input":{"id":12345678901234567890,"ratio":1.0,"w":"\u8239"}}`;
    const thought = '{"type":"thinking","thinking":"hm","signature":"s"},';
    const messages = (thinking: string) =>
      `[{"role" : "user","content":"a\\/b"},{"role":"assistant","content":[${thinking}${called}]},` +
      '{"role":"user", "content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}]';
    const asking = (model: string, thinking: string) =>
      `{"stream":true,"model":"${model}","max_tokens":50,"messages":${messages(thinking)}}`;
    expect((await post(stoodIn, asking(MODEL, thought))).status).toBe(200);
    expect(asked().raw.toString()).toBe(asking(STAND_IN, ''));
  });

  it('is not asked where the tenant names none, and nothing is said where none was needed', async () => {
    fleet.upstream.script(MODEL, [status(529)]);
    const before = paidOf(fleet.upstream.requests).length;
    expect((await post(caller, body)).status).toBe(503);
    expect(
      paidOf(fleet.upstream.requests)
        .slice(before)
        .map(({ model }) => model),
    ).toEqual([MODEL, MODEL]);
    fleet.upstream.script(MODEL, [reply()]);
    const stoodIn = await fleet.addTenant({ fallbackModels: { [MODEL]: [STAND_IN] } });
    expect((await post(stoodIn, body)).headers.get('x-ballast-degraded')).toBeNull();
    expect(await (await post(stoodIn)).json()).toMatchObject({ model: MODEL });
  });
});
