import Anthropic, { type APIError } from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, readStream, rejection } from './ask.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeEach(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterEach(() => claude.close());

const ask = (text: string) => client.messages.create(asking(text));
const statusOf = (text: string, model = 'claude-haiku-5-5') =>
  client.messages.create(asking(text, { model })).then(
    () => 200,
    (error: unknown) => (error instanceof Anthropic.APIError ? Number(error.status) : 0),
  );
const statuses = async (count: number, text: string) => {
  const seen: unknown[] = [];
  for (let request = 0; request < count; request += 1) seen.push(await statusOf(text));
  return seen;
};

/** Six events before the text is whole: message_start, ping, content_block_start, three deltas. */
const LONG = `[[say:${'abcdefgh'.repeat(9)}]]`;

describe('a fault', () => {
  it('has its status, type and retry-after, as JSON and as a stream', async () => {
    for (const stream of [false, true]) {
      const error = await rejection(client.messages.create({ ...asking('x [[fault:429 retry-after=2]]'), stream }));
      expect(error).toBeInstanceOf(Anthropic.RateLimitError);
      expect(error).toMatchObject({ type: 'rate_limit_error' });
      expect((error as APIError).headers?.get('retry-after')).toBe('2');
    }
    expect(await statusOf('[[fault:500]]')).toBe(500);
    const precise = await rejection(ask('[[fault:529 retry-after-ms=1500]]'));
    expect((precise as APIError).headers?.get('retry-after-ms')).toBe('1500');
  });

  it('holds for so many requests of its very text, and comes in the order written', async () => {
    expect(await statuses(3, '[[fault:529 times=2]]')).toEqual([529, 529, 200]);
    expect(await statuses(2, 'again [[fault:529 times=2]]')).toEqual([200, 200]);
    expect(await statuses(2, '[[fault:529 times=1 id=again]]')).toEqual([529, 200]);
    expect(await statuses(4, '[[fault:500 times=1]] [[fault:429 times=2]]')).toEqual([500, 429, 429, 200]);
  });

  it('holds for one model where it names one', async () => {
    const text = '[[fault:529 model=claude-opus-5-5]]';
    expect([await statusOf(text, 'claude-opus-5-5'), await statusOf(text, 'claude-haiku-4-5')]).toEqual([529, 200]);
  });
});

describe('a broken stream', () => {
  it.each([
    ['is torn after its third event', '[[cut:3]]', 2, Error],
    ['is torn before its first', '[[cut:0]]', 0, Error],
    ['is torn at its end at the latest', '[[cut:99]]', 8, Error],
    ['ends cleanly after its third event', '[[end:3]]', 2, null],
    ['has a malformed event after two', '[[malformed:2]]', 1, SyntaxError],
    ['has an error event first', '[[overloaded]]', 0, Anthropic.APIError],
    ['has an error event after four', '[[overloaded:4]]', 3, Anthropic.APIError],
  ])('%s', async (_title, directive, events, error) => {
    const streamed = await readStream(client, asking(LONG + directive));
    expect(streamed.types).toHaveLength(events); // the SDK passes over the ping
    if (error) expect(streamed.error).toBeInstanceOf(error);
    else expect(streamed.error).toBeNull();
  });

  it('names the error type in its error event', async () => {
    expect((await readStream(client, asking('[[overloaded:2]]'))).error).toMatchObject({ type: 'overloaded_error' });
  });

  it.each([
    ['[[cut:3]]', Error],
    ['[[end:3]]', SyntaxError],
    ['[[malformed:2]]', SyntaxError],
    ['[[overloaded:3]]', Anthropic.OverloadedError],
  ])('%s breaks a JSON answer too', async (directive, error) => {
    expect(await rejection(ask(LONG + directive))).toBeInstanceOf(error);
  });

  it.each(['[[hang]]', '[[stall:3]]', '[[pings:5]]'])('%s is silence until the client leaves', async (directive) => {
    const gone = new AbortController();
    const stream = client.messages.create({ ...asking(directive), stream: true }, { signal: gone.signal });
    if (directive === '[[hang]]') {
      gone.abort();
      expect(await rejection(stream)).toBeInstanceOf(Anthropic.APIUserAbortError);
      return;
    }
    const reader = (await stream)[Symbol.asyncIterator]();
    expect(await reader.next()).toMatchObject({ value: { type: 'message_start' } });
    if (directive === '[[stall:3]]')
      expect(await reader.next()).toMatchObject({ value: { type: 'content_block_start' } });
    const next = reader.next();
    gone.abort();
    expect(await next).toMatchObject({ done: true });
  });

  it('of pings goes on pinging', async () => {
    const response = await fetch(`${claude.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ ...asking('[[pings:1]]'), stream: true }),
    });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.split('event: ping').length > 4) break;
    }
    expect(text).not.toContain('content_block');
  });
});
