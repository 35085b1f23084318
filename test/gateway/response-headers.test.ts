import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { reply, status } from '../upstream/answers.ts';
import { paidOf, post, postStream, question } from './ask.ts';
import { readError } from './envelope.ts';
import { createClient, SDKS } from './sdks.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '0' });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const SENDS = { JSON: (who: Caller, over: object) => post(who, question(over)), events: postStream };
const ID = 'x-ballast-upstream-request-id';

describe.each(Object.entries(SENDS))('an answer as %s', (_title, send) => {
  it('tells by which id the provider knows it, which stands in one log line with our own', async () => {
    fleet.upstream.script('*', [reply()]);
    const response = await send(caller, {});
    await response.text();
    const id = paidOf(fleet.upstream.requests).at(-1)?.requestId ?? '';
    expect(response.headers.get(ID)).toBe(id);
    const own = response.headers.get('request-id') ?? '';
    await expect
      .poll(() =>
        fleet.servers[0]
          .printed()
          .split('\n')
          .some((line) => line.includes(own) && line.includes(id)),
      )
      .toBe(true);
  });

  it('tells it of a refusal and a failure too', async () => {
    for (const code of [400, 500, 529]) {
      fleet.upstream.script('*', [status(code)]);
      const { headers } = await readError(await send(caller, {}));
      expect(headers.get(ID)).toBe(paidOf(fleet.upstream.requests).at(-1)?.requestId);
    }
  });

  it('tells nothing where nobody was asked', async () => {
    const refused = await send(caller, { model: 'claude-fable-5-2' });
    expect(refused.headers.get(ID)).toBeNull();
    await refused.text();
  });

  it('tells how many tokens a budget paid for, where they are fewer than were asked for, in a replay too', async () => {
    const own = await fleet.addTenant({ dailyBudgetUsd: '0.05' });
    fleet.upstream.script('*', [reply()]);
    const key = { 'idempotency-key': `lowered-${_title}` };
    const ask = () =>
      own.ask('/v1/messages', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...key },
        body: JSON.stringify(question({ max_tokens: 64_000, stream: _title === 'events' })),
      });
    const first = await ask();
    await first.text();
    const sent = (paidOf(fleet.upstream.requests).at(-1)?.body as { max_tokens: number }).max_tokens;
    expect(sent).toBeLessThan(64_000);
    expect(first.headers.get('x-ballast-max-tokens')).toBe(String(sent));
    const again = await ask();
    expect([again.headers.get('idempotency-replayed'), again.headers.get('x-ballast-max-tokens')]).toEqual([
      'true',
      String(sent),
    ]);
    await again.text();
    const enough = await send(own, { max_tokens: 300 });
    expect(enough.headers.get('x-ballast-max-tokens')).toBeNull();
    await enough.text();
  });
});

describe.each(SDKS)('%s', (_title, Sdk) => {
  it('hears that batches and files are not offered', async () => {
    const client = createClient(Sdk, fleet.servers[0], caller, { maxRetries: 0 });
    const { batches } = client.messages;
    for (const act of [() => batches.list(), () => client.beta.files.list(), () => batches.retrieve('b')])
      await expect(act()).rejects.toMatchObject({
        status: 404,
        message: expect.stringMatching(/not offered/) as string,
      });
  });

  it('hears that its base URL has /v1 already', async () => {
    const client = createClient(Sdk, { url: `${fleet.servers[0].url}/v1` }, caller, { maxRetries: 0 });
    await expect(client.messages.create(question())).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/twice/) as string,
    });
  });
});

it.each([
  ['GET', '/v1/messages/batches', /not offered/],
  ['POST', '/v1/messages/batches/', /not offered/],
  ['DELETE', '/v1/messages/batches/b_1', /not offered/],
  ['GET', '/v1/files/file_1/content', /not offered/],
  ['PUT', '/v1/files', /not offered/],
  ['POST', '/v1/complete', /not offered/],
  ['POST', '/v1/v1/messages', /twice/],
  ['GET', '/v1/v1/models', /twice/],
  ['POST', '/messages', /lacks \/v1/],
  ['POST', '/messages/count_tokens', /lacks \/v1/],
  ['GET', '/models', /lacks \/v1/],
  ['GET', '/models/claude-sonnet-5-5', /lacks \/v1/],
])('%s %s is 404 in Anthropic’s envelope, in words that help, with a key and without', async (method, path, words) => {
  for (const key of [caller.key, 'nobody'])
    expect(await readError(await fleet.servers[0].ask(path, { method, headers: { 'x-api-key': key } }))).toMatchObject({
      status: 404,
      type: 'not_found_error',
      message: expect.stringMatching(words) as string,
    });
});

it('a model’s name with something around it gets a hint', async () => {
  for (const model of ['claude-sonnet-5-5[1m]', 'anthropic/claude-sonnet-5-5']) {
    const error = await readError(await post(caller, question({ model })));
    expect([error.status, error.message]).toEqual([422, expect.stringContaining('did you mean claude-sonnet-5-5?')]);
    const run = await caller.run({ task: 'Hello', model });
    expect([run.status, await run.text()]).toEqual([422, expect.stringContaining('did you mean claude-sonnet-5-5?')]);
  }
});

it.each([
  'application/json; charset=utf8',
  'Application/JSON;Charset="UTF-8"',
  'application/json; profile=x; charset=utf-8',
  '',
])('the content type %j is JSON', async (type) => {
  fleet.upstream.script('*', [reply()]);
  const response = await post(caller, question(), { headers: { 'content-type': type } });
  expect(response.status).toBe(200);
  await response.text();
});

it('a packed body is 415 in words that name it, and one in another charset too', async () => {
  const send = (headers: Record<string, string>, body: string | Buffer<ArrayBuffer>) =>
    caller.ask('/v1/messages', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const packed = gzipSync(JSON.stringify(question()));
  expect(await readError(await send({ 'content-encoding': 'gzip' }, packed))).toMatchObject({
    status: 415,
    message: expect.stringMatching(/content-encoding.*gzip/) as string,
  });
  expect((await readError(await send({ 'content-type': 'application/json; charset=latin1' }, '{}'))).status).toBe(415);
  fleet.upstream.script('*', [reply()]);
  expect((await send({ 'content-encoding': 'identity' }, JSON.stringify(question()))).status).toBe(200);
});

it('GET / leads a browser to the console', async () => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const response = await describedFetch(`${fleet.servers[0].url}/`, { headers, redirect: 'manual' });
  expect([response.status, response.headers.get('vary')]).toEqual([302, 'accept']);
  expect(response.headers.get('location')).toBe(`${fleet.servers[0].url}/console`);
});

it('GET / tells everybody else the version, the paths and a call to try', async () => {
  for (const accept of ['*/*', 'application/json']) {
    const response = await describedFetch(`${fleet.servers[0].url}/`, { headers: { accept } });
    const body = (await response.json()) as { version: string; paths: Record<string, string[]>; try: string };
    expect([response.status, body.version]).toEqual([200, expect.stringMatching(/^\d+\.\d+/)]);
    expect(body.paths).toMatchObject({ '/v1/messages': ['POST'], '/agent/run': ['POST'], '/health': ['GET'] });
    expect(body.try).toContain(`${fleet.servers[0].url.replace('127.0.0.1', 'localhost')}/agent/run`);
    expect(JSON.stringify(body)).not.toContain('ballast-dev');
  }
});
