import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asking, clientOf, rejection, textOf } from '../local/simulated-claude/ask.ts';
import { neverAnswer, reply } from './answers.ts';
import { gatedHeaders } from './broken.ts';
import { createGate } from './gate.ts';
import { COUNTED_TOKENS, type ScriptedUpstream, startScriptedUpstream } from './start-scripted-upstream.ts';

let upstream: ScriptedUpstream;
let client: Anthropic;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
  client = clientOf(upstream.url);
});
afterEach(() => upstream.close());

describe('a script', () => {
  const texts = async (count: number, model = 'claude-haiku-5-5') => {
    const seen: string[] = [];
    while (seen.length < count) seen.push(textOf(await client.messages.create(asking('x', { model }))));
    return seen;
  };

  it('is consumed in order, and its last answer repeats', async () => {
    upstream.script('*', [reply('one'), reply('two')]);
    expect(await texts(4)).toEqual(['one', 'two', 'two', 'two']);
  });

  it('of a model comes before that of all; without any there is a default reply', async () => {
    expect(await texts(1)).toEqual(['ok']);
    upstream.script('*', [reply('any')]);
    upstream.script('claude-opus-5-5', [reply('opus'), reply('again')]);
    expect(await texts(1)).toEqual(['any']);
    expect(await texts(2, 'claude-opus-5-5')).toEqual(['opus', 'again']);
    upstream.script('claude-opus-5-5', [reply('replaced')]);
    expect(await texts(1, 'claude-opus-5-5')).toEqual(['replaced']);
  });

  it('is one server’s own', async () => {
    const other = await startScriptedUpstream();
    other.script('*', [reply('other')]);
    expect(await texts(1)).toEqual(['ok']);
    expect(other.requests).toEqual([]);
    await other.close();
  });
});

describe('what it was asked', () => {
  it('is kept: path, headers, body and bytes', async () => {
    await client.messages.create(asking('héllo'), { query: { beta: 'true' } });
    const [seen] = upstream.requests;
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      query: '?beta=true',
      model: 'claude-haiku-5-5',
    });
    expect(seen?.headers['authorization']).toBe('Bearer test-key');
    expect(seen?.body).toEqual(asking('héllo'));
    expect(JSON.parse(seen?.raw.toString('utf8') ?? '')).toEqual(seen?.body);
    expect(seen).toMatchObject({ aborted: false, billed: { input: 100, output: 20 } });
  });

  it('can be other paths, and no JSON', async () => {
    const counted = await client.messages.countTokens({ model: 'claude-haiku-5-5', messages: asking('x').messages });
    expect(counted.input_tokens).toBe(COUNTED_TOKENS);
    expect((await client.models.list()).data.length).toBeGreaterThan(5);
    expect((await fetch(`${upstream.url}/elsewhere`, { method: 'POST', body: '{' })).status).toBe(404);
    expect(upstream.requests.map(({ path }) => path)).toEqual([
      '/v1/messages/count_tokens',
      '/v1/models',
      '/elsewhere',
    ]);
    expect(upstream.requests.at(-1)?.body).toBeUndefined();
  });

  it('can be waited for, and so can a client that leaves', async () => {
    upstream.script('*', [neverAnswer(), reply()]);
    const gone = new AbortController();
    const pending = rejection(client.messages.create(asking('x'), { signal: gone.signal }));
    await upstream.seen(1);
    expect(upstream.requests[0]).toMatchObject({ aborted: false, billed: null, sent: [] });
    gone.abort();
    await upstream.aborted(0);
    expect(await pending).toBeInstanceOf(Anthropic.APIUserAbortError);
    await client.messages.create(asking('x'));
    expect(upstream.requests[1]?.aborted).toBe(false);
  });
});

it('answers nothing before a gate is opened', async () => {
  const gate = createGate();
  upstream.script('*', [gatedHeaders(gate, reply('late'))]);
  let answered = false;
  const answer = client.messages.create(asking('x')).then((message) => ((answered = true), textOf(message)));
  await gate.reached;
  await client.models.list(); // a whole exchange: an answer that did not wait would have come by now
  expect(answered).toBe(false);
  expect(upstream.requests[0]?.sent).toEqual([]);
  gate.open();
  expect(await answer).toBe('late');
});

it('counts its sockets, and closes them all at once', async () => {
  expect(upstream.sockets).toEqual({ opened: 0, open: 0 });
  upstream.script('*', [neverAnswer()]);
  const pending = [1, 2, 3].map(() => rejection(client.messages.create(asking('x'))));
  await upstream.seen(3);
  expect(upstream.sockets).toEqual({ opened: 3, open: 3 });
  await upstream.close();
  for (const error of await Promise.all(pending)) expect(error).toBeInstanceOf(Anthropic.APIConnectionError);
  expect(upstream.sockets).toEqual({ opened: 3, open: 0 });
  expect(upstream.requests.some(({ aborted }) => aborted)).toBe(false);
});
