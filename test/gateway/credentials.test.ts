import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../api/start-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { stretchedClock } from '../stretched.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { MODEL, question } from './ask.ts';
import { readError } from './envelope.ts';

const KEY = 'ballast-dev-key';

let upstream: ScriptedUpstream;
let server: TestServer;
beforeAll(async () => {
  upstream = await startScriptedUpstream(stretchedClock);
  server = await startServer({ ANTHROPIC_API_KEY: 'sk-upstream', ANTHROPIC_BASE_URL: upstream.url });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream.close();
});

const CALLS = [
  ['POST', '/v1/messages', question(), 200],
  ['POST', '/v1/messages', question({ stream: true }), 200],
  ['POST', '/v1/messages/count_tokens', { model: MODEL, messages: question().messages }, 200],
  ['GET', '/v1/models', null, 200],
  // Whatever it says of the model, the upstream was asked.
  ['GET', `/v1/models/${MODEL}`, null, 404],
] as const;

describe.each(CALLS)('%s %s (%#)', (method, path, body, status) => {
  const ask = (credential: Readonly<Record<string, string>>) =>
    describedFetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...credential },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
  const asked = () => upstream.requests.filter((seen) => seen.method === method && seen.path === path);

  it.each<[string, Readonly<Record<string, string>>]>([
    ['x-api-key', { 'x-api-key': KEY }],
    ['a Bearer token', { authorization: `Bearer ${KEY}` }],
    ['a bearer token beside an empty x-api-key', { 'x-api-key': '', authorization: `bearer ${KEY}` }],
  ])('takes a key as %s, and shows it to nobody', async (_form, credential) => {
    const before = asked().length;
    const response = await ask(credential);
    await response.text();
    expect(response.status).toBe(status);
    expect(asked()).toHaveLength(before + 1);
    const told = JSON.stringify(asked().at(-1)?.headers);
    expect(told).toContain('sk-upstream');
    expect(told).not.toContain(KEY);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['none', {}],
    ['a key that nobody has', { 'x-api-key': 'sk-of-nobody' }],
    ['one of another kind', { authorization: `Basic ${KEY}` }],
  ])('asks for a credential where there is %s', async (_form, credential) => {
    const before = asked().length;
    expect(await readError(await ask(credential))).toMatchObject({ status: 401, type: 'authentication_error' });
    expect(asked()).toHaveLength(before);
  });
});
