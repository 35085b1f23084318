import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { malformedJson, neverAnswer, reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { endAfter, pingsOnly, stallAfter } from '../upstream/broken.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { attemptOf, REQUEST, setting } from './parts.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
});
afterEach(() => upstream.close());

type Verdict = 'answer' | 'fault' | 'hangs';

/** Waits, on the test's own clock, for longer than any limit; what has not ended by then never will. */
const watched = async (parts: ReturnType<typeof setting>, asked: Promise<Verdict>): Promise<Verdict> => {
  let verdict: Verdict = 'hangs';
  void asked.then((ended) => (verdict = ended));
  await upstream.seen(1);
  for (let second = 0; second < 300 && verdict === 'hangs'; second += 1) await parts.clock.advance(1_000);
  return verdict;
};

const supervised = (parts: ReturnType<typeof setting>): Promise<Verdict> =>
  watched(
    parts,
    attemptOf(parts)(REQUEST, parts.context).then(({ ok }) => (ok ? 'answer' : 'fault')),
  );

/** The SDK's stream read as its documentation shows: no limits, no look at how it ended. */
const bare = (parts: ReturnType<typeof setting>): Promise<Verdict> => {
  const client = new Anthropic({ apiKey: 'key', baseURL: upstream.url, maxRetries: 0, logLevel: 'off' });
  const read = async (): Promise<Verdict> => {
    try {
      const stream = await client.messages.create({ ...REQUEST, stream: true });
      for await (const _ of stream);
      return 'answer';
    } catch {
      return 'fault';
    }
  };
  return watched(parts, read());
};

const FAULTS: readonly (readonly [string, ScriptedAnswer, Verdict])[] = [
  ['a stream that ends cleanly in the middle', endAfter(4, reply('half a story')), 'answer'],
  ['a stream that ends before its content', endAfter(1, reply('x')), 'answer'],
  ['a body that is no stream', malformedJson(), 'answer'],
  ['an upstream that never answers', neverAnswer(), 'hangs'],
  ['a stream that stalls', stallAfter(4, reply('half')), 'hangs'],
  ['a stream of pings', pingsOnly(1, reply('never')), 'hangs'],
];

describe('each fault that a bare stream gets wrong', () => {
  it.each(FAULTS)('%s: told as a fault with the supervisor', async (_title, answer) => {
    upstream.script('*', [answer]);
    expect(await supervised(setting(upstream.url, { deadlineMs: 240_000 }))).toBe('fault');
  });

  it.each(FAULTS)('%s: without it %#, as an answer or not at all', async (_title, answer, wrong) => {
    upstream.script('*', [answer]);
    expect(await bare(setting(upstream.url))).toBe(wrong);
  });
});
