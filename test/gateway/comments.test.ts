import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { question } from './ask.ts';
import { createClient, SDKS } from './sdks.ts';
import { TEXT, withComments } from './with-comments.ts';

const ERROR = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
/** What fails after the head is out, before there is any content. */
const failing: ScriptedAnswer = (asked) => [
  ...[...withComments(reply(TEXT))(asked)].slice(0, 2),
  { do: 'send', bytes: ERROR, piece: 'error', billed: null },
  { do: 'end' },
];

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => upstream.script('*', [withComments(reply(TEXT))]));

describe.each(SDKS)('%s', (_title, Sdk) => {
  const client = () => createClient(Sdk, { url: upstream.url }, { key: 'key' }, { maxRetries: 0, fetch });

  it('reads a stream over its comments', async () => {
    expect(await client().messages.stream(question()).finalText()).toBe(TEXT);
  });

  it('hears of what failed after the comments', async () => {
    upstream.script('*', [failing]);
    await expect(client().messages.stream(question()).finalText()).rejects.toThrow(/Overloaded/);
  });
});
